/** By which names files of weights go. What a file is, its content tells. */

/** Endings of files that hold weights and nothing else. */
export const weightEndings = [
  ".safetensors",
  ".safetensors.index.json",
  ".pt",
  ".pth",
  ".ckpt",
  ".pkl",
  ".msgpack",
  ".eqx",
  ".keras",
] as const;

/** Of files that may be data as well. */
export const mixedEndings = [".npz", ".h5", ".hdf5"] as const;

/** As sentences name them all. */
export const weightWords =
  "safetensors, PyTorch’s .pt, .pth and .ckpt, Flax, Equinox, Keras, NumPy";

/** Whether a file of that name is weights, as far as a name can tell. */
export function isWeightsName(name: string): boolean {
  const lower = name.toLowerCase();
  return weightEndings.some((ending) => lower.endsWith(ending));
}

/** Whether it may be, where weights are looked for. */
export function mayBeWeights(name: string): boolean {
  const lower = name.toLowerCase();
  return isWeightsName(name) || mixedEndings.some((ending) => lower.endsWith(ending));
}
