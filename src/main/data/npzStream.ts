/**
 * A .npz of arrays that grow along their first axes and need not fit into memory: their elements go to files beside the
 * destination first, since a zip archive states every checksum before the bytes.
 */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { fileError } from "../../shared/fileErrors";
import { sizeOf, type Tensor } from "../../shared/tensor";
import type { ArrayFile } from "./arrayFile";
import { atomicWrite } from "./atomic";
import { encodeNpy, littleEndianBytes, npyHeader } from "./npy";
import { encodeNpyText } from "./npyText";
import { zipArchive, type StreamedContent, type ZipContent } from "./zipWriter";

/** An array of float64 under way. */
interface Growing {
  readonly shape: readonly number[];
  readonly header: Uint8Array;
  readonly path: string;
  readonly file: FileHandle;
  crc: number;
  bytes: number;
}

export class NpzStream {
  readonly #destination: string;
  readonly #arrays: ReadonlyMap<string, Growing>;

  private constructor(destination: string, arrays: ReadonlyMap<string, Growing>) {
    this.#destination = destination;
    this.#arrays = arrays;
  }

  /**
   * @param shapes of the float64 arrays as they will be in the end, by name
   * @throws UserError "file/…" where the folder cannot be written to
   */
  static async open(
    destination: string,
    shapes: Readonly<Record<string, readonly number[]>>,
  ): Promise<NpzStream> {
    const arrays = new Map<string, Growing>();
    const stream = new NpzStream(destination, arrays);
    try {
      for (const [name, shape] of Object.entries(shapes)) {
        const hidden = `.${basename(destination)}.${name}.${randomBytes(6).toString("hex")}.tmp`;
        const path = join(dirname(destination), hidden);
        const header = npyHeader({ dtype: "float64", shape });
        const file = await open(path, "wx");
        arrays.set(name, { shape, header, path, file, crc: crc32(header), bytes: 0 });
      }
    } catch (error) {
      await stream.discard();
      throw fileError(error, destination, "write");
    }
    return stream;
  }

  /** The next elements of that array. @throws UserError "file/…" where the disk is full */
  async append(name: string, values: Float64Array): Promise<void> {
    const array = this.#arrays.get(name)!;
    const bytes = littleEndianBytes(values);
    array.crc = crc32(bytes, array.crc);
    array.bytes += bytes.length;
    try {
      await array.file.writeFile(bytes);
    } catch (error) {
      throw fileError(error, this.#destination, "write");
    }
  }

  /**
   * Writes the archive, complete or not at all, with further arrays that are at hand.
   * @param stated what the file says of the states, as an `ArrayFile` has it, and what is to be remarked on them
   * @throws UserError "file/…"
   */
  async finish(
    tensors: Readonly<Record<string, Tensor>>,
    stated: Readonly<Pick<ArrayFile, "fields" | "boundary" | "physics" | "origin">> & {
      readonly remarks?: string;
    },
  ): Promise<void> {
    try {
      for (const [name, { shape, bytes }] of this.#arrays) {
        const wanted = 8 * sizeOf(shape);
        if (bytes !== wanted) throw new Error(`${name} has ${bytes} bytes of ${wanted}`);
      }
      const streamed = [...this.#arrays].map(([name, array]): StreamedContent => ({
        name: `${name}.npy`,
        size: array.header.length + array.bytes,
        crc: array.crc,
        async *bytes() {
          yield array.header;
          yield* createReadStream(array.path, { highWaterMark: 1 << 20 });
        },
      }));
      const held = Object.entries(tensors).map(([name, tensor]): ZipContent => ({
        name: `${name}.npy`,
        parts: encodeNpy(tensor),
      }));
      const texts = Object.entries(stated).map(([name, text]): ZipContent => ({
        name: `${name}.npy`,
        parts: encodeNpyText(text),
      }));
      const contents = [...streamed, ...held, ...texts];
      await atomicWrite(this.#destination, zipArchive(contents, { deflated: false }));
    } finally {
      await this.discard();
    }
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    for (const { file, path } of this.#arrays.values()) {
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
    }
  }
}
