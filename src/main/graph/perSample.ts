/** One gradient a sample, in one evaluation. */
import type { Builder } from "./builder";
import { grad } from "./grad";
import type { Value } from "./ir";
import { vmap } from "./vmap";

/**
 * ∂ loss / ∂ each of `wrt` for every sample, [size, …wrt]: the gradient graph of a single sample, vectorised.
 * Right for any use of a parameter, shared ones included; the batch rules keep weights unstretched.
 * @param loss of one element, for one sample
 * @param batched for each value that differs between samples: all its samples, [size, …]
 */
export function perSample(
  g: Builder,
  loss: Value,
  wrt: readonly Value[],
  batched: ReadonlyMap<Value, Value>,
  size: number,
): Value[] {
  return vmap(g, grad(g, loss, wrt), batched, size);
}
