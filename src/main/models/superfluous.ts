/**
 * What a checkpoint may have more than a network's file: other names of one tensor, as shared modules have them in a
 * state dict, and what the exporter says is the network's but never enters its output.
 */
import { sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { declaredBy } from "./declared";
import type { OnnxModel } from "../graph/onnx/model";
import type { StoredTensor } from "./stored";

/** Whether two tensors are the same numbers; NaN is NaN. */
function same(a: Tensor, b: Tensor): boolean {
  const [ours, theirs] = [toFloat64(a), toFloat64(b)];
  return ours.length === theirs.length && ours.every((x, i) => Object.is(x, theirs[i]));
}

/** Whether a tensor is another of those taken, under a second name. Reads only what has its extents. */
export async function isCopy(
  tensor: StoredTensor,
  taken: Iterable<StoredTensor>,
): Promise<boolean> {
  if (tensor.unreadable !== undefined) return false;
  let own: Tensor | undefined;
  for (const other of taken) {
    if (other.shape.join() !== tensor.shape.join() || other.unreadable !== undefined) continue;
    own ??= await tensor.read();
    if (same(own, await other.read())) return true;
  }
  return false;
}

/** Names in PyTorch of what the network has and its output does not need; only our exporter keeps all others. */
export function idleIn(model: OnnxModel, stored: ReadonlyMap<string, Tensor>): ReadonlySet<string> {
  const declared = declaredBy(model);
  if (declared === undefined || declared.folds) return new Set();
  return new Set([...declared.trained, ...declared.fixed].filter((name) => !stored.has(name)));
}

/**
 * Tensors of the file that are another one in other extents: exporters that compute what is constant keep both where
 * the network uses both, as spectral normalisation does. By the name of such a one, the name of the other.
 * @param unnamed tensors under names that the exporter made up
 * @param named those that weights were found for
 */
export function reshapedCopies(
  unnamed: ReadonlyMap<string, Tensor>,
  named: ReadonlyMap<string, Tensor>,
): Map<string, string> {
  const copies = new Map<string, string>();
  for (const [name, tensor] of unnamed) {
    const size = sizeOf(tensor.shape);
    // Ones, zeros and masks are equal by chance.
    if (toFloat64(tensor).every(Number.isInteger)) continue;
    const equal = [...named].filter(
      ([, other]) => other.shape.length > 1 && sizeOf(other.shape) === size && same(tensor, other),
    );
    if (equal.length === 1) copies.set(name, equal[0]![0]);
  }
  return copies;
}
