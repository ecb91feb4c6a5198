/** Inner products of the gradients that span a metric, Euclidean and between their tangents. */
import type { Columns } from "../gradients";
import { rowsOf, type Reals } from "../innerProducts";
import type { LongProducts } from "../longProducts";
import type { SpanProducts } from "./directions";

/**
 * @param sides gradients, as many of each side
 * @param tangents of each side, rows J a_i over all metric samples
 * @param outputs numbers in a row: the metric is a mean over them
 */
export async function spanProducts(
  by: LongProducts,
  sides: readonly Columns[],
  tangents: readonly Reals[],
  outputs: number,
): Promise<SpanProducts> {
  const n = sides[0]!.count;
  return {
    sides,
    gram: await products(
      by,
      sides.map(({ parts }) => parts),
      n,
    ),
    metric: (
      await products(
        by,
        tangents.map((all) => [all]),
        n,
      )
    ).map((sum) => sum / outputs),
  };
}

/** Of all rows of all sides with each other [m, m]; a row lies in several parts. */
async function products(
  by: LongProducts,
  sides: readonly (readonly Reals[])[],
  n: number,
): Promise<Float64Array> {
  const m = sides.length * n;
  const all = new Float64Array(m * m);
  for (const [a, left] of sides.entries()) {
    for (const [b, right] of sides.slice(0, a + 1).entries()) {
      const block = new Float64Array(n * n);
      for (const [k, part] of left.entries()) {
        await by.add(block, rowsOf(part, n), rowsOf(right[k]!, n));
      }
      block.forEach((value, k) => {
        const [i, j] = [a * n + Math.floor(k / n), b * n + (k % n)];
        all[i * m + j] = value;
        all[j * m + i] = value;
      });
    }
  }
  return all;
}
