/** Zstandard, by the library that newer versions of Node bring. */
import * as zlib from "node:zlib";
import { UserError } from "../../../shared/errors";

type Decompress = (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** Node 22.15 and newer, and so the desktop's; what is bundled must also load where it is not there. */
const decompress = (zlib as unknown as { zstdDecompressSync?: Decompress }).zstdDecompressSync;

/**
 * @param limit of the bytes that may come out
 * @throws UserError "zstd/not-here"; errors of the library where the frame is damaged
 */
export function zstd(input: Uint8Array, limit: number): Uint8Array {
  if (decompress !== undefined) return decompress(input, { maxOutputLength: Math.max(1, limit) });
  throw new UserError(
    "zstd/not-here",
    `It is compressed with Zstandard, which Node ${process.versions.node} cannot unpack.`,
    { todo: "Use Node 22.15 or newer, or write it again with gzip or LZ4." },
  );
}
