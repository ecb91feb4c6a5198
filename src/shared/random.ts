/**
 * Random numbers that a seed repeats on every machine. Not for secrets.
 * The generator is sfc32 (Doty-Humphrey's “small fast counting”, 128 bits of state, PractRand-clean).
 */

/** Uniform doubles in [0, 1) with 32 bits of resolution. */
export type Random = () => number;

/** Discarded at the start so that near seeds part ways, as the generator's author does. */
const WARM_UP = 12;

/** @param seed any whole number; `stream` gives unrelated sequences for one seed */
export function randomFrom(seed: number, stream = 0): Random {
  let a = stream | 0;
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let i = 0; i < WARM_UP; i++) next();
  return () => next() / 2 ** 32;
}

/** Uniform in {0, …, n − 1}. */
export function integerBelow(random: Random, n: number): number {
  return Math.floor(random() * n);
}

/** `length` independent standard normal numbers, by Box and Muller's transform. */
export function normals(random: Random, length: number): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i += 2) {
    // 1 − u lies in (0, 1], so the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < length) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** 0 … n − 1 in a random order, every order equally likely (Fisher and Yates). */
export function permutation(random: Random, n: number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = integerBelow(random, i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
