/** A checkpoint of PyTorch after its pickle was read: the values in it, and a way to the bytes of its storages. */
import { UserError } from "../../../shared/errors";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { gather, spanOf } from "../stored";
import type { Storage, TorchTensor } from "./tensors";

export interface LoadedPickle {
  readonly value: unknown;
  /** What the pickle asks Python to run beside making values: "posix.system". */
  readonly calls: ReadonlySet<string>;
  /** Of the numbers in storages. */
  readonly bigEndian: boolean;
  /**
   * `count` bytes of a storage from `start` on.
   * @param width bytes of one of the elements that `storage.length` counts
   */
  bytes(
    storage: Storage,
    width: number,
    start: number,
    count: number,
  ): Promise<Uint8Array<ArrayBuffer>>;
}

/** The elements that a view reaches, in C order; nothing else of the storage is read. */
export async function readTensor(
  loaded: LoadedPickle,
  { storage, element, view }: TorchTensor,
  where: string,
): Promise<Tensor> {
  const shape = element.parts === 2 ? [...view.shape, 2] : view.shape;
  const span = spanOf(view);
  const width = element.bytes * element.parts;
  const start = storage.start * width;
  const bytes =
    span === null
      ? new Uint8Array(0)
      : await loaded.bytes(
          storage,
          storage.element === undefined ? 1 : width,
          start + span[0] * width,
          (span[1] - span[0] + 1) * width,
        );
  const { bigEndian } = loaded;
  const data =
    sizeOf(shape) === 0
      ? gather(bytes, element, { ...view, shape: [0], strides: [1] }, { bigEndian, where })
      : gather(bytes, element, view, { bigEndian, where });
  return { dtype: element.dtype, shape, data };
}

export function damaged(path: string, why: string): UserError {
  return new UserError("torch/damaged", `${path} is no sound PyTorch checkpoint: ${why}.`, {
    where: path,
    todo: "Save or copy it again.",
  });
}
