/**
 * Where the chunks of a data set lie in the file: a tree that is searched by a chunk's first element.
 * Source: HDF5 File Format Specification 3.0, section III.A.1, "Version 1 B-trees".
 */
import type { ByteSource } from "../byteSource";
import { viewOf, wide } from "./objectHeader";

export interface StoredChunk {
  readonly address: number;
  readonly bytes: number;
  /** A bit for each filter that it went without. */
  readonly skipped: number;
}

export interface ChunkIndex {
  /**
   * The chunk that begins at those elements; undefined where it is not stored.
   * @throws RangeError, UserError "file/truncated" where the index is damaged
   */
  at(start: readonly number[]): Promise<StoredChunk | undefined>;
  /** Chunks that are stored; undefined where counting them takes long. @throws as `at` */
  count(): Promise<number | undefined>;
}

interface Node {
  readonly level: number;
  readonly keys: readonly (readonly number[])[];
  readonly chunks: readonly StoredChunk[];
}

const TREE = 0x54524545;
/** Nodes of a level, each of some sixty chunks: reading more takes longer than a file should take to open. */
const MOST_COUNTED = 1024;

/** The index of files of all versions before the newest. */
export class ChunkTree implements ChunkIndex {
  readonly #source: ByteSource;
  readonly #base: number;
  readonly #root: number;
  readonly #rank: number;
  readonly #nodes = new Map<number, Promise<Node>>();

  /**
   * @param base where addresses count from
   * @param root address of the tree's root
   */
  constructor(source: ByteSource, { base, root }: { base: number; root: number }, rank: number) {
    this.#source = source;
    this.#base = base;
    this.#root = root;
    this.#rank = rank;
  }

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

  async count(): Promise<number | undefined> {
    let [count, above] = [0, 256];
    // Level by level, downwards.
    for (let places = [this.#root]; places.length > 0;) {
      if (places.length > MOST_COUNTED) return undefined;
      const below: number[] = [];
      for (const place of places) {
        if (!Number.isSafeInteger(place)) continue;
        const { level, chunks } = await this.#node(place);
        if (level >= above) throw new RangeError("the index of chunks goes round in circles");
        if (level === 0) count += chunks.length;
        else for (const { address } of chunks) below.push(address);
        if (place === places.at(-1)) above = level;
      }
      places = below;
    }
    return count;
  }

  #node(place: number): Promise<Node> {
    const known = this.#nodes.get(place) ?? this.#readNode(this.#base + place);
    this.#nodes.set(place, known);
    return known;
  }

  async #readNode(at: number): Promise<Node> {
    const head = viewOf(await this.#source.read(at, 24));
    if (head.getUint32(0) !== TREE || head.getUint8(4) !== 1) {
      throw new RangeError("the index of chunks is damaged");
    }
    const count = head.getUint16(6, true);
    // A key: bytes and filters of the chunk, its first element on each axis and in the element itself.
    const key = 8 + 8 * (this.#rank + 1);
    const body = viewOf(await this.#source.read(at + 24, count * (key + 8)));
    const keys: number[][] = [];
    const chunks: StoredChunk[] = [];
    for (let i = 0; i < count; i++) {
      const from = i * (key + 8);
      keys.push(Array.from({ length: this.#rank }, (_, axis) => wide(body, from + 8 + 8 * axis)));
      chunks.push({
        bytes: body.getUint32(from, true),
        skipped: body.getUint32(from + 4, true),
        address: wide(body, from + key),
      });
    }
    return { level: head.getUint8(5), keys, chunks };
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let axis = 0; axis < a.length; axis++) {
    if (a[axis] !== b[axis]) return a[axis]! - b[axis]!;
  }
  return 0;
}
