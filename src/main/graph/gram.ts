/** Inner products between per-sample gradients, parameter by parameter, so that no long vector is ever joined. */
import { sizeOf } from "../../shared/tensor";
import type { Builder } from "./builder";
import type { Value } from "./ir";

/**
 * G[i, j] = Σ over parameters ⟨a_i, b_j⟩, float64 whatever the gradients are: sums of millions of products of
 * float32 lose the small differences between samples that a Gram matrix is asked for.
 * @param a per-sample gradients [m, …parameter], one a parameter
 * @param b the same parameters' [n, …parameter]; `a` itself for a Gram matrix
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
