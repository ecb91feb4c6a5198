/** A vector with its derivatives, as the pieces of evidence look at it: arrays of one sample, directions x, y, z. */
import { centred, spectral, type Derivative } from "../derivative";
import type { Grid } from "../../../shared/fields/spec";

/** The grid seen by direction: x is the array's last axis. */
export interface Space {
  readonly shape: readonly number[];
  readonly dimension: number;
  readonly points: number;
  /** ∂ along direction i. */
  derivative(values: Float64Array, direction: number): Float64Array;
  /** 0 where a derivative of a field that is not periodic would reach over the edge, else 1. */
  readonly inside: Float64Array;
}

/** Points that a smoothed field and its differences reach over. */
const MARGIN = 4;

export function spaceOf({ size, length, periodic }: Grid): Space {
  const dimension = size.length;
  const points = size.reduce((product, n) => product * n, 1);
  const axisOf = (direction: number): number => dimension - 1 - direction;
  const inside = new Float64Array(points).fill(1);
  size.forEach((n, axis) => {
    if (periodic[axis] === true) return;
    const margin = Math.min(MARGIN, Math.floor(n / 4));
    const stride = size.slice(axis + 1).reduce((product, k) => product * k, 1);
    for (let i = 0; i < points; i++) {
      const at = Math.floor(i / stride) % n;
      if (at < margin || at >= n - margin) inside[i] = 0;
    }
  });
  return {
    shape: size,
    dimension,
    points,
    inside,
    derivative(values, direction) {
      const axis = axisOf(direction);
      const along: Derivative = periodic[axis] === true ? spectral : centred;
      return along(values, size, axis, length[axis]!);
    },
  };
}

/** A vector's components as they are stored, and ∂ᵢcⱼ as `slopes[i][j]`. */
export interface StoredVector {
  readonly components: readonly Float64Array[];
  readonly slopes: readonly (readonly Float64Array[])[];
}

export function storedVector(components: readonly Float64Array[], space: Space): StoredVector {
  const slopes = Array.from({ length: space.dimension }, (_, i) =>
    components.map((component) => space.derivative(component, i)),
  );
  return { components, slopes };
}
