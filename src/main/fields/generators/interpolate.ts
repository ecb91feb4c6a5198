/** Fields read between their grid points by cubic convolution (Keys 1981, IEEE Trans. ASSP 29, a = −½): error O(h³). */
import type { Grid } from "../../../shared/fields/spec";

/** Points that are read along an axis. */
const WIDTH = 4;
/** Grids have at most as many axes; those with fewer have further ones of a single point. */
const AXES = 3;

/** Values and slopes of the four nearest points meet in a cubic on each interval. */
function weights(t: number): [number, number, number, number] {
  return [
    ((-0.5 * t + 1) * t - 0.5) * t,
    (1.5 * t - 2.5) * t * t + 1,
    ((-1.5 * t + 2) * t + 0.5) * t,
    (0.5 * t - 0.5) * t * t,
  ];
}

/**
 * Reads a channel [...grid] at positions, x first, from the grid's centre. Beyond a wall the nearest value is read;
 * periodic axes wrap around. What is kept is one list an axis and not their products, which in a volume would be 64
 * numbers a point.
 */
export function readerAt(
  { size, length, periodic }: Grid,
  positions: readonly (readonly number[])[],
): (channel: ArrayLike<number>) => Float64Array {
  const axes = size.length;
  const offsets = Array.from({ length: AXES }, () => new Int32Array(positions.length * WIDTH));
  const factors = Array.from({ length: AXES }, () => new Float64Array(positions.length * WIDTH));
  let stride = 1;
  for (let axis = axes - 1; axis >= 0; axis--) {
    const n = size[axis]!;
    positions.forEach((position, p) => {
      const at = (position[axes - 1 - axis]! / length[axis]!) * n + (n - 1) / 2;
      const first = Math.floor(at);
      weights(at - first).forEach((weight, k) => {
        const j = first + k - 1;
        const inside = periodic[axis]! ? ((j % n) + n) % n : Math.min(n - 1, Math.max(0, j));
        offsets[axis]![p * WIDTH + k] = inside * stride;
        factors[axis]![p * WIDTH + k] = weight;
      });
    });
    stride *= n;
  }
  const widths = offsets.map((_, axis) => (axis < axes ? WIDTH : 1));
  for (let axis = axes; axis < AXES; axis++) factors[axis]!.fill(1);
  const [[o1, o2, o3], [f1, f2, f3]] = [offsets, factors] as [Triple<Int32Array>, Triple];
  const [w1, w2, w3] = widths as Triple<number>;
  return (channel) =>
    Float64Array.from({ length: positions.length }, (_, p) => {
      const from = p * WIDTH;
      let sum = 0;
      for (let i = from; i < from + w1; i++) {
        for (let j = from; j < from + w2; j++) {
          const [start, weight] = [o1[i]! + o2[j]!, f1[i]! * f2[j]!];
          for (let k = from; k < from + w3; k++) {
            sum += weight * f3[k]! * channel[start + o3[k]!]!;
          }
        }
      }
      return sum;
    });
}

type Triple<T = Float64Array> = [T, T, T];
