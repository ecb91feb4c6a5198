/**
 * Short correlations by interpolation (Toom 1963, Cook 1966; Winograd 1980): y[i] = Σ_k w[k] x[i + k] for m outputs and
 * r taps with m + r − 1 products instead of m r.
 */

/** A matrix by rows. */
export type Rows = readonly (readonly number[])[];

/** y = output · ((kernel · w) ⊙ (input · x)). */
export interface CookToom {
  /** [points, m + r − 1] */
  readonly input: Rows;
  /** [points, r] */
  readonly kernel: Rows;
  /** [m, points] */
  readonly output: Rows;
}

/**
 * As many outputs as there are finite points, less `taps` − 2; the point at infinity is added. `input` depends on the
 * points alone.
 * @param finite different numbers. Small ones of few binary digits lose least to rounding.
 */
export function cookToom(finite: readonly number[], taps: number): CookToom {
  const outputs = finite.length - taps + 2;
  const powers = (point: number, count: number): number[] =>
    Array.from({ length: count }, (_, power) => point ** power);
  const infinity = (count: number): number[] =>
    Array.from({ length: count }, (_, power) => Number(power === count - 1));
  const others = (point: number): number[] => finite.filter((other) => other !== point);
  return {
    input: [...finite.map((point) => [...polynomial(others(point)), 0]), polynomial(finite)],
    kernel: [
      ...finite.map((point) => {
        const scale = others(point).reduce((product, other) => product * (point - other), 1);
        return powers(point, taps).map((value) => value / scale);
      }),
      infinity(taps),
    ],
    output: transposed([...finite.map((point) => powers(point, outputs)), infinity(outputs)]),
  };
}

/** Coefficients of Π (t − root), from the constant one up. */
function polynomial(roots: readonly number[]): number[] {
  return roots.reduce<number[]>(
    (product, root) =>
      [...product, 0].map(
        (value, power) => (product[power - 1] ?? 0) - root * (power < product.length ? value : 0),
      ),
    [1],
  );
}

/** A matrix's columns. */
export function transposed(rows: Rows): number[][] {
  return rows[0]!.map((_, column) => rows.map((row) => row[column]!));
}

/** The same along both axes of a plane: [ra · rb, ca · cb], row-major pairs. */
export function kronecker(a: Rows, b: Rows): number[][] {
  return a.flatMap((left) => b.map((right) => left.flatMap((x) => right.map((y) => x * y))));
}
