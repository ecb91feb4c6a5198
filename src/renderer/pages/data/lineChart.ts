/** Lines of values over evenly spaced points, as SVG draws them, on one scale. */

export interface LineChart {
  /** Of what is drawn, over both lines; 0 where nothing is finite. */
  readonly least: number;
  readonly most: number;
  /** Points of polylines. */
  readonly input: string;
  readonly target: string | undefined;
  /** Where zero is, if it is within. */
  readonly zero: number | undefined;
}

/** Space above and below the lines. */
const MARGIN = 6;

/** @param also values that the scale takes in beside those that are drawn */
export function lineChart(
  input: Float64Array,
  target: Float64Array | undefined,
  width: number,
  height: number,
  also: readonly number[] = [],
): LineChart {
  let [least, most] = [Infinity, -Infinity];
  for (const values of [input, target ?? [], also]) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (least > most) [least, most] = [0, 0];
  const span = most - least || 1;
  const place = (value: number): number =>
    Number((height - MARGIN - ((value - least) / span) * (height - 2 * MARGIN)).toFixed(2));
  const line = (values: Float64Array): string =>
    Array.from(values, (value, i) => ({ value, at: (i / Math.max(1, values.length - 1)) * width }))
      .filter(({ value }) => Number.isFinite(value))
      .map(({ value, at }) => `${at.toFixed(1)},${place(value)}`)
      .join(" ");
  return {
    least,
    most,
    input: line(input),
    target: target === undefined ? undefined : line(target),
    zero: least < 0 && most > 0 ? place(0) : undefined,
  };
}
