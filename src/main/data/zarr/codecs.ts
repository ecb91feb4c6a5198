/** The codecs of Zarr's chunks, decoding. */
import { UserError } from "../../../shared/errors";
import { blosc } from "../compression/blosc";
import { beside } from "../compression/checksums";
import { inflated } from "../compression/inflate";
import { lz4Block } from "../compression/lz4";
import { unshuffled } from "../compression/shuffle";
import { zstd } from "../compression/zstd";
import type { Codec } from "./metadata";
import { asType, delta, fixedScaleOffset } from "./numbers";

type Decode = (
  bytes: Uint8Array,
  limit: number,
  options: Readonly<Record<string, unknown>>,
) => Uint8Array | Promise<Uint8Array>;

const codecs: Readonly<Record<string, Decode>> = {
  zlib: (bytes, limit) => inflated(bytes, limit),
  gzip: (bytes, limit) => inflated(bytes, limit),
  zstd,
  blosc,
  // numcodecs puts the length before the block.
  lz4: (bytes, limit) => {
    const size = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    if (size > limit) throw new RangeError(`${size} bytes are claimed`);
    return lz4Block(bytes.subarray(4), size);
  },
  shuffle: (bytes, _, options) => unshuffled(bytes, Number(options["elementsize"] ?? 4)),
  crc32c: (bytes) => beside(bytes, "crc32c", "behind"),
  crc32: (bytes) => beside(bytes, "crc32", "before"),
  adler32: (bytes) => beside(bytes, "adler32", "before"),
  delta: (bytes, _, options) => delta(bytes, options),
  fixedscaleoffset: (bytes, _, options) => fixedScaleOffset(bytes, options),
  astype: (bytes, _, { encode_dtype: from, decode_dtype: to }) => asType(bytes, from, to),
  quantize: (bytes, _, { astype: from, dtype: to }) => asType(bytes, from ?? to, to),
  // What was rounded away does not come back.
  bitround: (bytes) => bytes,
};

/** Filters behind a compressor may store a little more than the array, or wider elements. */
const ROOM = 64;

/**
 * @param size bytes of the decoded chunk: more never come out, fewer are an error
 * @throws UserError "zarr/codec", "zarr/chunk", "zstd/not-here"
 */
export async function decodeChunk(
  bytes: Uint8Array<ArrayBuffer>,
  chain: readonly Codec[],
  size: number,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  let content: Uint8Array = bytes;
  for (const [i, { name, options }] of chain.entries()) {
    // Zarr 3 names what is numcodecs' own with its name before it.
    const decode = codecs[name.replace(/^numcodecs\./, "")];
    const limit = i === chain.length - 1 ? size : 2 * size + ROOM;
    if (decode === undefined) {
      throw new UserError(
        "zarr/codec",
        `${where} is stored with ${name}, which is not read here.`,
        {
          where,
          todo: "Write it again with Blosc, Zstandard, gzip or zlib.",
        },
      );
    }
    try {
      content = await decode(content, limit, options);
    } catch (cause) {
      if (cause instanceof UserError) {
        throw new UserError(cause.code, `${where}: ${cause.message}`, {
          where,
          ...(cause.todo === undefined ? {} : { todo: cause.todo }),
        });
      }
      throw damaged(where, `it does not unpack with ${name}`, cause);
    }
  }
  if (content.length !== size) throw damaged(where, `${content.length} bytes where ${size} belong`);
  return content as Uint8Array<ArrayBuffer>;
}

function damaged(where: string, problem: string, cause?: unknown): UserError {
  return new UserError("zarr/chunk", `${where}: a chunk is damaged: ${problem}.`, {
    where,
    todo: "Copy or download it again.",
    cause,
  });
}
