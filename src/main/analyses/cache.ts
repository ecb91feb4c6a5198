/** Values that can be made again, held as long as a bound on their bytes allows; the longest unused goes first. */
export class ByteCache<V> {
  readonly #entries = new Map<string, { value: V; bytes: number }>();
  readonly #limit: number;
  readonly #sizeOf: (value: V) => number;
  #held = 0;

  /** @param limit in bytes; a single larger value is held until the next one comes */
  constructor(limit: number, sizeOf: (value: V) => number) {
    this.#limit = limit;
    this.#sizeOf = sizeOf;
  }

  async get(key: string, make: () => Promise<V>): Promise<V> {
    const found = this.#entries.get(key);
    if (found !== undefined) {
      // A Map iterates in the order of insertion: to insert again is to have been used last.
      this.#entries.delete(key);
      this.#entries.set(key, found);
      return found.value;
    }
    const value = await make();
    const bytes = this.#sizeOf(value);
    this.#held += bytes;
    this.#entries.set(key, { value, bytes });
    for (const oldest of [...this.#entries.keys()]) {
      if (this.#held <= this.#limit || oldest === key) break;
      this.delete(oldest);
    }
    return value;
  }

  /** Forgets what will not be asked for again, and gives it back where it is still held. */
  delete(key: string): V | undefined {
    const found = this.#entries.get(key);
    this.#held -= found?.bytes ?? 0;
    this.#entries.delete(key);
    return found?.value;
  }
}
