/**
 * Where the chunks of a data set lie under the indices that files of the newest version have: one chunk alone, chunks in a
 * row, fixed and extensible arrays, and trees of the second version. Each is read as a whole when the first chunk is asked
 * for; of a million chunks that is 20 MB.
 * Source: HDF5 File Format Specification 3.0, sections III.A.2, VII.A to VII.C.
 */
import { stridesOf, sizeOf } from "../../../shared/tensor";
import type { ByteSource } from "../byteSource";
import type { ChunkIndex, StoredChunk } from "./chunkIndex";
import { lookup3 } from "./checksum";
import { wide } from "./objectHeader";

/** As the layout message numbers them. */
export const [SINGLE, IMPLICIT, FIXED, EXTENSIBLE, TREE] = [1, 2, 3, 4, 5];

export interface TableLayout {
  readonly kind: number;
  /** Of the index, or of the chunk itself; not a safe integer where nothing was written. */
  readonly address: number;
  /** Where addresses count from. */
  readonly base: number;
  /** Of a single chunk that went through filters: its bytes, and which filters it went without. */
  readonly single: Pick<StoredChunk, "bytes" | "skipped"> | undefined;
}

export interface ChunkGrid {
  readonly shape: readonly number[];
  /** Infinity along axes that may grow without end. */
  readonly most: readonly number[];
  readonly chunks: readonly number[];
  /** Bytes of a chunk that went through no filters. */
  readonly bytes: number;
}

/** Chunks that are counted: reading an index of more takes longer than a file should take to open. */
const MOST_COUNTED = 1 << 16;
/** Bytes of an index: more are a damaged file. Small blocks count as more, so that they end as well. */
const LARGEST = 1 << 28;
const LEAST = 1 << 12;
const MOST_IN_A_ROW = 1 << 22;

/** @returns undefined for what only the library reads */
export function chunkTable(
  source: ByteSource,
  layout: TableLayout,
  grid: ChunkGrid,
): ChunkIndex | undefined {
  const { kind, address, base } = layout;
  const placeOf = placesIn(kind, grid);
  if (placeOf === undefined) return undefined;
  let reading: Promise<ReadonlyMap<number | string, StoredChunk>> | undefined;
  const read = (): Promise<ReadonlyMap<number | string, StoredChunk>> =>
    (reading ??= Number.isSafeInteger(address)
      ? tableOf(new Blocks(source, base), layout, grid)
      : Promise.resolve(new Map()));
  return {
    async at(start) {
      const chunk = (await read()).get(placeOf(start.map((from, i) => from / grid.chunks[i]!)));
      return chunk === undefined ? undefined : { ...chunk, address: base + chunk.address };
    },
    count: async () =>
      sizeOf(grid.shape) / sizeOf(grid.chunks) > MOST_COUNTED && Number.isSafeInteger(address)
        ? undefined
        : (await read()).size,
  };
}

type Place = (scaled: readonly number[]) => number | string;

/** How an index calls a chunk: by its number, in C order of all that may ever be, or by its position. */
function placesIn(kind: number, { shape, most, chunks }: ChunkGrid): Place | undefined {
  const ceil = (extents: readonly number[]): number[] =>
    extents.map((extent, axis) => Math.ceil(extent / chunks[axis]!));
  const numbered =
    (counts: readonly number[], order: readonly number[]): Place =>
    (scaled) => {
      const strides = stridesOf(order.map((axis) => counts[axis]!));
      return order.reduce((sum, axis, i) => sum + scaled[axis]! * strides[i]!, 0);
    };
  const axes = shape.map((_, axis) => axis);
  if (kind === SINGLE) return () => 0;
  if (kind === IMPLICIT || kind === FIXED) return numbered(ceil(most), axes);
  if (kind === TREE) return (scaled) => scaled.join();
  if (kind !== EXTENSIBLE) return undefined;
  // The axis without end goes first, so that what is there keeps its number when it grows.
  const growing = most.findIndex((extent) => extent === Infinity);
  if (growing < 0) return undefined;
  const counts = ceil(most.map((extent, axis) => (axis === growing ? shape[axis]! : extent)));
  return numbered(counts, [growing, ...axes.filter((axis) => axis !== growing)]);
}

async function tableOf(
  blocks: Blocks,
  { kind, address, single }: TableLayout,
  grid: ChunkGrid,
): Promise<ReadonlyMap<number | string, StoredChunk>> {
  const whole = { bytes: grid.bytes, skipped: 0 };
  if (kind === SINGLE) return new Map([[0, { address, ...(single ?? whole) }]]);
  if (kind === IMPLICIT) {
    const count = sizeOf(grid.most.map((extent, axis) => Math.ceil(extent / grid.chunks[axis]!)));
    if (count > MOST_IN_A_ROW) throw new RangeError(`${count} chunks in a row`);
    return new Map(
      Array.from({ length: count }, (_, i) => [i, { address: address + i * grid.bytes, ...whole }]),
    );
  }
  if (kind === FIXED) return fixedArray(blocks, address, grid);
  if (kind === EXTENSIBLE) return extensibleArray(blocks, address, grid);
  return tree(blocks, address, grid);
}

/** Blocks with a signature before and a checksum behind them. */
class Blocks {
  readonly #source: ByteSource;
  readonly #base: number;
  #bytes = 0;

  constructor(source: ByteSource, base: number) {
    this.#source = source;
    this.#base = base;
  }

  #add(address: number, length: number): void {
    this.#bytes += Math.max(length, LEAST);
    if (!Number.isSafeInteger(address) || length < 4 || this.#bytes > LARGEST) {
      throw new RangeError(`${length} bytes at ${address}`);
    }
  }

  /** A block without a signature, less the checksum; undefined where nothing was written. @throws as `read` */
  async page(address: number, length: number): Promise<DataView | undefined> {
    this.#add(address, length);
    const bytes = await this.#source.read(this.#base + address, length);
    return bytes.every((byte) => byte === 0) ? undefined : this.read("", address, length);
  }

  /** The content of a block with its signature, less the checksum. @throws RangeError where either is wrong */
  async read(signature: string, address: number, length: number): Promise<DataView> {
    this.#add(address, length);
    const bytes = await this.#source.read(this.#base + address, length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    const found = Buffer.from(bytes.subarray(0, signature.length)).toString("latin1");
    if (found !== signature) throw new RangeError(`${signature} is not there`);
    if (lookup3(bytes.subarray(0, -4)) !== view.getUint32(length - 4, true)) {
      throw new RangeError(`the checksum of ${signature || "a page"} is wrong`);
    }
    return new DataView(bytes.buffer, bytes.byteOffset, length - 4);
  }
}

/** One entry of an array: an address, and behind filters the chunk's bytes and which filters it went without. */
function entryAt(
  view: DataView,
  at: number,
  width: number,
  { bytes }: ChunkGrid,
): StoredChunk | undefined {
  const address = wide(view, at);
  // Entries that were never written are all ones, or zero in a page of which no entry was.
  if (!Number.isSafeInteger(address) || address === 0) return undefined;
  if (width === 8) return { address, bytes, skipped: 0 };
  return {
    address,
    bytes: unsigned(view, at + 8, width - 12),
    skipped: view.getUint32(at + width - 4, true),
  };
}

function unsigned(view: DataView, at: number, bytes: number): number {
  if (bytes < 1 || bytes > 8) throw new RangeError(`a number of ${bytes} bytes`);
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + view.getUint8(at + i);
  return value;
}

type Table = Map<number | string, StoredChunk>;

function addEntries(
  table: Table,
  view: DataView,
  at: number,
  { first, count, width, grid }: { first: number; count: number; width: number; grid: ChunkGrid },
): void {
  for (let i = 0; i < count; i++) {
    const chunk = entryAt(view, at + i * width, width, grid);
    if (chunk !== undefined) table.set(first + i, chunk);
  }
}

async function fixedArray(blocks: Blocks, address: number, grid: ChunkGrid): Promise<Table> {
  const head = await blocks.read("FAHD", address, 28);
  const [width, count] = [head.getUint8(6), wide(head, 8)];
  const perPage = 2 ** head.getUint8(7);
  const data = wide(head, 16);
  const table: Table = new Map();
  if (!Number.isSafeInteger(data)) return table;
  const prefix = 14;
  if (count <= perPage) {
    const block = await blocks.read("FADB", data, prefix + count * width + 4);
    addEntries(table, block, prefix, { first: 0, count, width, grid });
    return table;
  }
  const pages = Math.ceil(count / perPage);
  const bitmap = Math.ceil(pages / 8);
  const block = await blocks.read("FADB", data, prefix + bitmap + 4);
  let at = data + prefix + bitmap + 4;
  for (let page = 0; page < pages; page++) {
    const first = page * perPage;
    const here = Math.min(perPage, count - first);
    const isWritten = (block.getUint8(prefix + (page >> 3)) & (0x80 >> (page & 7))) !== 0;
    if (isWritten) {
      const entries = await blocks.read("", at, here * width + 4);
      addEntries(table, entries, 0, { first, count: here, width, grid });
    }
    // Pages that were not written have their place all the same.
    at += perPage * width + 4;
  }
  return table;
}

async function extensibleArray(blocks: Blocks, address: number, grid: ChunkGrid): Promise<Table> {
  const head = await blocks.read("EAHD", address, 72);
  const [width, bits, inIndex, least, pointers, pageBits] = [6, 7, 8, 9, 10, 11].map((at) =>
    head.getUint8(at),
  ) as [number, number, number, number, number, number];
  const [end, root] = [wide(head, 44), wide(head, 60)];
  const table: Table = new Map();
  if (!Number.isSafeInteger(root)) return table;
  // How far into the array a block begins is stored in as many bytes as that may take.
  const prefix = 14 + Math.ceil(bits / 8);
  const levels = 1 + bits - Math.log2(least);
  const direct = 2 * Math.log2(pointers);
  const [blockCount, superCount] = [2 * (pointers - 1), Math.max(0, levels - direct)];
  if (![levels, direct].every(Number.isInteger)) throw new RangeError("an extensible array");
  const length = 14 + inIndex * width + 8 * (blockCount + superCount) + 4;
  const index = await blocks.read("EAIB", root, length);
  addEntries(table, index, 14, { first: 0, count: inIndex, width, grid });
  const addresses = 14 + inIndex * width;
  let [first, block] = [inIndex, 0];
  for (let level = 0; level < levels && first < end; level++) {
    const count = 2 ** Math.floor((level + 1) / 2) * least;
    const inLevel = 2 ** Math.floor(level / 2);
    const isPaged = count > 2 ** pageBits;
    const places: number[] = [];
    if (level < direct) {
      for (let i = 0; i < inLevel; i++) places.push(wide(index, addresses + 8 * block++));
    } else {
      const at = wide(index, addresses + 8 * (blockCount + level - direct));
      const pages = isPaged ? count / 2 ** pageBits : 0;
      const bitmap = inLevel * Math.ceil(pages / 8);
      if (Number.isSafeInteger(at)) {
        const above = await blocks.read("EASB", at, prefix + bitmap + 8 * inLevel + 4);
        for (let i = 0; i < inLevel; i++) places.push(wide(above, prefix + bitmap + 8 * i));
      }
    }
    const next = first + inLevel * count;
    for (const [i, place] of places.entries()) {
      first = next - (inLevel - i) * count;
      if (!Number.isSafeInteger(place) || first >= end) continue;
      if (!isPaged) {
        const entries = await blocks.read("EADB", place, prefix + count * width + 4);
        addEntries(table, entries, prefix, { first, count, width, grid });
        continue;
      }
      const inPage = 2 ** pageBits;
      for (let page = 0; page * inPage < count; page++) {
        const at = place + prefix + 4 + page * (inPage * width + 4);
        const entries = await blocks.page(at, inPage * width + 4);
        const where = { first: first + page * inPage, count: inPage, width, grid };
        if (entries !== undefined) addEntries(table, entries, 0, where);
      }
    }
    first = next;
  }
  return table;
}

async function tree(blocks: Blocks, address: number, grid: ChunkGrid): Promise<Table> {
  const head = await blocks.read("BTHD", address, 38);
  const [size, width, depth] = [head.getUint32(6, true), head.getUint16(10, true), head.getUint16(12, true)]; // prettier-ignore
  const [root, inRoot] = [wide(head, 16), head.getUint16(24, true)];
  const rank = grid.chunks.length;
  const table: Table = new Map();
  const own = width - 8 * rank;
  if ((own !== 8 && own < 13) || depth > 16) throw new RangeError(`records of ${width} bytes`);
  /** Bytes that hold numbers up to that one. */
  const bytesFor = (most: number): number => Math.floor(Math.log2(most) / 8) + 1;
  const leafMost = Math.floor((size - 10) / width);
  const countBytes = bytesFor(leafMost);
  /** By height above the leaves: bytes of the number of all records below. */
  const totalBytes = [0];
  for (let height = 1, total = leafMost; height < depth; height++) {
    const pointer = 8 + countBytes + totalBytes[height - 1]!;
    const most = Math.floor((size - 10 - pointer) / (width + pointer));
    total = (most + 1) * total + most;
    totalBytes.push(bytesFor(total));
  }
  const add = (view: DataView, count: number): void => {
    for (let i = 0; i < count; i++) {
      const at = 6 + i * width;
      const chunk = entryAt(view, at, own, grid);
      const place = Array.from({ length: rank }, (_, axis) => wide(view, at + own + 8 * axis));
      if (chunk !== undefined) table.set(place.join(), chunk);
    }
  };
  const visit = async (at: number, count: number, height: number): Promise<void> => {
    if (height === 0) return add(await blocks.read("BTLF", at, 6 + count * width + 4), count);
    const pointer = 8 + countBytes + totalBytes[height - 1]!;
    const node = await blocks.read("BTIN", at, 6 + count * width + (count + 1) * pointer + 4);
    add(node, count);
    for (let i = 0; i <= count; i++) {
      const from = 6 + count * width + i * pointer;
      await visit(wide(node, from), unsigned(node, from + 8, countBytes), height - 1);
    }
  };
  if (Number.isSafeInteger(root) && inRoot > 0) await visit(root, inRoot, depth);
  return table;
}
