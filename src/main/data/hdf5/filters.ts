/** Filters of HDF5's chunks that are undone here: those that the library lacks, and those that Node undoes faster. */
import type { Filter } from "h5wasm";
import { blosc } from "../compression/blosc";
import { verified } from "../compression/fletcher32";
import { inflated } from "../compression/inflate";
import { lz4Block } from "../compression/lz4";
import { lzf } from "../compression/lzf";
import { unshuffled } from "../compression/shuffle";
import { zstd } from "../compression/zstd";

type Unfilter = (
  bytes: Uint8Array,
  size: number,
  parameters: readonly number[],
) => Uint8Array | Promise<Uint8Array>;

const CHECKSUM = 4;

/** By the number that the HDF Group registered. @param size bytes of the chunk */
const filters: Readonly<Record<number, Unfilter>> = {
  // A checksum may have been put behind the elements before they were packed.
  1: (bytes, size) => inflated(bytes, size + CHECKSUM),
  2: (bytes, _, [width = 1]) => unshuffled(bytes, width),
  3: verified,
  32000: lzf,
  32001: blosc,
  32004: lz4Frames,
  32015: zstd,
};

/** Whether all of a pipeline can be undone here. */
export function areKnown(pipeline: readonly Filter[]): boolean {
  return pipeline.every(({ id }) => filters[id] !== undefined);
}

/**
 * @param skipped a bit for each filter that this chunk went without
 * @throws RangeError, UserError "zstd/not-here", and errors of zlib where the chunk is damaged
 */
export async function unfiltered(
  bytes: Uint8Array<ArrayBuffer>,
  pipeline: readonly Filter[],
  skipped: number,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let content: Uint8Array = bytes;
  for (const [i, { id, cd_values: parameters }] of [...pipeline.entries()].reverse()) {
    if (((skipped >> i) & 1) === 0) content = await filters[id]!(content, size, parameters);
  }
  if (content.length !== size) throw new RangeError(`${content.length} bytes, not ${size}`);
  return content as Uint8Array<ArrayBuffer>;
}

/** LZ4 as HDF5's plugin frames it: all lengths big-endian, blocks that did not shrink as they are. */
function lz4Frames(bytes: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = Number(view.getBigUint64(0));
  const block = view.getUint32(8);
  if (size > limit || block === 0) throw new RangeError("LZ4: sizes");
  const out = new Uint8Array(size);
  for (let from = 12, to = 0; to < size; to += block) {
    const length = view.getUint32(from);
    const content = bytes.subarray(from + 4, from + 4 + length);
    const part = Math.min(block, size - to);
    out.set(length === part ? content : lz4Block(content, part), to);
    from += 4 + length;
  }
  return out;
}
