/** Gradients of each sample's loss by itself, all in one pass. */
import type { Builder } from "./builder";
import { grad } from "./grad";
import type { Value } from "./ir";
import { vmap } from "./vmap";

/**
 * ∂ loss(sample) / ∂ each of `wrt`, [size, …]: the gradient's graph over one more axis. However often and wherever a
 * parameter is used (shared layers, time steps, positions), its uses are summed within each sample, since every
 * operator has a batch rule.
 * @param loss of one sample, of one element
 * @param samples for each value that differs between samples: what stands for it, [size, …]
 */
export function perSample(
  g: Builder,
  loss: Value,
  wrt: readonly Value[],
  samples: ReadonlyMap<Value, Value>,
  size: number,
): Value[] {
  return vmap(g, grad(g, loss, wrt), samples, size);
}
