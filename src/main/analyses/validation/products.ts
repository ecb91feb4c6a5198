/** Inner products of the gradients that span a metric, Euclidean and between their tangents. */
import type { Columns } from "../gradients";
import { addInnerProducts, rowsOf, type Reals } from "../innerProducts";
import type { SpanProducts } from "./directions";

/**
 * @param sides gradients, as many of each side
 * @param tangents of each side, rows J a_i over all metric samples
 * @param outputs numbers in a row: the metric is a mean over them
 */
export function spanProducts(
  sides: readonly Columns[],
  tangents: readonly Reals[],
  outputs: number,
): SpanProducts {
  const n = sides[0]!.count;
  return {
    sides,
    gram: products(
      sides.map(({ parts }) => parts),
      n,
    ),
    metric: products(
      tangents.map((all) => [all]),
      n,
    ).map((sum) => sum / outputs),
  };
}

/** Of all rows of all sides with each other [m, m]; a row lies in several parts. */
function products(sides: readonly (readonly Reals[])[], n: number): Float64Array {
  const m = sides.length * n;
  const all = new Float64Array(m * m);
  sides.forEach((left, a) => {
    sides.slice(0, a + 1).forEach((right, b) => {
      const block = new Float64Array(n * n);
      left.forEach((part, k) => {
        addInnerProducts(block, rowsOf(part, n), rowsOf(right[k]!, n));
      });
      block.forEach((value, k) => {
        const [i, j] = [a * n + Math.floor(k / n), b * n + (k % n)];
        all[i * m + j] = value;
        all[j * m + i] = value;
      });
    });
  });
  return all;
}
