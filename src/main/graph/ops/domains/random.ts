/** Random cases of operators: a small seeded generator, and ways to draw shapes and elements from it. */
import { permutation, randomFrom } from "../../../../shared/random";
import { range } from "../shapes";

/** A few distributions of one generator: the same seed draws the same case on every machine. */
export class Random {
  /** Uniform in [0, 1). */
  readonly unit: () => number;

  constructor(seed: number) {
    this.unit = randomFrom(seed);
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** A whole number from low to high, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(probability = 0.5): boolean {
    return this.unit() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!;
  }

  /** The items in random order. */
  shuffled<T>(items: readonly T[]): T[] {
    return permutation(this.unit, items.length).map((i) => items[i]!);
  }

  /** Between `low` and `high` axes of 1 to 4 elements. */
  shape(low: number, high: number): number[] {
    return range(this.whole(low, high)).map(() => this.whole(1, 4));
  }

  /** Some axes of a tensor of `rank`, in order. */
  axes(rank: number): number[] {
    return range(rank).filter(() => this.chance());
  }

  /** A shape that broadcasts to `shape`: axes left out in front, others of extent 1. */
  narrower(shape: readonly number[]): number[] {
    const missing = this.chance(0.3) ? this.whole(0, shape.length) : 0;
    return shape.slice(missing).map((extent) => (this.chance(0.25) ? 1 : extent));
  }
}

/** Draws the elements of one input. */
export type Draw = (random: Random, size: number) => number[];

/** Uniform elements. */
export function between(low: number, high: number): Draw {
  return (random, size) => range(size).map(() => random.uniform(low, high));
}

/** Elements of either sign, at least `gap` from the kink at 0. */
export const offZero: Draw = (random, size) =>
  range(size).map(() => random.uniform(0.1, 1.5) * (random.chance() ? 1 : -1));

/** Multiples of `step` plus `offset` in ±limit, so that sums of such never come close to a tie. */
export function lattice(step: number, offset: number, limit: number): Draw {
  return (random, size) => range(size).map(() => random.whole(-limit, limit) * step + offset);
}

/** All different by at least 0.1, in random order. */
export const distinct: Draw = (random, size) =>
  random.shuffled(range(size)).map((i) => 0.1 * i - 0.7 + random.uniform(0, 0.02));

export function wholes(low: number, high: number): Draw {
  return (random, size) => range(size).map(() => random.whole(low, high));
}

export const bits: Draw = wholes(0, 1);
