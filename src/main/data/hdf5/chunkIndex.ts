/**
 * Where the chunks of a data set lie in the file, so that those can be read whose filters the library lacks: it gives no
 * way to a chunk as it is stored. Files of the widest compatibility are read, which h5py writes unless told otherwise.
 * Source: HDF5 File Format Specification 3.0, sections II, III.A and IV.A.
 */
import type { ByteSource } from "../byteSource";

export interface StoredChunk {
  readonly address: number;
  readonly bytes: number;
  /** A bit for each filter that it went without. */
  readonly skipped: number;
}

const SUPERBLOCK = "\x89HDF\r\n\x1a\n";
/** Types of messages in an object's header. */
const [LAYOUT, CONTINUATION] = [8, 16];
const CHUNKED = 2;
/** Parts of a header that follow each other. */
const MOST_CONTINUATIONS = 64;

interface Node {
  readonly level: number;
  readonly keys: readonly (readonly number[])[];
  readonly chunks: readonly StoredChunk[];
}

export class ChunkIndex {
  readonly #source: ByteSource;
  readonly #base: number;
  readonly #root: number;
  readonly #rank: number;
  readonly #nodes = new Map<number, Promise<Node>>();

  private constructor(source: ByteSource, base: number, root: number, rank: number) {
    this.#source = source;
    this.#base = base;
    this.#root = root;
    this.#rank = rank;
  }

  /**
   * @param header where the data set's header is, as a reference to it says
   * @returns undefined for files of newer forms
   */
  static async of(source: ByteSource, header: number): Promise<ChunkIndex | undefined> {
    const base = await baseOf(source);
    if (base === undefined) return undefined;
    const layout = await layoutOf(source, base, base + header);
    if (layout === undefined) return undefined;
    const view = viewOf(layout);
    if (view.getUint8(0) !== 3 || view.getUint8(1) !== CHUNKED) return undefined;
    return new ChunkIndex(source, base, address(view, 3), view.getUint8(2) - 1);
  }

  /** The chunk that begins at those elements; undefined where it is not stored. */
  async at(start: readonly number[]): Promise<StoredChunk | undefined> {
    let place = this.#root;
    // A child's level is lower than its parent's, or the file is damaged; so this ends.
    for (let above = 256; Number.isSafeInteger(place);) {
      const node = await this.#node(place);
      if (node.level >= above) throw new RangeError("the index of chunks goes round in circles");
      above = node.level;
      const i = node.keys.findLastIndex((key) => compare(key, start) <= 0);
      const chunk = node.chunks[i];
      if (chunk === undefined) return undefined;
      if (node.level === 0) {
        return compare(node.keys[i]!, start) === 0
          ? { ...chunk, address: this.#base + chunk.address }
          : undefined;
      }
      place = chunk.address;
    }
    return undefined;
  }

  #node(place: number): Promise<Node> {
    const known = this.#nodes.get(place) ?? this.#readNode(this.#base + place);
    this.#nodes.set(place, known);
    return known;
  }

  async #readNode(at: number): Promise<Node> {
    const head = viewOf(await this.#source.read(at, 24));
    const isNode = head.getUint32(0) === 0x54524545 && head.getUint8(4) === 1;
    if (!isNode) throw new RangeError("the index of chunks is damaged");
    const count = head.getUint16(6, true);
    // A key: bytes and filters of the chunk, its first element on each axis and in the element itself.
    const key = 8 + 8 * (this.#rank + 1);
    const body = viewOf(await this.#source.read(at + 24, count * (key + 8)));
    const keys: number[][] = [];
    const chunks: StoredChunk[] = [];
    for (let i = 0; i < count; i++) {
      const from = i * (key + 8);
      keys.push(
        Array.from({ length: this.#rank }, (_, axis) => address(body, from + 8 + 8 * axis)),
      );
      chunks.push({
        bytes: body.getUint32(from, true),
        skipped: body.getUint32(from + 4, true),
        address: address(body, from + key),
      });
    }
    return { level: head.getUint8(5), keys, chunks };
  }
}

/** Where addresses count from: the superblock, before which others may have put a block of their own. */
async function baseOf(source: ByteSource): Promise<number | undefined> {
  for (let at = 0; at + 16 <= source.size && at <= 1 << 20; at = at === 0 ? 512 : 2 * at) {
    const bytes = await source.read(at, 16);
    if (Buffer.from(bytes.subarray(0, 8)).toString("latin1") !== SUPERBLOCK) continue;
    const isOld = bytes[8]! <= 1;
    return isOld && bytes[13] === 8 && bytes[14] === 8 ? at : undefined;
  }
  return undefined;
}

/** The layout message of a header of version 1. */
async function layoutOf(
  source: ByteSource,
  base: number,
  header: number,
): Promise<Uint8Array | undefined> {
  const head = viewOf(await source.read(header, 16));
  if (head.getUint8(0) !== 1) return undefined;
  const blocks = [{ at: header + 16, length: head.getUint32(8, true) }];
  for (let i = 0; i < blocks.length && i < MOST_CONTINUATIONS; i++) {
    const { at: start, length } = blocks[i]!;
    const bytes = await source.read(start, length);
    const view = viewOf(bytes);
    for (let at = 0; at + 8 <= length;) {
      const [type, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
      if (type === LAYOUT) return bytes.subarray(at + 8, at + 8 + size);
      if (type === CONTINUATION) {
        blocks.push({ at: base + address(view, at + 8), length: address(view, at + 16) });
      }
      at += 8 + size;
    }
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** An address or extent of eight bytes; one that is not defined is no safe integer. */
function address(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let axis = 0; axis < a.length; axis++) {
    if (a[axis] !== b[axis]) return a[axis]! - b[axis]!;
  }
  return 0;
}
