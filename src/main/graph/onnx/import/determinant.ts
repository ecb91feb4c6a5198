/** Determinants of small matrices, as the polynomials that they are: so derivatives hold where the matrix is singular. */
import type { Value } from "../../ir";
import type { Call } from "./call";

/** Rows; n·2ⁿ⁻¹ products of columns. */
const MOST_ROWS = 6;

/**
 * det of [..., n, n], expanded row by row: D(S), the determinant of the first |S| rows in the columns S, is
 * Σ_{j∈S} (−1)^{columns of S behind j} x[|S|−1, j] D(S∖{j}). A set is a number whose bits are its columns.
 */
export function determinant(call: Call, x: Value): Value {
  const { g } = call;
  const rank = x.shape.length;
  const n = x.shape[rank - 1];
  if (rank < 2 || n !== x.shape[rank - 2] || n === 0) {
    throw call.malformed(`[${x.shape.join(", ")}] holds no square matrices`);
  }
  if (n! > MOST_ROWS) throw call.unsupported(`matrices of more than ${MOST_ROWS} rows`);
  const batch = x.shape.slice(0, -2);
  const entry = (row: number, column: number): Value =>
    g.reshape(
      g.slice(x, [
        { axis: rank - 2, start: row, end: row + 1 },
        { axis: rank - 1, start: column, end: column + 1 },
      ]),
      batch,
    );

  const minors = new Map<number, Value>();
  for (let columns = 1; columns < 1 << n!; columns++) {
    const chosen = Array.from({ length: n! }, (_, j) => j).filter((j) => (columns >> j) & 1);
    const row = chosen.length - 1;
    const terms = chosen.map((j, place) => {
      const others = minors.get(columns & ~(1 << j));
      const term = others === undefined ? entry(row, j) : g.mul(entry(row, j), others);
      return (row - place) % 2 === 0 ? term : g.neg(term);
    });
    minors.set(
      columns,
      terms.reduce((sum, term) => g.add(sum, term)),
    );
  }
  return minors.get((1 << n!) - 1)!;
}
