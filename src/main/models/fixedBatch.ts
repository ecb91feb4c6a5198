/**
 * Networks exported with a fixed batch, at other batches: constant shapes are rewritten while importing, and the
 * result is believed only after it gave, sample by sample, what the file's own batch gives.
 */
import { UserError } from "../../shared/errors";
import { fromFloat64, isFloat, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { inputName, topologicalOrder, type Graph } from "../graph/ir";
import { importGraph, type ImportOptions } from "../graph/onnx/import";
import type { OnnxModel } from "../graph/onnx/model";
import type { Executor } from "../runtime/executor";
import { createExecutor } from "../runtime/executors";

/** Float32 rounding through a deep network, with room: a wrong rewriting is off by the size of the output. */
const AGREEMENT = 1e-3;

/** Numbers in the inputs beyond which other batches are not tried: that takes two runs of the network. */
const MOST_TRIED = 2 ** 24;

/** The leading extent of the first input, where the file fixes it. */
export function fixedBatch(model: OnnxModel): number | undefined {
  const dim = model.inputs[0]?.type?.tensorType?.shape?.dim[0];
  const symbolic = dim?.dimParam !== undefined && dim.dimParam !== "";
  return symbolic ? undefined : dim?.dimValue;
}

export interface Rebatching {
  graph(batch: number): Graph;
  /** Why other batches than the file's cannot be had. */
  readonly problem: string | undefined;
}

/** @param from the file's batch */
export async function rebatching(
  model: OnnxModel,
  options: ImportOptions,
  from: number,
): Promise<Rebatching> {
  const { values } = importGraph(model, options);
  const shapes = new Map([...values].map(([name, { shape }]) => [name, shape]));
  const at = (to: number, each: ImportOptions): Graph =>
    importGraph(model, { ...each, rebatch: { from, to, shapes } }).graph;
  const { parameters: _, ...constant } = options;
  const problem = await checkRebatching(model, (batch) => at(batch, constant), from);
  return {
    problem,
    graph(batch) {
      if (problem === undefined) return at(batch, options);
      throw new UserError("model/fixed-batch", problem, {
        where: model.path,
        todo: "Export it with dynamic_axes={'input': {0: 'batch'}}.",
      });
    },
  };
}

/**
 * Compares the leading samples of the file's batch with the same samples in another batch.
 * @param at the network at a batch, all its tensors constant
 * @returns why the two disagree; undefined if they agree
 */
async function checkRebatching(
  model: OnnxModel,
  at: (batch: number) => Graph,
  from: number,
): Promise<string | undefined> {
  const fails = (why: string): string => `${model.path} takes batches of ${from} only: ${why}.`;
  const other = from === 1 ? 2 : 1;
  const own = at(from);
  const size = own.inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (size > MOST_TRIED) return fails(`its ${size} numbers are too many to try others`);
  // onnxruntime has few kernels in double precision.
  const nodes = topologicalOrder(own.outputs.map(({ value }) => value));
  const double = nodes.some(({ outputs }) => outputs.some(({ dtype }) => dtype === "float64"));
  const executor = createExecutor(double ? "reference" : "auto");
  try {
    const straight = await evaluate(executor, own, from);
    const backwards = await evaluate(executor, own, from, true);
    if (!agree(inReverse(backwards, from), straight)) {
      return fails("a sample's result depends on its place or on the others");
    }
    const others = await evaluate(executor, at(other), other);
    const [few, many] = other < from ? [others, straight] : [straight, others];
    return agree(few, many) ? undefined : fails("a sample's result depends on the others");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return fails(`with ${other}, ${error.message.replace(/\.$/, "")}`);
  } finally {
    await executor.dispose();
  }
}

/** Whether the leading samples are the same. */
function agree(few: ReadonlyMap<string, Tensor>, many: ReadonlyMap<string, Tensor>): boolean {
  return [...few].every(([name, values]) => {
    const reference = toFloat64(many.get(name)!);
    const scale = reference.reduce((max, x) => Math.max(max, Math.abs(x)), Number.MIN_VALUE);
    return toFloat64(values).every((x, i) => Math.abs(x - reference[i]!) <= AGREEMENT * scale);
  });
}

/** The samples of every tensor from the last to the first. */
function inReverse(tensors: ReadonlyMap<string, Tensor>, batch: number): Map<string, Tensor> {
  return new Map([...tensors].map(([name, tensor]) => [name, reversed(tensor, batch)]));
}

function reversed(tensor: Tensor, batch: number): Tensor {
  const { dtype, shape } = tensor;
  if (shape[0] !== batch) return tensor;
  const numbers = toFloat64(tensor);
  const size = numbers.length / batch;
  const order = numbers.map((_, i) => {
    const sample = Math.floor(i / size);
    return numbers[(batch - 1 - sample) * size + (i - sample * size)]!;
  });
  return fromFloat64(dtype, shape, order);
}

/**
 * Outputs for numbers without pattern, the same in each run; the samples of a small batch lead the large one's.
 * @param backwards takes them from the last to the first
 */
async function evaluate(
  executor: Executor,
  graph: Graph,
  batch: number,
  backwards = false,
): Promise<Map<string, Tensor>> {
  const program = await executor.compile(graph);
  const feeds = graph.inputs.map((input): [string, Tensor] => {
    const { dtype, shape } = input;
    const wave = (_: unknown, i: number): number =>
      isFloat(dtype) ? Math.sin(1 + 12.9898 * i) : 0;
    const tensor = fromFloat64(dtype, shape, Array.from({ length: sizeOf(shape) }, wave));
    return [inputName(input), backwards ? reversed(tensor, batch) : tensor];
  });
  return program.run(new Map(feeds));
}
