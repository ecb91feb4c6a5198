/**
 * Does an executor compute here what it should? A small network and its gradients, run on it and on the float64
 * reference: a library that loads may still be wrong on this processor.
 */
import { UserError } from "../../shared/errors";
import { fromFloat64, sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { grad } from "../graph/grad";
import { inputName, type Graph, type Value } from "../graph/ir";
import { relativeDeviation } from "./deviation";
import type { Executor } from "./executor";
import { createReferenceExecutor } from "./reference";

/** Float32 rounding through two layers and back is some 1e-7; a wrong kernel is off by the size of its result. */
export const TOLERANCE = 1e-5;
/** Factors rounded to TF32's ten bits give products that are 1e-4 off here, float32 ones 1e-7. */
const TF32_TOLERANCE = 5e-5;

/**
 * Largest deviation of an executor's results from the reference's, max |a − b| / max |b| of an output.
 * @throws UserError "runtime/wrong" beyond `TOLERANCE`, and what compiling and running throw
 */
export async function probe(executor: Executor): Promise<number> {
  const { graph, feeds } = knownNetwork();
  const reference = createReferenceExecutor();
  const found = await evaluate(executor, graph, feeds);
  const expected = await evaluate(reference, graph, feeds);
  const deviation = Math.max(
    ...[...expected].map(([name, tensor]) => relativeDeviation(found.get(name), tensor)),
  );
  if (deviation <= TOLERANCE) return deviation;
  throw new UserError(
    "runtime/wrong",
    `${executor.description} computes a known network wrongly: its results deviate by ${deviation.toPrecision(2)} from float64's.`,
    { todo: "Install it anew with npm ci, or compute with the reference executor." },
  );
}

async function evaluate(
  executor: Executor,
  graph: Graph,
  feeds: ReadonlyMap<string, Tensor>,
): Promise<Map<string, Tensor>> {
  const program = await executor.compile(graph);
  try {
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

/**
 * Whether matrix products round their factors to TF32, as NVIDIA's libraries may: 1.0001 has no neighbour nearer than
 * 1 in ten bits.
 */
export async function roundsToTf32(executor: Executor): Promise<boolean> {
  const edge = 64;
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [edge, edge] });
  const graph = { inputs: [x], outputs: [{ name: "y", value: g.matmul(x, x) }] };
  const data = new Float32Array(edge ** 2).fill(1.0001);
  const feeds = new Map([["x", { dtype: "float32", shape: [edge, edge], data } as const]]);
  const expected = await evaluate(createReferenceExecutor(), graph, feeds);
  const found = await evaluate(executor, graph, feeds);
  return relativeDeviation(found.get("y"), expected.get("y")!) > TF32_TOLERANCE;
}

/** Two samples through convolution, tanh and a linear layer; output, mean square and its gradients. */
function knownNetwork(): { graph: Graph; feeds: Map<string, Tensor> } {
  const g = new Builder();
  const input = (name: string, shape: number[]): Value =>
    g.input(name, { dtype: "float32", shape });
  const x = input("x", [2, 3, 8, 8]);
  const kernel = input("kernel", [4, 3, 3, 3]);
  const weights = input("weights", [4 * 8 * 8, 5]);
  const features = g.tanh(g.conv(x, kernel, { pads: [1, 1, 1, 1] }));
  const output = g.matmul(g.reshape(features, [2, 4 * 8 * 8]), weights);
  const loss = g.mean(g.mul(output, output));
  const gradients = grad(g, loss, [x, kernel, weights]);
  const inputs = [x, kernel, weights];
  return {
    graph: {
      inputs,
      outputs: [output, loss, ...gradients].map((value, i) => ({ name: `out${i}`, value })),
    },
    feeds: new Map(
      inputs.map((value): [string, Tensor] => [inputName(value), numbers(value.shape)]),
    ),
  };
}

/** Numbers without pattern, the same each time. */
function numbers(shape: readonly number[]): Tensor {
  const size = sizeOf(shape);
  return fromFloat64(
    "float32",
    shape,
    Array.from({ length: size }, (_, i) => Math.sin(1 + 12.9898 * i)),
  );
}
