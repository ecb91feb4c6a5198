/** What is trained, opened: a network of a file with the weights that it has, or one made here for the data. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { d4cnn } from "../../../shared/architectures/d4cnn";
import { groupByName } from "../../../shared/groups/catalogue";
import { isFloat, type Tensor } from "../../../shared/tensor";
import type { TrainingRecord } from "../../../shared/training/training";
import {
  networkFile,
  networkPlan,
  networkStates,
  noStatistics,
  type NetworkPlan,
  pooledStatistics,
  type NetworkRequest,
} from "../../models/architectures";
import { openData, type DataSet } from "../../data/dataset";
import { encodeModel } from "../../graph/onnx/encode";
import { openOnnx } from "../../graph/onnx/model";
import { simplify } from "../../graph/simplify";
import { channelsFirst, channelsLast } from "../../models/channelsLast";
import { openModel, type Model } from "../../models";
import { declaredBy } from "../../models/declared";
import type { TrainingParameters } from "../../../shared/training/parameters";
import { parseSeeds } from "../../../shared/training/seeds";
import { conventionNotice } from "./conventionNotice";
import { openDataFor } from "./fieldsOfModel";
import { extentsFor } from "./preparation";
import { splitBy, trainingPreparation, type DataPlace } from "./trainingPlan";

export type Subject =
  | { readonly kind: "file"; readonly path: string; readonly weights: string | null }
  | ({ readonly kind: "architecture" } & NetworkRequest);

export interface OpenedSubject {
  /** With the weights that the first seed begins with. */
  readonly model: Model;
  readonly data: DataSet;
  /** What the data's opening assumed. */
  readonly notices: readonly string[];
  /** Float tensors of the network's file: what checkpoints hold. */
  readonly base: ReadonlyMap<string, Tensor>;
  /** Parameters that a seed begins with. */
  initial(seed: number): ReadonlyMap<string, Tensor>;
  readonly architecture: TrainingRecord["model"]["architecture"];
}

/**
 * @param file writes the network's file, with the weights that the first seed begins with, and says where
 * @throws what opening model and data throws; then nothing stays open
 */
export async function openSubject(
  subject: Subject,
  place: DataPlace,
  file: (bytes: Uint8Array) => Promise<string>,
  parameters: TrainingParameters,
): Promise<OpenedSubject> {
  return subject.kind === "file"
    ? openFileSubject(subject.path, subject.weights, place, file, parameters)
    : openArchitecture(subject, place, file, parameters);
}

async function openFileSubject(
  path: string,
  weights: string | null,
  place: DataPlace,
  file: (bytes: Uint8Array) => Promise<string>,
  parameters: TrainingParameters,
): Promise<OpenedSubject> {
  const opened = await openModel(path, { weights });
  const { data, notices } = await openDataFor(opened, place);
  try {
    const model = await atExtentsOf(opened, data, weights, parameters);
    const network = await file(await wholeFile(model, weights));
    const { parameters: initial } = model;
    return {
      model,
      data,
      notices,
      base: await floatsOf(network),
      initial: () => initial,
      architecture: null,
    };
  } catch (error) {
    await data.close();
    throw error;
  }
}

/** The network's file where its weights are in it; else the network written again, with them. */
async function wholeFile(model: Model, weights: string | null): Promise<Uint8Array> {
  const { proto } = await openOnnx(model.path);
  const isWhole = proto.graph!.initializer.every(({ externalData }) => externalData.length === 0);
  return weights === null && isWhole ? readFile(model.path) : writtenAgain(model);
}

/** For any batch where the graph allows, else for the file's own. */
function writtenAgain({ graph, parameters, info }: Model): Uint8Array {
  const stated = info.metadata["noetherscope"];
  const known = stated === undefined ? {} : (JSON.parse(stated) as object);
  const metadata = { noetherscope: 1, ...known, parameters: [...parameters.keys()] };
  const options = {
    name: "network",
    bind: parameters,
    metadata: new Map([["noetherscope", JSON.stringify(metadata)]]),
  };
  const own = info.inputs[0]?.shape[0] ?? null;
  if (own !== null) return encodeModel(simplify(graph(own)), options);
  const [two, three] = [2, 3].map((batch) =>
    encodeModel(simplify(graph(batch)), { ...options, batch: "batch" }),
  );
  if (Buffer.compare(two!, three!) === 0) return two!;
  return encodeModel(simplify(graph(1)), options);
}

async function openArchitecture(
  { id, preset, parameters: settings }: NetworkRequest,
  { path, options }: DataPlace,
  file: (bytes: Uint8Array) => Promise<string>,
  parameters: TrainingParameters,
): Promise<OpenedSubject> {
  const data = await openData(path, options);
  try {
    const plan = networkPlan({ id, preset, parameters: settings }, await networkStates(data));
    // What judges the network has no part in it.
    const { train } = splitBy(data, parameters);
    const { normalisation } = await trainingPreparation(data, parameters);
    // In normalised variables states have mean zero and unit spread as it is.
    const statistics =
      normalisation === null
        ? await pooledStatistics(data, plan, train)
        : noStatistics(plan.states);
    const [seed] = parseSeeds(parameters.seeds) as [number];
    const model = await openModel(await file(networkFile(plan, { seed, statistics })));
    return {
      model,
      data,
      notices: [...plan.notices, ...(await builtInNotice(plan, data))],
      base: await floatsOf(model.path),
      initial: (seed) => plan.draw(seed),
      architecture: { id, preset: plan.preset, parameters: { ...settings } },
    };
  } catch (error) {
    await data.close();
    throw error;
  }
}

/** Of a network that commutes with a group by construction: whether vectors are what the group takes them for. */
async function builtInNotice(
  { definition, settings }: NetworkPlan,
  data: DataSet,
): Promise<string[]> {
  if (definition.id !== d4cnn.id) return [];
  return conventionNotice(data, { group: groupByName(String(settings["symmetry"])) });
}

/** A model that leaves axes open at the extents of the data, and its channels where the data have them. */
export async function atExtentsOf(
  opened: Model,
  data: DataSet,
  weights: string | null,
  parameters: TrainingParameters,
): Promise<Model> {
  const preparation = await trainingPreparation(data, parameters);
  const state = extentsFor(opened, data, preparation);
  const sample = channelsLast(opened.info, state, preparation.channelAxis) ?? state;
  const model =
    opened.info.open === undefined ? opened : await openModel(opened.path, { weights, sample });
  return channelsFirst(model, state, preparation.channelAxis);
}

/**
 * The float tensors of a network's file, copies of one under their own names. Where the file says what its parameters and
 * buffers are, these alone: the rest are numbers that its graph is written with.
 */
async function floatsOf(network: string): Promise<Map<string, Tensor>> {
  const onnx = await openOnnx(network);
  const { initializers, copies } = onnx;
  const declared = declaredBy(onnx);
  const isStated = declared?.folds === false && [...declared.trained].every((name) => initializers.has(name)); // prettier-ignore
  const isOwn = (name: string): boolean =>
    !isStated || declared.trained.has(name) || declared.fixed.has(name) || copies.has(name);
  const tensors = [
    ...initializers,
    ...[...copies].map(([name, kept]): [string, Tensor] => [name, initializers.get(kept)!]),
  ];
  return new Map(tensors.filter(([name, { dtype }]) => isFloat(dtype) && isOwn(name)));
}

const optionsSchema = z.record(z.string(), z.unknown());

/** How data are read, as a record keeps it. */
export function storedOptions(options: DataPlace["options"]): Record<string, unknown> {
  return optionsSchema.parse(JSON.parse(JSON.stringify(options)));
}
