/** Directions of parameter space: their algebra, and random ones with the filters' norms. */
import { normals, randomFrom } from "../../shared/random";
import { sizeOf, type Tensor } from "../../shared/tensor";

/** A vector of parameter space in float64, one array a parameter in the model's order. */
export type Direction = readonly Float64Array[];

/** ⟨a, b⟩ over all parameters, summed in float64. */
export function dot(a: Direction, b: Direction): number {
  return a.reduce((sum, part, k) => {
    const other = b[k]!;
    let inner = 0;
    for (let i = 0; i < part.length; i++) inner += part[i]! * other[i]!;
    return sum + inner;
  }, 0);
}

/** √⟨a, a⟩. */
export function norm(a: Direction): number {
  return Math.sqrt(dot(a, a));
}

/** Σ weights_k · vectors_k; at least one vector. */
export function combined(vectors: readonly Direction[], weights: readonly number[]): Direction {
  const sum = vectors[0]!.map((part) => new Float64Array(part.length));
  vectors.forEach((vector, v) => {
    const weight = weights[v]!;
    sum.forEach((part, k) => {
      const other = vector[k]!;
      for (let i = 0; i < part.length; i++) part[i]! += weight * other[i]!;
    });
  });
  return sum;
}

/** a + factor · b */
export function plus(a: Direction, factor: number, b: Direction): Direction {
  return a.map((part, k) => part.map((value, i) => value + factor * b[k]![i]!));
}

/** factor · a */
export function scaled(a: Direction, factor: number): Direction {
  return a.map((part) => part.map((value) => factor * value));
}

/** Below this sine of their angle two directions span a line for float32 purposes. */
const SMALLEST_SINE = 1e-3;

/**
 * An orthonormal basis of the plane of two vectors, the first one along `a`.
 * @returns one vector where they are parallel, or the second vanishes; none where the first does
 */
export function orthonormal(a: Direction, b: Direction): Direction[] {
  const length = norm(a);
  if (!(length > 0)) return [];
  const first = scaled(a, 1 / length);
  const rest = plus(b, -dot(first, b), first);
  const second = norm(rest);
  if (!(second > SMALLEST_SINE * norm(b))) return [first];
  return [first, scaled(rest, 1 / second)];
}

/**
 * A normal random vector whose every filter (first axis of a weight) has the norm of the parameter's own filter;
 * vectors and scalars (biases, norms) do not move. Li et al. 2018, arXiv:1712.09913, section 4.
 */
export function filterNormalised(
  parameters: readonly Tensor[],
  seed: number,
  stream: number,
): Direction {
  const random = randomFrom(seed, stream);
  return parameters.map(({ shape, data }) => {
    const drawn = normals(random, data.length);
    if (shape.length < 2) return new Float64Array(data.length);
    const size = sizeOf(shape.slice(1));
    for (let first = 0; first < data.length; first += size) {
      let weight = 0;
      let step = 0;
      for (let i = first; i < first + size; i++) {
        weight += Number(data[i]) ** 2;
        step += drawn[i]! ** 2;
      }
      const factor = Math.sqrt(weight) / (Math.sqrt(step) + 1e-10);
      for (let i = first; i < first + size; i++) drawn[i]! *= factor;
    }
    return drawn;
  });
}
