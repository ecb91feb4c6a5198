/**
 * Weights in HDF5 as Keras writes them. Keras 2 names them ("model_weights/dense/dense/kernel:0"); Keras 3 numbers them
 * within their layer ("layers/dense/vars/0"), where their ranks tell kernel and bias, and four vectors are those of a
 * normalisation.
 * https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/
 */
import { open, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../shared/errors";
import type { ByteSource } from "../../data/byteSource";
import { openHdf5 } from "../../data/hdf5/open";
import { entryContent, type ZipEntry } from "../../data/zip";
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
  const plain = names.map((name) => nameOf(name, names, arrays));
  // Keras 2 says a layer's name twice, as its group's and within: "conv/conv/kernel".
  const short = plain.map((name) => name.replace(/^([^/]+)\/\1\//, "$1/"));
  const called = new Set(short).size === names.length ? short : plain;
  const tensors = new Map(
    names.map((name, i): [string, StoredTensor] => [called[i]!, tensorOf(arrays.get(name)!)]),
  );
  return { tensors, ordered: order.length > 0, close };
}

/** The entry of a .keras archive that has its weights; beside it are config.json and metadata.json. */
export const ARCHIVED = "model.weights.h5";

/** What an archive may unpack to: one of zeros a thousandth of this would be a bomb. */
const LARGEST_ARCHIVED = 2 ** 34;

/**
 * The weights in a .keras archive. HDF5's library wants a file of its own, so they are unpacked beside the system's
 * temporary files until the checkpoint is closed.
 * @throws UserError "keras/too-large", "zip/…", "hdf5/…"
 */
export async function openKerasArchive(source: ByteSource, entry: ZipEntry): Promise<KerasWeights> {
  if (entry.deflated && entry.size > LARGEST_ARCHIVED) {
    throw new UserError(
      "keras/too-large",
      `${source.path}: ${ARCHIVED} would unpack to ${(entry.size / 2 ** 30).toPrecision(3)} GiB.`,
      { where: source.path, todo: `Unzip it and give ${ARCHIVED} from it.` },
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "noetherscope-keras-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, ARCHIVED);
    const file = await open(path, "wx");
    try {
      for await (const piece of entryContent(source, entry)) await file.write(piece);
    } finally {
      await file.close();
    }
    const weights = await openKeras(path);
    return {
      ...weights,
      async close() {
        await weights.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    if (!(error instanceof UserError)) throw error;
    // The file that its user knows is the archive.
    const sentence = error.message.replaceAll(
      join(folder, ARCHIVED),
      `${source.path}: ${ARCHIVED}`,
    );
    throw new UserError(error.code, sentence, { where: source.path, cause: error });
  }
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
