/** Which samples were found to be finite: a file that changes is not read on, so once is enough for each. */

/** More samples than this are looked at every time, as a note of them would take more memory than it saves time. */
const MOST = 1 << 27;

export class LookedAt {
  #bits: Uint8Array | undefined;
  readonly #count: number;

  constructor(sampleCount: number) {
    this.#count = sampleCount;
  }

  hasAll(indices: readonly number[]): boolean {
    const bits = this.#bits;
    return bits !== undefined && indices.every((i) => (bits[i >> 3]! & (1 << (i & 7))) !== 0);
  }

  add(indices: readonly number[]): void {
    if (this.#count > MOST) return;
    const bits = (this.#bits ??= new Uint8Array(Math.ceil(this.#count / 8)));
    for (const i of indices) bits[i >> 3]! |= 1 << (i & 7);
  }
}
