/** Finite state entropy, as Zstandard uses it: tables of states, and bits read from the end. Source: RFC 8878, section 4.1. */

/** A stream of bits that is read from its last byte to its first; its highest set bit only marks the beginning. */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  /** Bits that are left; below zero what was read beyond the start, as zeros. */
  left: number;

  constructor(bytes: Uint8Array) {
    const last = bytes.at(-1) ?? 0;
    if (last === 0) throw new RangeError("Zstandard: bits without their mark");
    this.#bytes = bytes;
    this.left = bytes.length * 8 - 8 + (31 - Math.clz32(last));
  }

  /** @param count at most 31 */
  read(count: number): number {
    this.left -= count;
    return this.#at(this.left, count);
  }

  /** The next bits without taking them. */
  peek(count: number): number {
    return this.#at(this.left - count, count);
  }

  skip(count: number): void {
    this.left -= count;
  }

  /** @throws RangeError where more or fewer bits were used than there are */
  expectEnd(): void {
    if (this.left !== 0) throw new RangeError("Zstandard: bits are left over or missing");
  }

  #at(start: number, count: number): number {
    let value = 0;
    for (let i = count - 1, bit = start + count - 1; i >= 0; i--, bit--) {
      const set = bit < 0 ? 0 : (this.#bytes[bit >> 3]! >> (bit & 7)) & 1;
      value = value * 2 + set;
    }
    return value;
  }
}

export class FseTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly #bits: Uint8Array;
  readonly #bases: Uint16Array;

  constructor(log: number, symbols: Uint8Array, bits: Uint8Array, bases: Uint16Array) {
    this.log = log;
    this.symbols = symbols;
    this.#bits = bits;
    this.#bases = bases;
  }

  next(state: number, bits: BackwardBits): number {
    return this.#bases[state]! + bits.read(this.#bits[state]!);
  }
}

/** @param counts states of each symbol, −1 for one of less than one; they add up to 2^log */
export function tableOf(counts: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const next = counts.map((count) => Math.abs(count));
  // Rare symbols take the last states, the others are spread with a step that meets every state once.
  let high = size;
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let place = 0;
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[place] = symbol;
      do place = (place + step) & (size - 1);
      while (place >= high);
    }
  });
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state]!;
    const x = next[symbol]!++;
    bits[state] = log - (31 - Math.clz32(x));
    bases[state] = (x << bits[state]!) - size;
  }
  return new FseTable(log, symbols, bits, bases);
}

/**
 * Counts of symbols as they stand before their bits, read from the first byte on.
 * @param longest logarithm of states that may be
 * @throws RangeError where they do not add up
 */
export function readTableDescription(
  bytes: Uint8Array,
  longest: number,
): { counts: number[]; log: number; used: number } {
  let bit = 0;
  const read = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, bit++) {
      const byte = bytes[bit >> 3];
      if (byte === undefined) throw new RangeError("Zstandard: cut short");
      value |= ((byte >> (bit & 7)) & 1) << i;
    }
    return value;
  };
  const log = read(4) + 5;
  if (log > longest) throw new RangeError("Zstandard: table");
  const counts: number[] = [];
  for (let left = 1 << log; left > 0;) {
    // A value up to left + 1; the small ones have a bit less.
    const width = 32 - Math.clz32(left + 1);
    const low = read(width - 1);
    const small = (1 << width) - 1 - (left + 1);
    let value = low;
    if (low >= small) {
      value = low | (read(1) << (width - 1));
      if (value >= 1 << (width - 1)) value -= small;
    }
    const count = value - 1;
    counts.push(count);
    left -= Math.abs(count);
    if (count === 0) {
      for (let more = 3; more === 3;) {
        more = read(2);
        for (let i = 0; i < more; i++) counts.push(0);
      }
    }
    if (left < 0 || counts.length > 256) throw new RangeError("Zstandard: table");
  }
  return { counts, log, used: Math.ceil(bit / 8) };
}
