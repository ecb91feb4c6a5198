/**
 * A data set whose chunks are read as they are stored and unpacked here: the library lacks one of their filters, or there
 * is none and it would only copy them, three times over.
 */
import type { Filter } from "h5wasm";
import { UserError } from "../../../shared/errors";
import { sizeOf, type TensorData } from "../../../shared/tensor";
import type { ArraySource } from "../arraySource";
import { chunkedSource } from "../chunked";
import { decodeElements } from "../elements";
import { ChunkIndex } from "./chunkIndex";
import type { DatasetOptions } from "./dataset";
import { unfiltered } from "./filters";

/** No filter makes incompressible content longer than by this. */
const OVERHEAD = 1 << 16;

/**
 * @param absent the content of a chunk that is not stored: the fill value; 0 where it is left out
 * @returns undefined where the file is of a form whose chunks are not found here
 * @throws UserError "file/…"
 */
export async function filteredSource(
  { library, file, path, bytes, metadata, element }: DatasetOptions,
  pipeline: readonly Filter[],
  where: string,
  absent?: (start: readonly number[]) => TensorData,
): Promise<ArraySource | undefined> {
  const { shape, chunks } = metadata;
  if (shape === null || chunks === null) return undefined;
  // A reference to an object is the address of its header; the library hands it over as a list of bytes.
  const reference = Uint8Array.from(library.calls.create_object_reference(file, path));
  const view = new DataView(reference.buffer);
  const source = await bytes();
  const index = await ChunkIndex.of(source, Number(view.getBigUint64(0, true)));
  if (index === undefined) return undefined;
  const size = sizeOf(chunks) * element.bytes;

  async function load(indices: readonly number[]): Promise<TensorData | undefined> {
    try {
      const start = indices.map((i, axis) => i * chunks![axis]!);
      const chunk = await index!.at(start);
      if (chunk === undefined) return absent?.(start);
      if (chunk.bytes > 2 * size + OVERHEAD) throw new RangeError(`${chunk.bytes} bytes`);
      const stored = await source.read(chunk.address, chunk.bytes);
      const content = new Uint8Array(unfiltered(stored, pipeline, chunk.skipped, size));
      return decodeElements(content, { element, bigEndian: !metadata.littleEndian }, where);
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      throw new UserError("hdf5/read", `${where}: chunk ${indices.join(".")} is damaged.`, {
        where,
        todo: "Copy or download the file again.",
        cause,
      });
    }
  }
  return chunkedSource({ name: path, where, shape, chunks, element, fill: 0, load });
}
