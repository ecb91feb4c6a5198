/**
 * Networks exported with a fixed batch, at other batches: constant shapes are rewritten while importing, and the
 * result is believed only after it gave, sample by sample, what the file's own batch gives.
 */
import { UserError } from "../../shared/errors";
import { fromFloat64, isFloat, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { inputName, type Graph } from "../graph/ir";
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
  const size = at(from).inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (size > MOST_TRIED) return fails(`its ${size} numbers are too many to try others`);
  const executor = createExecutor("auto");
  try {
    const few = await evaluate(executor, at(Math.min(from, other)));
    const many = await evaluate(executor, at(Math.max(from, other)));
    const agree = [...few].every(([name, values]) => {
      const reference = toFloat64(many.get(name)!);
      const scale = reference.reduce((max, x) => Math.max(max, Math.abs(x)), Number.MIN_VALUE);
      return toFloat64(values).every((x, i) => Math.abs(x - reference[i]!) <= AGREEMENT * scale);
    });
    return agree ? undefined : fails("a sample's result depends on the others");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return fails(`with ${other}, ${error.message.replace(/\.$/, "")}`);
  } finally {
    await executor.dispose();
  }
}

/** Outputs for numbers without pattern, the same in each run; the samples of a small batch lead the large one's. */
async function evaluate(executor: Executor, graph: Graph): Promise<Map<string, Tensor>> {
  const program = await executor.compile(graph);
  const feeds = graph.inputs.map((input): [string, Tensor] => {
    const { dtype, shape } = input;
    const wave = (_: unknown, i: number): number =>
      isFloat(dtype) ? Math.sin(1 + 12.9898 * i) : 0;
    return [
      inputName(input),
      fromFloat64(dtype, shape, Array.from({ length: sizeOf(shape) }, wave)),
    ];
  });
  return program.run(new Map(feeds));
}
