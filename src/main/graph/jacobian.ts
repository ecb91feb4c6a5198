/** Products of a Jacobian with matrices: many tangents, or many cotangents, in one pass. */
import type { Builder } from "./builder";
import { vjp } from "./grad";
import type { Value } from "./ir";
import { jvp } from "./jvp";
import { vmap } from "./vmap";

/**
 * J V: the tangents [k, …] of each output when `wrt` moves along k directions. What does not depend on the direction,
 * the values themselves and the slopes of their functions, is computed once for all.
 * @param directions for each of `wrt` k of its shape, [k, …]
 */
export function jacobianTimes(
  g: Builder,
  outputs: readonly Value[],
  wrt: readonly Value[],
  directions: readonly Value[],
): Value[] {
  return overAll(g, wrt, directions, (one) => jvp(g, outputs, wrt, one));
}

/**
 * Jᵀ U: Σ over outputs of (∂output/∂wrt)ᵀ u for k cotangents u, [k, …] for each of `wrt`.
 * @param cotangents for each output k of its shape, [k, …]
 */
export function transposedJacobianTimes(
  g: Builder,
  outputs: readonly Value[],
  cotangents: readonly Value[],
  wrt: readonly Value[],
): Value[] {
  return overAll(g, outputs, cotangents, (one) => vjp(g, outputs, one, wrt));
}

/** What `product` makes of one vector, made of k at once. */
function overAll(
  g: Builder,
  values: readonly Value[],
  vectors: readonly Value[],
  product: (one: readonly Value[]) => Value[],
): Value[] {
  const count = vectors[0]?.shape[0];
  if (count === undefined || vectors.length !== values.length) {
    throw new Error(`${vectors.length} stacks of vectors for ${values.length} values`);
  }
  const one = values.map((value) => g.input("vector", value));
  return vmap(g, product(one), new Map(one.map((value, k) => [value, vectors[k]!])), count);
}
