/** Deflated chunks, of zlib or gzip. Large ones are inflated on Node's threads, several at once; the result is never longer than stated. */
import { unzip, unzipSync } from "node:zlib";

/** Below this, going to another thread and back costs more than it brings. */
const LARGE = 1 << 16;

/**
 * @param limit of the bytes that come out; all of them are made room for at once, so it is what the chunk should have
 * @throws errors of zlib where the stream is damaged or holds more
 */
export function inflated(bytes: Uint8Array, limit: number): Uint8Array | Promise<Uint8Array> {
  // Room for a little more: with none left zlib is asked once again, for another piece of the same size.
  const options = { maxOutputLength: Math.max(1, limit), chunkSize: Math.max(64, limit + 16) };
  if (limit < LARGE) return unzipSync(bytes, options);
  return new Promise((resolve, reject) => {
    unzip(bytes, options, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}
