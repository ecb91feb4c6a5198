/** Whether a flow fits a periodic box: fields that it moves then stay periodic. */
import type { Grid } from "../fields/spec";
import type { Formula } from "./formula";

/** Of the flow's largest value or slope; a flow that has died away towards the edges fits as well. */
const EQUAL = 1e-6;

/** Where on a face the two edges are compared, as shares of its sides: in general position. */
const SHARES = [-0.43, -0.287, -0.119, 0, 0.071, 0.233, 0.391];

/** Whether ξ and its slopes are the same at opposite edges of every periodic axis. @param flow x first */
export function closesAround(flow: readonly Formula[], { length, periodic }: Grid): boolean {
  const sides = [...length].reverse();
  const wraps = [...periodic].reverse();
  const read = (at: readonly number[]): number[] =>
    flow.flatMap((one) => [
      one.value(at),
      ...sides.map((side, j) => (one.gradient(at)[j] ?? 0) * side),
    ]);
  let [apart, largest] = [0, 0];
  sides.forEach((side, axis) => {
    if (!wraps[axis]!) return;
    SHARES.forEach((_, k) => {
      const place = sides.map((one, j) => one * SHARES[(k + 3 * j) % SHARES.length]!);
      const inside = read(place);
      const [low, high] = [-0.5, 0.5].map((share) => read(place.with(axis, share * side)));
      low!.forEach((value, i) => {
        apart = Math.max(apart, Math.abs(value - high![i]!));
        largest = Math.max(largest, Math.abs(value), Math.abs(inside[i]!));
      });
    });
  });
  // A formula without a value at an edge fits nothing.
  return Number.isFinite(apart) && apart <= EQUAL * largest;
}
