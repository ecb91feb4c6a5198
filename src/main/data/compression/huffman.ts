/** Huffman's code as Zstandard uses it for literals. Source: RFC 8878, section 4.2. */
import { BackwardBits, readTableDescription, tableOf } from "./fse";

/** Bits of the longest code. */
const LONGEST = 11;
/** Logarithm of states for the weights' own table. */
const WEIGHTS_LOG = 6;

export class HuffmanTable {
  readonly #log: number;
  /** By the next `log` bits: the symbol, and how many of them are its own. */
  readonly #symbols: Uint8Array;
  readonly #bits: Uint8Array;

  private constructor(weights: readonly number[]) {
    const total = weights.reduce((sum, weight) => sum + (weight === 0 ? 0 : 1 << (weight - 1)), 0);
    if (total === 0) throw new RangeError("Zstandard: weights");
    const log = 32 - Math.clz32(total);
    const rest = (1 << log) - total;
    // The last symbol's weight is what makes the sum a power of two.
    if (log > LONGEST || (rest & (rest - 1)) !== 0) throw new RangeError("Zstandard: weights");
    const all = [...weights, 32 - Math.clz32(rest)];
    this.#log = log;
    this.#symbols = new Uint8Array(1 << log);
    this.#bits = new Uint8Array(1 << log);
    let at = 0;
    for (let weight = 1; weight <= log; weight++) {
      all.forEach((own, symbol) => {
        if (own !== weight) return;
        const span = 1 << (weight - 1);
        this.#symbols.fill(symbol, at, at + span);
        this.#bits.fill(log + 1 - weight, at, at + span);
        at += span;
      });
    }
  }

  /** @returns how many bytes the description took */
  static read(bytes: Uint8Array): { table: HuffmanTable; used: number } {
    const head = bytes[0] ?? 0;
    if (head < 128) {
      const weights = packedWeights(bytes.subarray(1, 1 + head));
      return { table: new HuffmanTable(weights), used: 1 + head };
    }
    const count = head - 127;
    const used = 1 + Math.ceil(count / 2);
    if (used > bytes.length) throw new RangeError("Zstandard: cut short");
    const weights = Array.from({ length: count }, (_, i) => {
      const pair = bytes[1 + (i >> 1)]!;
      return i % 2 === 0 ? pair >> 4 : pair & 15;
    });
    return { table: new HuffmanTable(weights), used };
  }

  decode(bytes: Uint8Array, size: number): Uint8Array {
    const out = new Uint8Array(size);
    const bits = new BackwardBits(bytes);
    for (let i = 0; i < size; i++) {
      const code = bits.peek(this.#log);
      out[i] = this.#symbols[code]!;
      bits.skip(this.#bits[code]!);
    }
    bits.expectEnd();
    return out;
  }

  /** Four streams one after the other, the lengths of the first three before them. */
  decodeFour(bytes: Uint8Array, size: number): Uint8Array {
    const out = new Uint8Array(size);
    const part = Math.ceil(size / 4);
    let at = 6;
    for (let i = 0; i < 4; i++) {
      const length = i < 3 ? bytes[2 * i]! | (bytes[2 * i + 1]! << 8) : bytes.length - at;
      const count = i < 3 ? part : size - 3 * part;
      if (length < 1 || at + length > bytes.length || count < 0) {
        throw new RangeError("Zstandard: streams");
      }
      out.set(this.decode(bytes.subarray(at, at + length), count), i * part);
      at += length;
    }
    return out;
  }
}

/** Weights packed by two states that take turns, until the bits end. */
function packedWeights(bytes: Uint8Array): number[] {
  const { counts, log, used } = readTableDescription(bytes, WEIGHTS_LOG);
  const table = tableOf(counts, log);
  const bits = new BackwardBits(bytes.subarray(used));
  const states = [bits.read(log), bits.read(log)];
  const weights: number[] = [];
  for (let turn = 0; ; turn ^= 1) {
    weights.push(table.symbols[states[turn]!]!);
    states[turn] = table.next(states[turn]!, bits);
    if (bits.left < 0) {
      weights.push(table.symbols[states[turn ^ 1]!]!);
      return weights;
    }
    if (weights.length > 255) throw new RangeError("Zstandard: weights");
  }
}
