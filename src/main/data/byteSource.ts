/** Bytes at random offsets, of a file or of memory, so that readers take only the parts they need. */
import { readSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { UserError } from "../../shared/errors";
import { fileError, notAFile } from "../../shared/fileErrors";

export interface ByteSource {
  /** For messages. */
  readonly path: string;
  readonly size: number;
  /** Exactly `length` bytes. @throws UserError "file/truncated" where there are fewer */
  read(offset: number, length: number): Promise<Uint8Array>;
  /**
   * The same into memory that is there already. It blocks this thread: what the system has at hand arrives in a tenth of a
   * millisecond, and handing that to another thread costs more. @throws as `read`
   */
  fill(target: Uint8Array, offset: number): void;
  close(): Promise<void>;
}

/** @throws UserError "file/…" where it cannot be opened, "file/kind" for what is no file */
export async function openFile(path: string): Promise<ByteSource> {
  try {
    // Opening a pipe waits until somebody writes into it.
    const about = await stat(path);
    if (!about.isFile() && !about.isDirectory()) throw notAFile(path);
    const file = await open(path, "r");
    const { size } = await file.stat();
    return {
      path,
      size,
      async read(offset, length) {
        checkRange(path, size, offset, length);
        const bytes = allocateBytes(path, length);
        let filled = 0;
        try {
          while (filled < length) {
            const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
            if (bytesRead === 0) throw truncated(path, offset + length, offset + filled);
            filled += bytesRead;
          }
        } catch (error) {
          throw fileError(error, path, "read");
        }
        return bytes;
      },
      fill(target, offset) {
        const { length } = target;
        checkRange(path, size, offset, length);
        try {
          for (let filled = 0; filled < length;) {
            const got = readSync(file.fd, target, filled, length - filled, offset + filled);
            if (got === 0) throw truncated(path, offset + length, offset + filled);
            filled += got;
          }
        } catch (error) {
          throw fileError(error, path, "read");
        }
      },
      close: () => file.close(),
    };
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

/** The same over bytes in memory; what is read shares them. */
export function bytesOf(path: string, bytes: Uint8Array): ByteSource {
  return {
    path,
    size: bytes.length,
    read(offset, length) {
      checkRange(path, bytes.length, offset, length);
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
    fill(target, offset) {
      checkRange(path, bytes.length, offset, target.length);
      target.set(bytes.subarray(offset, offset + target.length));
    },
    close: () => Promise.resolve(),
  };
}

function checkRange(path: string, size: number, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > size)
    throw truncated(path, offset + length, size);
}

function truncated(path: string, needed: number, size: number): UserError {
  return new UserError(
    "file/truncated",
    `${path} ends too early: ${needed} bytes are needed, but it has ${size}.`,
    { where: path, todo: "Copy or download it again." },
  );
}

/** Zeroed bytes that are nobody else's, aligned for every element type. */
export function allocateBytes(where: string, length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      "data/too-large",
      `${where}: ${(length / 2 ** 30).toPrecision(3)} GiB do not fit into memory at once.`,
      { where, todo: "Choose fewer samples.", cause: error },
    );
  }
}
