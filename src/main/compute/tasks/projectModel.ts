/**
 * A network that keeps what it should: the repair appended to its graph, as an .onnx file. Where the graph turns out the
 * same at two batches the file takes any batch; otherwise the one asked for.
 */
import type { Repair } from "../../../shared/analyses/conservation";
import { UserError } from "../../../shared/errors";
import {
  channelCount,
  parseFieldSpec,
  unitGrid,
  type FieldSpec,
} from "../../../shared/fields/spec";
import { statedFields } from "../../../shared/fields/stated";
import { repaired } from "../../analyses/conservation/repair";
import { sampleNetwork, type SampleNetwork } from "../../analyses/network";
import { otherInputs, stacked } from "../../analyses/samples";
import { atomicWrite } from "../../data/atomic";
import { Builder } from "../../graph/builder";
import { inputName, type Graph } from "../../graph/ir";
import { encodeModel, type EncodeOptions } from "../../graph/onnx/encode";
import { simplify } from "../../graph/simplify";
import { vmap } from "../../graph/vmap";
import { openModel, type Model } from "../../models";
import { prepared } from "../../models/prepared";
import type { TaskContext } from "../task";
import { preparationAlone, type StatedAlone } from "./preparationAlone";

export interface ProjectModelInput {
  readonly model: string;
  readonly weights: string | null;
  readonly repair: Exclude<Repair, "none">;
  /** Channel groups; null for those that the model's file states. */
  readonly fields: string | null;
  /** Fields that are held; empty for densities, or all where there are none. */
  readonly repairFields: string;
  readonly averageOver: string;
  /** What is stated of the network beside its file: it is built into the one that is written. */
  readonly prepared: StatedAlone;
  /** What the two axes of a state are, where it has two; null where the fields or the numbers tell. */
  readonly states: "line" | "particles" | null;
  /** Of a file that cannot take any. */
  readonly batch: number;
  readonly out: string;
}

/**
 * A network from the data's states to the data's states, whatever variables the one that was given works in.
 * @returns the batch that the file takes, null for any
 * @throws UserError "model/…", "repair/…", "normalise/…", "pad/…"
 */
export async function projectModel(
  input: ProjectModelInput,
  { signal }: Pick<TaskContext, "signal">,
): Promise<{ batch: number | null }> {
  const filed = await openModel(input.model, { weights: input.weights });
  if (filed.info.open !== undefined) {
    throw new UserError(
      "onnx/dimension",
      `${input.model} leaves ${filed.info.open.join(" and ")} open, and what a step keeps depends on the grid.`,
      { where: input.model, todo: "Export it for the size of your data." },
    );
  }
  const { model, fields, onGrid } = await asStated(filed, input);
  const network = sampleNetwork(model);
  const [sample, next] = [network.input.shape.slice(1), network.prediction.shape.slice(1)];
  if (sample.join() !== next.join()) {
    throw new UserError(
      "repair/not-a-step",
      `${input.model} maps [${sample.join(", ")}] to [${next.join(", ")}], so a step has nothing to keep.`,
      { where: input.model, todo: "Take a model that predicts the whole state." },
    );
  }
  const grid = onGrid ? unitGrid(sample.slice(1)) : null;
  const mended = repaired(network, input, { fields, grid });
  signal.throwIfAborted();
  const bytes = open(model, mended) ?? undefined;
  signal.throwIfAborted();
  await atomicWrite(input.out, bytes ?? encodeModel(atBatch(mended, input.batch), options(model)));
  return { batch: bytes === undefined ? input.batch : null };
}

/** The network on the data's states, and what these are. */
async function asStated(
  filed: Model,
  input: ProjectModelInput,
): Promise<{ model: Model; fields: FieldSpec | null; onGrid: boolean }> {
  const extents = sampleNetwork(filed).input.shape.slice(1);
  const stated = statedFields(filed.info.metadata);
  const text = input.fields ?? stated?.fields ?? null;
  const fields = text === null ? null : parseFieldSpec(text);
  const onGrid = extents.length > 1 && !areParticles(extents, input, fields, stated?.axes ?? null);
  const preparation = await preparationAlone(
    input.prepared,
    {
      fields,
      channels: onGrid ? extents[0]! : extents.at(-1)!,
      channelAxis: onGrid ? 1 : extents.length,
      extents,
    },
    { path: input.model, weights: input.weights },
  );
  return { model: prepared(filed, preparation), fields, onGrid };
}

/** Fewer points make no line worth the name. */
const FEWEST_POINTS = 16;

/**
 * Whether a state of two axes is [particle, channel] and not [channel, x].
 * @throws UserError "repair/states" where nothing tells
 */
function areParticles(
  sample: readonly number[],
  { model, states }: ProjectModelInput,
  fields: FieldSpec | null,
  axes: string | null,
): boolean {
  const [first = 0, second = 0] = sample;
  if (sample.length !== 2) return false;
  if (states !== null) return states === "particles";
  if (axes !== null) return axes.includes("p");
  const stated = fields === null ? null : channelCount(fields);
  if ((stated === first) !== (stated === second)) return stated === second;
  if (first < second && second >= FEWEST_POINTS) return false;
  throw new UserError(
    "repair/states",
    `States [${first}, ${second}] of ${model} may be ${first} channels on a line of ${second} points or ${first} particles of ${second} numbers.`,
    { where: model, todo: "Say which: --states line or --states particles." },
  );
}

/** The network for several samples, each by itself. */
function atBatch(network: SampleNetwork, batch: number): Graph {
  const g = new Builder();
  const { input, prediction, graph } = network;
  const x = stacked(g, inputName(input), input, batch);
  const [y] = vmap(g, [prediction], new Map([[input, x.values]]), batch);
  const [, ...sample] = prediction.shape;
  return simplify({
    inputs: [x.input, ...otherInputs(network)],
    outputs: [{ name: graph.outputs[0]!.name, value: g.reshape(y!, [batch, ...sample]) }],
  });
}

function options({ parameters, info }: Model): EncodeOptions {
  const stated = info.metadata["noetherscope"];
  return {
    name: "projected",
    bind: parameters,
    metadata: new Map(stated === undefined ? [] : [["noetherscope", stated]]),
  };
}

/** The file for any batch; null where the graph depends on it. */
function open(model: Model, network: SampleNetwork): Uint8Array | null {
  const [two, three] = [2, 3].map((batch) =>
    encodeModel(atBatch(network, batch), { ...options(model), batch: "batch" }),
  );
  return Buffer.compare(two!, three!) === 0 ? two! : null;
}
