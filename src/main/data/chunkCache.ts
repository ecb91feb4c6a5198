/**
 * Unpacked chunks of all open files, the ones used last: unpacking one costs as much for one state as for all that it
 * holds, and the next state needs it again. One budget for all, so that a folder of many shards takes no more than a file.
 */
import type { TensorData } from "../../shared/tensor";

type Content = TensorData | undefined;

interface Held {
  readonly content: Promise<Content>;
  readonly bytes: number;
}

/** Bytes kept: the chunks around one frame of a gas of four fields, in which a frame is a slice of each. */
const KEPT = 1 << 27;

export class ChunkCache {
  readonly #budget: number;
  /** The one used last stands last. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;
  #owners = 0;

  constructor(budget = KEPT) {
    this.#budget = budget;
  }

  /** A name for an array's chunks; no other has it. */
  owner(): string {
    return `${this.#owners++}:`;
  }

  /** The chunk, unpacked by `load` if it is not at hand. One that fails is forgotten. */
  get(owner: string, key: string, bytes: number, load: () => Promise<Content>): Promise<Content> {
    const name = owner + key;
    const known = this.#held.get(name);
    if (known !== undefined) {
      this.#held.delete(name);
      this.#held.set(name, known);
      return known.content;
    }
    const content = load();
    const held = { content, bytes };
    this.#held.set(name, held);
    this.#bytes += bytes;
    content.catch(() => {
      if (this.#held.get(name) === held) this.#drop(name);
    });
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.#budget || oldest === name) break;
      this.#drop(oldest);
    }
    return content;
  }

  /** Forgets an array's chunks: its file is closed. */
  release(owner: string): void {
    for (const name of [...this.#held.keys()]) if (name.startsWith(owner)) this.#drop(name);
  }

  #drop(name: string): void {
    this.#bytes -= this.#held.get(name)?.bytes ?? 0;
    this.#held.delete(name);
  }
}

/** Of this process. */
export const chunkCache = new ChunkCache();
