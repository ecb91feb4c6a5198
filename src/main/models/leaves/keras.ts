/**
 * Weights in HDF5 as Keras writes them. Keras 2 names them ("model_weights/dense/dense/kernel:0"); Keras 3 numbers them
 * within their layer ("layers/dense/vars/0"), where their ranks tell kernel and bias, and four vectors are those of a
 * normalisation.
 * https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/
 */
import { openHdf5 } from "../../data/hdf5/open";
import type { ArraySource } from "../../data/arraySource";
import { byParts, roleOf } from "../names";
import type { StoredTensor } from "../stored";

const NUMBERED = /^(.*)\/vars\/(\d+)$/;
/** Where a file of a whole model has its weights. */
const WHOLE = "model_weights/";
const BESIDES = /^(optimizer_weights|optimizer)\//;
const normalisation = ["gamma", "beta", "moving_mean", "moving_variance"] as const;

export interface KerasWeights {
  readonly tensors: Map<string, StoredTensor>;
  /** Whether the file says in which order the layers are: Keras 2 does. */
  readonly ordered: boolean;
  close(): Promise<void>;
}

/** @throws UserError "file/…", "hdf5/…" */
export async function openKeras(path: string): Promise<KerasWeights> {
  const { arrays, attributes, close } = await openHdf5(path, "HDF5");
  const names = [...arrays.keys()].filter((name) => !BESIDES.test(name)).sort(byParts);
  const group = names.some((name) => name.startsWith(WHOLE)) ? WHOLE.slice(0, -1) : "";
  const layers = attributes(group)["layer_names"];
  const order = Array.isArray(layers) ? layers.map(String) : [];
  const layerOf = (name: string): number =>
    order.indexOf(name.slice(group === "" ? 0 : WHOLE.length).split("/")[0]!);
  // Within a layer: the kernel, then its bias; gamma, beta and what is running.
  const roles = ["weight", "bias", "running_mean", "running_var"];
  const rank = (name: string): number => roles.indexOf(roleOf(name) ?? "");
  names.sort((a, b) => layerOf(a) - layerOf(b) || (order.length > 0 ? rank(a) - rank(b) : 0));
  const tensors = new Map(
    names.map((name) => [nameOf(name, names, arrays), tensorOf(arrays.get(name)!)]),
  );
  return { tensors, ordered: order.length > 0, close };
}

function nameOf(
  name: string,
  all: readonly string[],
  arrays: ReadonlyMap<string, ArraySource>,
): string {
  const plain = name.replace(/^model_weights\//, "").replace(/:0$/, "");
  const [, layer, number] = NUMBERED.exec(name) ?? [];
  if (layer === undefined) return plain;
  const vars = all.filter((other) => NUMBERED.exec(other)?.[1] === layer);
  const vectors = vars.every((other) => arrays.get(other)!.shape.length === 1);
  const role = (vectors ? normalisation : ["kernel", "bias"])[Number(number)];
  return `${layer}/${role ?? `vars/${number!}`}`;
}

function tensorOf({ dtype, shape, storedType, read }: ArraySource): StoredTensor {
  return { dtype, shape, storedType, read: async () => ({ dtype, shape, data: await read() }) };
}
