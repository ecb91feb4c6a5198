/** Random cases of operators, the same on every executor: its results beside the reference's. */
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import type { Graph } from "../graph/ir";
import type { OpName } from "../graph/ops";
import { domains, Random } from "../graph/ops/domains";
import type { Executor } from "./executor";
import { createReferenceExecutor } from "./reference";

export interface DrawnCase {
  readonly graph: Graph;
  readonly feeds: ReadonlyMap<string, Tensor>;
}

/** An operator on random inputs, rounded to float32 so that every executor is given the same numbers. */
export function drawnCase(op: OpName, seed: number): DrawnCase {
  const random = new Random(seed);
  const { inputs, attrs } = domains[op](random);
  const g = new Builder();
  const feeds = new Map<string, Tensor>();
  const values = inputs.map(({ dtype, shape, draw }, i) => {
    const type = { dtype: dtype === "float64" ? ("float32" as const) : dtype, shape };
    feeds.set(`x${i}`, fromFloat64(type.dtype, shape, draw(random, sizeOf(shape))));
    return g.input(`x${i}`, type);
  });
  const narrow = "to" in attrs && attrs["to"] === "float64" ? { ...attrs, to: "float32" } : attrs;
  const outputs = g.node(op, values, narrow).map((value, i) => ({ name: `y${i}`, value }));
  return { graph: { inputs: values, outputs }, feeds };
}

/** Where an executor's results differ from the reference's by more than `tolerance` of the largest; null for nowhere. */
export async function disagreement(
  executor: Executor,
  { graph, feeds }: DrawnCase,
  tolerance: number,
): Promise<string | null> {
  const program = await executor.compile(graph);
  const found = await program.run(feeds);
  await program.dispose();
  const wanted = await (await createReferenceExecutor().compile(graph)).run(feeds);
  for (const { name, value } of graph.outputs) {
    const [actual, expected] = [found.get(name)!, wanted.get(name)!];
    if (actual.shape.join() !== value.shape.join()) return `${name} is [${actual.shape.join()}]`;
    const [a, b] = [toFloat64(actual), toFloat64(expected)];
    const scale = b.reduce(
      (most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most),
      1,
    );
    const wrong = b.findIndex(
      (x, i) => !(Object.is(a[i], x) || a[i] === x || Math.abs(a[i]! - x) <= tolerance * scale),
    );
    if (wrong >= 0) return `${name}, element ${wrong}: ${a[wrong]} for ${b[wrong]}`;
  }
  return null;
}
