/** How parameters begin: as PyTorch's layers draw theirs, from a seed that repeats on every machine. */
import { normals, type Random } from "../../../shared/random";

/** The numbers of one parameter. */
export type Law = (random: Random, length: number) => Float64Array;

export const constant =
  (value: number): Law =>
  (_, length) =>
    new Float64Array(length).fill(value);

export const uniform =
  (low: number, high: number): Law =>
  (random, length) =>
    Float64Array.from({ length }, () => low + (high - low) * random());

export const normal =
  (deviation: number): Law =>
  (random, length) =>
    normals(random, length).map((value) => deviation * value);

/**
 * Weights and biases of PyTorch's Linear and Conv: uniform between ∓1/√n for n numbers that go into one sum, which is
 * what its `kaiming_uniform_` with a = √5 comes to.
 */
export function ofFanIn(n: number): Law {
  const bound = 1 / Math.sqrt(n);
  return uniform(-bound, bound);
}
