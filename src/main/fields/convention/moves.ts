/** Fields moved along their grid: what belongs together no longer does, and each looks as before. */
import { sizeOf } from "../../../shared/tensor";

/** Moves that chance is judged by. */
const MOVES = 16;

/**
 * Shifts by points along each axis, spread evenly over the grid and none of them zero: multiples of powers of 1/φ, φ the
 * root of φᵈ⁺¹ = φ + 1 (Roberts 2018, "The unreasonable effectiveness of quasirandom sequences").
 */
export function movesOf(shape: readonly number[]): number[][] {
  let root = 2;
  for (let i = 0; i < 40; i++) root = (1 + root) ** (1 / (shape.length + 1));
  return Array.from({ length: MOVES }, (_, k) =>
    shape.map((n, axis) => {
      const part = ((k + 1) * root ** -(axis + 1)) % 1;
      return 1 + Math.floor(part * (n - 1));
    }),
  );
}

/** As on a periodic grid. @param by points along each axis */
export function moved(
  field: Float64Array,
  shape: readonly number[],
  by: readonly number[],
): Float64Array {
  let values = field;
  shape.forEach((n, axis) => {
    const inner = sizeOf(shape.slice(axis + 1));
    const [length, reach] = [n * inner, (by[axis]! % n) * inner];
    const next = new Float64Array(values.length);
    // Of every line the part that stays in it, then the part that comes round.
    for (let line = 0; line < values.length; line += length) {
      const cut = line + length - reach;
      next.set(values.subarray(line, cut), line + reach);
      next.set(values.subarray(cut, line + length), line);
    }
    values = next;
  });
  return values;
}
