/**
 * A grid made finer before contours are drawn, so that a line through few cells is a curve and no polygon. Cubic
 * convolution (Keys 1981, IEEE Trans. ASSP 29, a = −1/2): it keeps the given values and is exact for quadratics.
 */

export interface Grid {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** [ys.length, xs.length], row-major. */
  readonly values: Float64Array;
}

/** Cells across that make a line of a closed contour look smooth at the width of a page. */
const CELLS = 96;

/**
 * @param grid evenly spaced along each axis
 * @returns the same function on at least 96 cells across, or the grid itself where it is as fine, or too small to tell
 */
export function refined(grid: Grid): Grid {
  const across = Math.min(grid.xs.length, grid.ys.length) - 1;
  const times = Math.ceil(CELLS / across);
  if (across < 2 || times < 2) return grid;
  const width = grid.xs.length;
  // One axis after the other: the interpolation is a product.
  const rows = grid.ys.map((_, j) =>
    along([...grid.values.subarray(j * width, (j + 1) * width)], times),
  );
  const columns = rows[0]!.map((_, i) =>
    along(
      rows.map((row) => row[i]!),
      times,
    ),
  );
  return {
    xs: evenly(grid.xs, times),
    ys: evenly(grid.ys, times),
    values: Float64Array.from(columns[0]!.flatMap((_, j) => columns.map((one) => one[j]!))),
  };
}

/** Points between neighbours, `times` as close. */
function evenly(points: readonly number[], times: number): number[] {
  return between(points, times, (k, t) => points[k]! + t * (points[k + 1]! - points[k]!));
}

function along(values: readonly number[], times: number): number[] {
  const last = values.length - 1;
  // Beyond an end the parabola through its three points goes on.
  const at = (k: number): number => {
    if (k < 0) return 3 * values[0]! - 3 * values[1]! + values[2]!;
    if (k > last) return 3 * values[last]! - 3 * values[last - 1]! + values[last - 2]!;
    return values[k]!;
  };
  return between(values, times, (k, t) => {
    const [before, a, b, after] = [at(k - 1), at(k), at(k + 1), at(k + 2)] as const;
    const cubic =
      a +
      (t / 2) *
        (b -
          before +
          t * (2 * before - 5 * a + 4 * b - after + t * (3 * (a - b) + after - before)));
    // Beside a value that is missing the line between the two goes on as it did.
    return Number.isNaN(cubic) ? a + t * (b - a) : cubic;
  });
}

/** `value` at every place k + t from the first point to the last, which are themselves at t = 0. */
function between(
  points: readonly number[],
  times: number,
  value: (k: number, t: number) => number,
): number[] {
  return points.flatMap((point, k) =>
    k === points.length - 1
      ? [point]
      : [point, ...Array.from({ length: times - 1 }, (_, i) => value(k, (i + 1) / times))],
  );
}
