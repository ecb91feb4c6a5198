/**
 * Leaves of an Equinox model as tree_serialise_leaves writes them: .npy arrays one after the other, in the order of the
 * tree and without names; a line of JSON may stand before them, where the user wrote the model's settings.
 * https://docs.kidger.site/equinox/api/serialisation/
 */
import { UserError } from "../../../shared/errors";
import { sizeOf } from "../../../shared/tensor";
import type { ByteSource } from "../../data/byteSource";
import { decodeElements } from "../../data/elements";
import { HEADER_PREFIX, parseNpyHeader } from "../../data/npy";
import { permuted } from "../permute";
import type { StoredTensor } from "../stored";

const MAGIC = Buffer.from("\x93NUMPY", "latin1");
/** Settings longer than this are none. */
const LONGEST_LINE = 1 << 20;
const MOST_LEAVES = 50_000;

/** Where the arrays begin; undefined where none do. */
export async function firstLeaf(source: ByteSource): Promise<number | undefined> {
  const beginning = Buffer.from(await source.read(0, Math.min(source.size, LONGEST_LINE)));
  if (beginning.subarray(0, MAGIC.length).equals(MAGIC)) return 0;
  if (beginning[0] !== "{".charCodeAt(0)) return undefined;
  const end = beginning.indexOf("\n");
  return end > 0 && beginning.subarray(end + 1, end + 1 + MAGIC.length).equals(MAGIC)
    ? end + 1
    : undefined;
}

/**
 * By their places: "0", "1" … Truth values and single numbers are counted, for they are leaves as well.
 * @param start where the first begins
 * @throws UserError "npy/…", "weights/damaged"
 */
export async function leavesIn(
  source: ByteSource,
  start: number,
): Promise<Map<string, StoredTensor>> {
  const { path, size } = source;
  const leaves = new Map<string, StoredTensor>();
  for (let at = start; at < size;) {
    const name = String(leaves.size);
    const where = `${path}: leaf ${name}`;
    const prefix = await source.read(at, Math.min(HEADER_PREFIX, size - at));
    const header = parseNpyHeader(prefix, undefined, where);
    const { element, dataLength, shape, fortranOrder, bigEndian } = header;
    const offset = at + header.dataOffset;
    if (offset + dataLength > size || leaves.size >= MOST_LEAVES) {
      throw new UserError("weights/damaged", `${where} reaches beyond the end of the file.`, {
        where: path,
        todo: "Save or copy it again.",
      });
    }
    const stored = fortranOrder ? [...shape].reverse() : shape;
    leaves.set(name, {
      dtype: element.dtype,
      shape,
      storedType: element.name,
      async read() {
        const bytes = new Uint8Array(await source.read(offset, dataLength));
        const data = decodeElements(bytes, { element, bigEndian }, where);
        if (!fortranOrder || sizeOf(stored) < 2 || stored.length < 2) {
          return { dtype: element.dtype, shape, data };
        }
        const axes = stored.map((_, axis) => stored.length - 1 - axis);
        return permuted({ dtype: element.dtype, shape: stored, data }, axes);
      },
    });
    at = offset + dataLength;
  }
  return leaves;
}
