/** Inner products between per-sample gradients, parameter by parameter, so that no long vector is ever joined. */
import { sizeOf } from "../../shared/tensor";
import type { Builder } from "./builder";
import type { Value } from "./ir";
import { jacobianTimes } from "./jacobian";
import { vmap } from "./vmap";

/**
 * G[i, j] = Σ over parameters ⟨a_i, b_j⟩, float64 whatever the gradients are: sums of millions of products of
 * float32 lose the small differences between samples that a Gram matrix is asked for.
 * @param a per-sample gradients [m, …parameter], one a parameter
 * @param b the same parameters' [n, …parameter], of another batch; `a` itself for a Gram matrix
 * @returns float64[m, n]
 */
export function gram(g: Builder, a: readonly Value[], b: readonly Value[] = a): Value {
  if (a.length === 0 || a.length !== b.length) {
    throw new Error(`a Gram matrix of ${a.length} and ${b.length} parameters`);
  }
  const rows = (x: Value): Value =>
    g.cast(g.reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]), "float64");
  return a
    .map((x, i) => g.matmul(rows(x), g.transpose(rows(b[i]!), [1, 0])))
    .reduce((sum, part) => g.add(sum, part));
}

/** Where a metric is taken: a network's output, and the samples at which its Jacobian is. */
export interface MetricPoint {
  /** Of one sample, D elements. */
  readonly output: Value;
  readonly wrt: readonly Value[];
  /** For each value that differs between the samples: what stands for it, [size, …]. */
  readonly samples: ReadonlyMap<Value, Value>;
  readonly size: number;
}

/**
 * M[i, j] = a_iᵀ η b_j in the Gauss–Newton metric η = JᵀJ/(n·D), J the Jacobian of the outputs at all n samples with
 * respect to `wrt`: both sides are pushed forward, a product of J with as many columns as there are gradients.
 * It holds the tangents of all of them at all samples at once; who has many goes block by block.
 * @param a vectors of parameter space [m, …parameter], one a parameter
 * @param b as many parameters' [n, …parameter]
 * @returns float64[m, n]
 */
export function gaussNewtonGram(
  g: Builder,
  { output, wrt, samples, size }: MetricPoint,
  a: readonly Value[],
  b: readonly Value[] = a,
): Value {
  const pushed = (columns: readonly Value[]): Value => {
    const tangents = jacobianTimes(g, [output], wrt, columns);
    // [size, m, …] as [m, size, …]: the outputs at all samples are one long vector.
    const [all] = vmap(g, tangents, samples, size);
    const [, , ...rest] = all!.shape.keys();
    return g.transpose(all!, [1, 0, ...rest]);
  };
  return g.div(gram(g, [pushed(a)], [pushed(b)]), size * sizeOf(output.shape));
}
