/**
 * Everything that an analysis works on, opened and checked: the model on the data's own states, the chosen samples, the
 * group that acts on them. What an attentive colleague would remark is collected on the way.
 */
import { createHash } from "node:crypto";
import type { Feeding, SampleRef, StatesContext, StatesPlace } from "../../analyses/context";
import { sampleNetwork } from "../../analyses/network";
import type { FieldSpec } from "../../../shared/fields/spec";
import { UserError } from "../../../shared/errors";
import { groupByName } from "../../../shared/groups/catalogue";
import type { Element } from "../../../shared/groups/element";
import { groupFits } from "../../../shared/groups/fits";
import { elementOf, type Group } from "../../../shared/groups/group";
import type { ParameterValue } from "../../../shared/parameters";
import { numberingOf } from "../../../shared/sampleExtent";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { openData, type DataSet } from "../../data/dataset";
import { sampleName } from "../../data/sampleName";
import { openModel, type Model } from "../../models";
import { channelsFirst, channelsLast } from "../../models/channelsLast";
import { conditioned } from "../../models/conditioned";
import { changesNothing, prepared, type Preparation } from "../../models/prepared";
import type { Target } from "../../runtime/target";
import { openDataFor } from "./fieldsOfModel";
import { checkpointsBeside, checkpointsOf, type CheckpointFile } from "./checkpoints";
import { conventionNotice } from "./conventionNotice";
import {
  checkLogarithms,
  extentsFor,
  preparationOf,
  remarksOnLoss,
  remarksOnPreparation,
  type Origin,
  type Stated,
} from "./preparation";
import { definitionOf, type AnalysisSpec } from "./spec";
import { withStatedPhysics } from "./statedPhysics";
import { readingForSplit } from "./statesOfSplit";
import { chosenSamples } from "./chosenSamples";
import { untrainedNotices } from "./untrained";

export type Prepared = ReturnType<typeof prepared<Model>>;

export interface Experiment {
  /** On the data's states, with all that is stated beside its file; null where the analysis takes the data alone. */
  readonly model: Prepared | null;
  /** The same as its file has it, in its own variables, with inputs of its own for conditions. */
  readonly asFiled: Model | null;
  readonly data: DataSet;
  /** Indices in the data set. */
  readonly indices: readonly number[];
  readonly samples: readonly SampleRef[];
  /** As given, completed by what the data state of their physics. */
  readonly parameters: AnalysisSpec["parameters"];
  readonly group: Group;
  readonly elements: readonly Element[];
  readonly fields: FieldSpec | null;
  readonly outputFields: FieldSpec | null;
  readonly preparation: Preparation;
  readonly target: Target;
  readonly memoryBytes: number;
  readonly notices: string[];
  /** What the data say against their stated convention where it matters to the analysis; some samples are read for that. */
  convention(): Promise<string[]>;
  /** The chosen samples. */
  read(): Promise<{ input: Tensor; target: Tensor | null }>;
  /** The states that follow the samples; null where the file has no successive states. */
  readonly later: NonNullable<StatesContext["later"]> | null;
  /** Other weights that the analysis names; empty where it names none. */
  readonly checkpoints: NonNullable<StatesContext["checkpoints"]>;
  close(): Promise<void>;
}

/** What its states are, apart from their values. */
export function placeOf({
  data,
  fields,
  outputFields,
  samples,
  preparation,
}: Pick<Experiment, "data" | "fields" | "outputFields" | "samples" | "preparation">): StatesPlace {
  return {
    fields,
    outputFields,
    grid: data.grid ?? null,
    dt: data.dt ?? null,
    feeding: feedingOf(data, samples, preparation),
  };
}

/** @param samples that rollouts begin with */
export function feedingOf(
  { options, conditions, states, times, trajectories, lengths }: DataSet,
  samples: readonly SampleRef[],
  { channelAxis }: Pick<Preparation, "channelAxis">,
): Feeding {
  const { placeOf: begin } = numberingOf({ trajectories, times, lengths });
  return {
    history: options.history ?? 1,
    channelAxis,
    conditions,
    samples,
    told(position, steps) {
      const { trajectory, time } = begin(samples[position]!.index);
      return states.told?.({ trajectory, time: time + steps }) ?? [];
    },
  };
}

/** @throws UserError of models, data, selection, groups: whatever does not fit together */
export async function openExperiment(spec: AnalysisSpec): Promise<Experiment> {
  const opened = await modelOf(spec);
  const { path } = spec.data;
  const { options, notices: read } = await readingForSplit(spec.data, spec.parameters);
  const { data, notices } =
    opened === null
      ? { data: await openData(path, options), notices: [] }
      : await openDataFor(opened, { path, options });
  try {
    const assumed = [...read, ...notices];
    const preparation = await preparationOf(statedBy(spec.parameters), data, originOf(spec));
    const model = await atExtentsOf(data, opened, spec, preparation);
    return await experimentOf(model, data, spec, preparation, assumed);
  } catch (error) {
    await data.close();
    throw error;
  }
}

/** @throws UserError "model/none" where the analysis needs one, and what opening it throws */
async function modelOf({ analysis, model }: AnalysisSpec): Promise<Model | null> {
  if (model !== null) return openModel(model.path, { weights: model.weights });
  const { title, model: needed } = definitionOf(analysis);
  if (needed === "optional") return null;
  throw new UserError("model/none", `${title} needs a model.`, {
    where: "model",
    todo: "Give one (--model on the command line).",
  });
}

/** A model that leaves axes open at the extents of the data, and its channels where the data have them. */
async function atExtentsOf(
  data: DataSet,
  opened: Model | null,
  { model }: AnalysisSpec,
  preparation: Preparation,
): Promise<Model | null> {
  if (opened === null || model === null) return null;
  const { channelAxis } = preparation;
  const state = extentsFor(opened, data, preparation);
  const sample = channelsLast(opened.info, state, channelAxis) ?? state;
  const { weights } = model;
  const atExtents =
    opened.info.open === undefined ? opened : await openModel(model.path, { weights, sample });
  return channelsFirst(atExtents, state, channelAxis);
}

function statedBy(parameters: AnalysisSpec["parameters"]): Stated {
  return {
    normalise: text(parameters, "normalise"),
    pad: text(parameters, "pad"),
    lossIn: text(parameters, "loss-in") === "data" ? "data" : "network",
  };
}

function originOf({ model }: AnalysisSpec): Origin | null {
  return model === null ? null : { path: model.path, weights: model.weights };
}

async function experimentOf(
  asFiled: Model | null,
  data: DataSet,
  spec: AnalysisSpec,
  preparation: Preparation,
  assumed: readonly string[],
): Promise<Experiment> {
  const { analysis, parameters } = spec;
  const model =
    asFiled === null ? null : prepared(conditioned(asFiled, data.conditions), preparation);
  if (model !== null) checkShapes(model, data, preparation);
  checkTargets(data, analysis);
  // Where an analysis takes no group, nothing acts.
  const group = groupByName(
    parameters["group"] === undefined ? "trivial" : text(parameters, "group"),
  );
  const elements = elementsOf(group, text(parameters, "elements"));
  const fit = groupFits(group, data.fields, data.grid);
  if (!fit.fits) {
    const reason = fit.reason.charAt(0).toLowerCase() + fit.reason.slice(1);
    throw new UserError("group/unfit", `${group.label} cannot act on ${data.path}: ${reason}`, {
      where: data.path,
      todo: "Choose another group, or trivial.",
    });
  }
  const checkpoints =
    asFiled === null ? [] : await checkpointsFor(spec, asFiled, data, preparation);
  const networks = networksOf(spec, checkpoints);
  const selection = await chosenSamples(
    data,
    {
      samples: text(parameters, "samples"),
      trajectories: text(parameters, "trajectories"),
      times: text(parameters, "times") || (definitionOf(analysis).rollouts === true ? "0:1" : ""),
      seed: Number(parameters["seed"]),
    },
    networks,
    definitionOf(analysis).heldOut === true,
  );
  const notices = [
    ...(await untrainedNotices(networks)),
    ...assumed,
    ...data.notices,
    ...selection.notices,
    ...(model?.info.warnings ?? []),
    ...(model === null
      ? []
      : remarksOnPreparation(preparation, data.fields, turning(parameters) ?? group)),
    ...(model === null || parameters["loss-in"] === undefined ? [] : remarksOnLoss(preparation)),
  ];
  return {
    model,
    asFiled,
    data,
    indices: selection.indices,
    samples: selection.indices.map((index) => data.place(index)),
    parameters: withStatedPhysics(
      parameters,
      data.physics,
      data.channels.map(({ name }) => name),
    ),
    group,
    elements,
    fields: data.fields ?? null,
    outputFields: data.outputFields ?? null,
    preparation,
    target: targetOf(parameters),
    memoryBytes: Number(parameters["memory"]) * 2 ** 20,
    notices,
    convention: () => conventionNotice(data, { group, analysis: definitionOf(analysis) }),
    read: async () => {
      const { input, target } = await data.read(selection.indices);
      const nameOf = (kind: string) => (i: number) =>
        `${data.path}: ${kind} of ${sampleName(data.place(selection.indices[i]!))}`;
      if (model !== null) {
        checkLogarithms(input, preparation, data.channels, nameOf("input"));
        if (target !== undefined)
          checkLogarithms(target, preparation, data.channels, nameOf("target"));
      }
      return { input, target: target ?? null };
    },
    later: successors(data, selection.indices),
    checkpoints,
    close: () => data.close(),
  };
}

/** Networks whose numbers are looked at: over weights, the model itself is only what they are put into. */
function networksOf(spec: AnalysisSpec, checkpoints: readonly CheckpointFile[]): Origin[] {
  const own = originOf(spec);
  const origins = checkpoints.map(({ origin }) => origin);
  const others = origins.length > 0 && definitionOf(spec.analysis).checkpoints !== "networks";
  return own === null || others ? origins : [own, ...origins];
}

/** Those that are named; where none are, those beside the model for an analysis that goes over them. */
async function checkpointsFor(
  { analysis, parameters, model: stated }: AnalysisSpec,
  model: Model,
  data: DataSet,
  preparation: Preparation,
): Promise<CheckpointFile[]> {
  const list = text(parameters, "checkpoints");
  const weights = stated?.weights ?? null;
  const { checkpoints: kind } = definitionOf(analysis);
  const state = extentsFor(model, data, preparation);
  const { channelAxis } = preparation;
  // By the file's own order, for this one is turned already.
  const filed = model.info.open === undefined ? model : await openModel(model.path);
  const sample = channelsLast(filed.info, state, channelAxis) ?? state;
  const found =
    list.trim() === "" && kind !== undefined
      ? await checkpointsBeside(kind, model.path, sample)
      : await checkpointsOf(list, model.path, sample, kind === "networks" ? weights : undefined);
  // Networks of several trainings have variables of their own.
  const ownOf = ({ origin }: CheckpointFile): Promise<Preparation> =>
    preparationOf(statedBy(parameters), data, origin);
  return found.map((checkpoint) => ({
    ...checkpoint,
    open: async () => {
      const network = channelsFirst(await checkpoint.open(), state, channelAxis);
      return prepared(conditioned(network, data.conditions), await ownOf(checkpoint));
    },
    identity: async () => `${await checkpoint.identity()}${stampOf(await ownOf(checkpoint))}`,
  }));
}

/** What results follow from besides files and samples; nothing where nothing is stated. */
export function stampOf(preparation: Preparation): string {
  if (changesNothing(preparation)) return "";
  return ` ${createHash("sha256").update(JSON.stringify(preparation)).digest("hex")}`;
}

/** States after the samples, as `StatesContext.later` gives them. */
function successors(
  data: DataSet,
  indices: readonly number[],
): NonNullable<StatesContext["later"]> | null {
  const { states } = data;
  if (!states.axes.includes("channel") || states.times < 2) return null;
  const size = sizeOf(states.shape);
  const { lengthOf } = numberingOf(states);
  return async (positions, steps) => {
    const places = positions.map((position) => data.place(indices[position]!));
    const there = places.flatMap(({ trajectory, time }, row) =>
      trajectory !== null && time !== null && time + steps < lengthOf(trajectory)
        ? [{ row, trajectory, time: time + steps }]
        : [],
    );
    const out = new Float64Array(positions.length * size).fill(NaN);
    if (there.length > 0) {
      const read = toFloat64(await states.read(there));
      there.forEach(({ row }, k) => {
        out.set(read.subarray(k * size, (k + 1) * size), row * size);
      });
    }
    return { dtype: "float64", shape: [positions.length, ...states.shape], data: out };
  };
}

/** @throws UserError "data/no-target" where the analysis cannot do without */
function checkTargets({ path, targets }: DataSet, analysis: string): void {
  if (targets !== "none" || definitionOf(analysis).targets === "optional") return;
  throw new UserError("data/no-target", `${path} has no targets.`, {
    where: path,
    todo: "Name the array that holds them (--target on the command line), add an array y to the file, name the axes like t,c,y,x where the first is time (--axes), or export the model again with export(…, targets=targets), whose example batch then has them. Equivariance and Lie derivatives need none.",
  });
}

/** @throws UserError "data/shape" naming both files */
function checkShapes(model: Model, data: DataSet, { padding }: Preparation): void {
  const wanted = sampleNetwork(model).input.shape.slice(1);
  const { shape } = data.states;
  if (shape.join() === wanted.join()) return;
  throw new UserError(
    "data/shape",
    `A state in ${data.path} is [${shape.join(", ")}], but ${model.path} takes [${wanted.join(", ")}]${padding === null ? "" : " where its input is padded so"}.`,
    {
      where: data.path,
      todo: "Check the order of its axes, and which array is the input (--axes, --input on the command line), or pad the model’s input (--pad on the command line).",
    },
  );
}

/** Of parameters whose device has been settled: it is a name, and it is here. */
function targetOf(parameters: AnalysisSpec["parameters"]): Target {
  const executor = text(parameters, "executor");
  return {
    executor: executor === "reference" || executor === "tfjs" ? executor : "onnxruntime",
    device: text(parameters, "device") || "cpu",
    fallback: parameters["fallback"] === true,
  };
}

/** Quarter turns where rotations are asked for: they mix components alike. */
function turning(parameters: AnalysisSpec["parameters"]): Group | null {
  return /\brot\b/.test(text(parameters, "generators")) ? groupByName("c4") : null;
}

function text(parameters: Readonly<Record<string, ParameterValue>>, name: string): string {
  return String(parameters[name] ?? "");
}

function elementsOf(group: Group, names: string): readonly Element[] {
  const wanted = names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (wanted.length === 0) return group.elements;
  return [...new Set(wanted)].map((name) => elementOf(group, name));
}
