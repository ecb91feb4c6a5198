/** A network as the program works with it: a graph at any batch, and values for its parameters. */
import type { ModelInfo } from "../../shared/contract";
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import type { Graph } from "../graph/ir";
import { standardOpset } from "../graph/onnx/decode";
import { importGraph, type ImportOptions } from "../graph/onnx/import";
import type { OnnxModel } from "../graph/onnx/model";
import { openCheckpoint } from "./checkpoint";
import { wrongPadding } from "./circular";
import { foldedAway } from "./declared";
import { describePorts } from "./describe";
import { fixedBatch, rebatching } from "./fixedBatch";
import { matchCheckpoint, storedTensors, transpose, type Match } from "./match";
import { expectNumbers } from "./nan";
import { openNetwork, type Network } from "./network";
import { openAxesRemark, openExtents, unopened, type OpenExtents } from "./openExtents";
import { findParameters } from "./parameters";
import { remarksOn, weightsInfo } from "./matchInfo";
import type { TrainingState } from "./weightSets";

export interface Model {
  readonly path: string;
  readonly info: ModelInfo;
  /** What a gradient changes, by name, in the order of the graph's inputs. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Running statistics: constants of the graph. */
  readonly buffers: ReadonlyMap<string, Tensor>;
  /**
   * The network for `batch` samples: its data inputs, then one input of role "parameter" a parameter, named like
   * it; everything else is constant.
   * @throws UserError "model/fixed-batch" where the file's batch is fixed and cannot be changed
   */
  graph(batch: number): Graph;
}

export interface OpenModelOptions {
  /** A checkpoint whose values take the place of the file's; null for those of the file. */
  readonly weights?: string | null;
  /** Extents of one sample of the first input, without its batch: what axes become that the file leaves open. */
  readonly sample?: readonly number[];
}

/**
 * @param path an .onnx file, or weights of a Fourier neural operator
 * @throws UserError "file/…", "model/format" naming what else the file is, or what in it is damaged, unsupported or open; "weights/misfit"
 */
export async function openModel(path: string, options: OpenModelOptions = {}): Promise<Model> {
  const network = await openNetwork(path, options.sample);
  const { onnx } = network;
  const extents = openExtents(onnx, options.sample);
  if (extents.others === null) return modelOf(path, network, options, extents);
  try {
    return await modelOf(path, network, options, extents);
  } catch (error) {
    throw unopened(path, extents.names, error);
  }
}

async function modelOf(
  path: string,
  { onnx, open, remarks }: Network,
  options: OpenModelOptions,
  extents: OpenExtents,
): Promise<Model> {
  const stored = storedTensors(onnx);
  const match =
    typeof options.weights === "string" ? await matched(onnx, options.weights) : undefined;
  const weights = new Map(
    [...(match?.values ?? [])].map(([name, tensor]) => [
      name,
      converted(tensor, stored.get(name)!),
    ]),
  );
  const fixed = fixedBatch(onnx);
  const base: ImportOptions = { weights, dimensions: extents.dimensions };
  const found = findParameters(onnx, { ...base, batch: fixed ?? 1 }, match);
  const imports: ImportOptions = { ...base, parameters: found.inputs };
  const rebatched = fixed === undefined ? undefined : await rebatching(onnx, imports, fixed);

  const graphs = new Map<number, Graph>();
  const graph = (batch: number): Graph => {
    let made = graphs.get(batch);
    if (made === undefined) {
      made =
        rebatched === undefined || batch === fixed
          ? importGraph(onnx, { ...imports, batch }).graph
          : rebatched.graph(batch);
      graphs.set(batch, made);
    }
    return made;
  };
  const valueOf = (name: string): Tensor => weights.get(name) ?? stored.get(name)!;
  const parameters = [...found.inputs].map(([value, { name, transposed }]) => ({
    name,
    tensor: transposed ? transpose(valueOf(value)) : valueOf(value),
    initializer: onnx.copies.get(value) ?? value,
  }));
  expectNumbers(parameters, options.weights ?? path);
  const buffers = new Map([...found.buffers].map((name) => [name, valueOf(name)]));
  const [one, two] = rebatched?.problem === undefined ? [1, 2] : [fixed!, fixed!];
  const other =
    open !== null
      ? importGraph(open.elsewhere, { ...imports, batch: two }).graph
      : extents.others === null
        ? graph(two)
        : importGraph(onnx, { ...imports, batch: two, dimensions: extents.others }).graph;
  const openAxes = open?.axes ?? extents.names;
  return {
    path,
    parameters: new Map(parameters.map(({ name, tensor }) => [name, tensor])),
    buffers,
    graph,
    info: {
      path,
      ...describePorts(graph(one), other),
      operators: operatorCounts(onnx),
      parameters: parameters.map(({ name, tensor: { shape }, initializer }) => ({
        name,
        shape: [...shape],
        size: sizeOf(shape),
        initializer,
      })),
      parameterCount: parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0),
      buffers: [...buffers].map(([name, { shape }]) => ({ name, shape: [...shape] })),
      differentiable: parameters.length > 0 && found.stopped.length === 0,
      stopped: [...found.stopped],
      opset: standardOpset(onnx.proto),
      producer: `${onnx.proto.producerName} ${onnx.proto.producerVersion}`.trim(),
      metadata: Object.fromEntries(onnx.proto.metadataProps.map(({ key, value }) => [key, value])),
      parity: null,
      ...(openAxes.length === 0 ? {} : { open: [...openAxes] }),
      ...(match === undefined ? {} : { weights: weightsInfo(match.report, match.training) }),
      warnings: [
        ...remarks,
        ...wrongPadding(onnx),
        ...(extents.others === null ? [] : [openAxesRemark(extents.names)]),
        ...(rebatched?.problem === undefined ? [] : [rebatched.problem]),
        ...foldedAway(onnx, stored, [...found.inputs.keys()]),
        ...(match === undefined ? [] : [...match.notices, ...remarksOn(match.report)]),
      ],
    },
  };
}

interface MatchOfFile extends Match {
  readonly training: TrainingState;
  readonly notices: readonly string[];
}

async function matched(onnx: OnnxModel, path: string): Promise<MatchOfFile> {
  const checkpoint = await openCheckpoint(path);
  try {
    const { training, notices } = checkpoint;
    return { ...(await matchCheckpoint(onnx, checkpoint)), training, notices };
  } finally {
    await checkpoint.close();
  }
}

/** A checkpoint's numbers in the element type that the network computes with. */
function converted(tensor: Tensor, { dtype }: Tensor): Tensor {
  return tensor.dtype === dtype ? tensor : fromFloat64(dtype, tensor.shape, toFloat64(tensor));
}

function operatorCounts({ nodes }: OnnxModel): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opType } of nodes) counts[opType] = (counts[opType] ?? 0) + 1;
  return counts;
}
