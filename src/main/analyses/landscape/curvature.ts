/** Second-order models of the loss along two directions: the Gauss–Newton Hessian, by pushing them forward. */
import type { Tensor } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import { grad } from "../../graph/grad";
import type { Graph } from "../../graph/ir";
import { jvp } from "../../graph/jvp";
import { simplify } from "../../graph/simplify";
import { vmap } from "../../graph/vmap";
import type { Executor } from "../../runtime/executor";
import type { LossId } from "../../training/losses";
import type { Network } from "../context";
import { lossAt, type SampleNetwork } from "../network";
import { padded, realsOf, tensorOf } from "../orbit";
import { otherInputs, stacked } from "../samples";
import type { Direction } from "../directions";

/**
 * (J u_a)ᵀ ∇²ₚℓ (J u_b) for each of `chunk` samples, with ∇²ₚℓ the loss's own Hessian in the prediction: for mse 2/D,
 * for smse 2/(D s_c), for relative L2 a projection. Inputs `$x`, `$t` [chunk, …] and directions `$u0_k`, `$u1_k`;
 * outputs `h00`, `h01`, `h11` [chunk].
 */
function curvatureGraph(
  network: SampleNetwork,
  loss: LossId,
  chunk: number,
  directions: number,
): Graph {
  const g = new Builder();
  const { input, prediction, compared, parameters } = network;
  const target = g.input("$t", prediction);
  const moves = Array.from({ length: directions }, (_, a) =>
    parameters.map((value, k) => g.input(`$u${a}_${k}`, value)),
  );
  const pushed = moves.map((move) => jvp(g, [compared], [...parameters], move)[0]!);
  // The loss as a function of the prediction alone, so that its Hessian stops there.
  const p = g.input("$p", compared);
  const single = lossAt(g, network, loss, p, target);
  const [slope] = grad(g, single, [p]);
  const entries = pushed.flatMap((left, a) =>
    pushed.slice(a).map((right, b) => {
      const [curved] = jvp(g, [slope!], [p], [right]);
      return { name: `h${a}${a + b}`, value: g.sum(g.mul(left, curved!)) };
    }),
  );
  const x = stacked(g, "$x", input, chunk);
  const t = stacked(g, "$t", target, chunk);
  const [ps] = vmap(g, [compared], new Map([[input, x.values]]), chunk);
  const many = vmap(
    g,
    entries.map(({ value }) => value),
    new Map([
      [input, x.values],
      [target, t.values],
      [p, ps!],
    ]),
    chunk,
  );
  return {
    inputs: [x.input, t.input, ...moves.flat(), ...otherInputs(network)],
    outputs: entries.map(({ name }, k) => ({ name, value: many[k]! })),
  };
}

/** A symmetric 1 × 1 or 2 × 2 matrix, mean over the samples, per unit of parameter space squared. */
export async function gaussNewtonCurvature(
  executor: Executor,
  model: Network,
  network: SampleNetwork,
  loss: LossId,
  chunk: number,
  directions: readonly Direction[],
  batches: readonly { input: Tensor; target: Tensor }[],
  step: () => void,
): Promise<number[][][]> {
  const program = await executor.compile(
    simplify(curvatureGraph(network, loss, chunk, directions.length)),
    { bind: model.parameters },
  );
  const moves = directions.flatMap((direction, a) =>
    direction.map((part, k): [string, Tensor] => [
      `$u${a}_${k}`,
      tensorOf(part, network.parameters[k]!.shape),
    ]),
  );
  const matrices: number[][][] = [];
  for (const { input, target } of batches) {
    const n = input.shape[0]!;
    const mean = directions.map(() => directions.map(() => 0));
    for (let first = 0; first < n; first += chunk) {
      step();
      const outputs = await program.run(
        new Map([
          ["$x", padded(input, first, chunk)],
          ["$t", padded(target, first, chunk)],
          ...moves,
        ]),
      );
      for (const [a, row] of mean.entries()) {
        for (const b of row.keys()) {
          const values = realsOf(outputs.get(a <= b ? `h${a}${b}` : `h${b}${a}`)!);
          for (let i = 0; i < Math.min(chunk, n - first); i++) row[b]! += values[i]! / n;
        }
      }
    }
    matrices.push(mean);
  }
  await program.dispose();
  return matrices;
}
