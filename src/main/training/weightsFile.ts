/** Weights as files: the network's tensors with those that were trained, under the names that the network's file has. */
import { fromFloat64, toFloat64, type Tensor } from "../../shared/tensor";
import { encodeSafetensors } from "../models/safetensors";

/**
 * The bytes of a safetensors file with all of `base`, trained values in their places. A checkpoint then fits its network by
 * itself, buffers included, as a PyTorch state dict does.
 * @param base float tensors of the network's file, or of the weights that it began with
 * @param notes epoch, step …, for whoever looks into the file
 */
export function encodeWeights(
  base: ReadonlyMap<string, Tensor>,
  trained: ReadonlyMap<string, Tensor>,
  notes: Readonly<Record<string, number>>,
): Uint8Array {
  const tensors = new Map(base);
  for (const [name, tensor] of trained) {
    const { dtype } = base.get(name) ?? tensor;
    // The reference executor hands float64 back, whatever the network's type.
    tensors.set(
      name,
      tensor.dtype === dtype ? tensor : fromFloat64(dtype, tensor.shape, toFloat64(tensor)),
    );
  }
  const metadata = Object.entries(notes).map(([name, value]) => [name, String(value)]);
  return encodeSafetensors(tensors, Object.fromEntries(metadata) as Record<string, string>);
}
