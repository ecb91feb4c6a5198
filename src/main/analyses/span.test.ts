import * as fc from "fast-check";
import { Matrix, SVD, inverse } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { cosineOf, influenceOf, spanOf, whiten } from "./span";

/** Columns and a Jacobian of random numbers with columns of different sizes. */
function randomCase(seed: number, p = 40, n = 7, outputs = 25) {
  let state = seed + 1;
  const random = (): number => {
    // Park–Miller: plain, and repeatable everywhere.
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  };
  const columns = Matrix.zeros(p, n);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < p; i++) columns.set(i, j, random() * (1 + j));
  }
  const jacobian = Matrix.zeros(outputs, p);
  for (let i = 0; i < outputs; i++) for (let j = 0; j < p; j++) jacobian.set(i, j, random());
  return { columns, jacobian, eta: jacobian.transpose().mmul(jacobian).div(outputs) };
}

const flat = (matrix: Matrix): Float64Array => Float64Array.from(matrix.to1DArray());

function gramRoute(
  columns: Matrix,
  eta: Matrix,
  ridge: number,
  energy: number,
  unitColumns = false,
) {
  const n = columns.columns;
  const gram = flat(columns.transpose().mmul(columns));
  const metric = flat(columns.transpose().mmul(eta).mmul(columns));
  const span = spanOf(gram, n, { energy, unitColumns });
  return { span, influence: influenceOf(whiten(span, metric, n), n, ridge) };
}

/** Π as published: thin SVD, cut, explicit inverse. */
function svdRoute(columns: Matrix, eta: Matrix, ridge: number, energy: number) {
  const svd = new SVD(columns, { autoTranspose: true });
  const squares = svd.diagonal.map((sigma) => sigma ** 2);
  const total = squares.reduce((a, b) => a + b, 0);
  let rank = 0;
  for (let kept = 0; kept < (1 - energy) * total; rank++) kept += squares[rank]!;
  const q = svd.leftSingularVectors.subMatrix(0, columns.rows - 1, 0, rank - 1);
  const chi = q.transpose().mmul(eta).mmul(q).add(Matrix.eye(rank, rank).mul(ridge));
  const b = q.transpose().mmul(columns);
  return { rank, influence: flat(b.transpose().mmul(inverse(chi)).mmul(b)) };
}

function expectClose(actual: Float64Array, wanted: Float64Array, relative: number): void {
  const scale = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  actual.forEach((value, k) => {
    if (!(Math.abs(value - wanted[k]!) <= relative * scale)) {
      expect.fail(`entry ${k}: ${value}, wanted ${wanted[k]} within ${relative * scale}`);
    }
  });
}

const seeds = fc.integer({ min: 0, max: 1_000_000 });

describe("influence in a span", () => {
  test("equals the route by singular vectors and an explicit inverse", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(1e-6, 1e-3, 1),
        fc.constantFrom(1e-4, 0.02, 0.2),
        (seed, ridge, energy) => {
          const { columns, eta } = randomCase(seed);
          const gram = gramRoute(columns, eta, ridge, energy);
          const svd = svdRoute(columns, eta, ridge, energy);
          expect(gram.span.rank).toBe(svd.rank);
          // Squaring in the Gram matrix costs digits only in directions that the cut removes.
          expectClose(gram.influence, svd.influence, 1e-10);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("equals it with unit columns, rescaled afterwards", () => {
    const { columns, eta } = randomCase(5);
    const norms = Array.from({ length: columns.columns }, (_, j) =>
      columns.getColumnVector(j).norm(),
    );
    const units = Matrix.zeros(columns.rows, columns.columns);
    for (let j = 0; j < norms.length; j++) {
      units.setColumn(j, columns.getColumnVector(j).div(norms[j]!));
    }
    const wanted = svdRoute(units, eta, 1e-6, 0.05);
    const { span, influence } = gramRoute(columns, eta, 1e-6, 0.05, true);
    expect(span.rank).toBe(wanted.rank);
    expectClose(
      influence,
      wanted.influence.map((v, k) => v * norms[Math.floor(k / 7)]! * norms[k % 7]!),
      1e-10,
    );
  });

  test("is symmetric and positive semidefinite", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { columns, eta } = randomCase(seed);
        const { influence } = gramRoute(columns, eta, 1e-6, 1e-4);
        const matrix = Matrix.from1DArray(7, 7, Array.from(influence));
        expectClose(flat(matrix.transpose()), influence, 1e-14);
        const x = Matrix.columnVector(Array.from({ length: 7 }, (_, i) => Math.sin(seed + i)));
        expect(x.transpose().mmul(matrix).mmul(x).get(0, 0)).toBeGreaterThan(0);
      }),
    );
  });

  test("scales with the square of the gradients", () => {
    const { columns, eta } = randomCase(3);
    const one = gramRoute(columns, eta, 1e-6, 1e-4).influence;
    const many = gramRoute(Matrix.mul(columns, 1000), eta, 1e-6, 1e-4).influence;
    expectClose(
      many.map((v) => v / 1e6),
      one,
      1e-12,
    );
  });

  test("is the Gram matrix where the metric vanishes and the ridge is 1", () => {
    const { columns } = randomCase(4);
    const zero = Matrix.zeros(40, 40);
    expectClose(
      gramRoute(columns, zero, 1, 0).influence,
      flat(columns.transpose().mmul(columns)),
      1e-12,
    );
  });

  test("gives cosines of ±1 in a span of rank 1", () => {
    const { columns, eta } = randomCase(6);
    const { span, influence } = gramRoute(columns, eta, 1e-6, 0.9);
    expect(span.rank).toBe(1);
    const self = Array.from({ length: 7 }, (_, i) => influence[i * 7 + i]!);
    for (const value of cosineOf(influence, self, self)) expect(Math.abs(value)).toBeCloseTo(1, 12);
  });

  test("reports how little of a small column a cut keeps, and unit columns keep it", () => {
    // Orthogonal columns of norm 1000 and 1: the second holds 1e-6 of the energy.
    const columns = new Matrix([
      [1000, 0],
      [0, 1],
      [0, 0],
    ]);
    const eta = Matrix.eye(3, 3);
    const plain = gramRoute(columns, eta, 1e-6, 1e-4).span;
    expect([plain.rank, ...plain.keptNorms]).toEqual([1, 1e6, 0]);
    const unit = gramRoute(columns, eta, 1e-6, 1e-4, true).span;
    expect(unit.rank).toBe(2);
    expect(unit.keptNorms[1]).toBeCloseTo(1, 12);
  });

  test("never keeps directions of rounding: equal columns span one direction even without a cut", () => {
    const columns = new Matrix([
      [1, 1, 1],
      [2, 2, 2],
    ]);
    const { span, influence } = gramRoute(columns, Matrix.eye(2, 2), 0, 0);
    expect(span.rank).toBe(1);
    expectClose(influence, new Float64Array(9).fill(5), 1e-12);
  });

  test("leaves out what rounding of the products hides, and says so where the energy asks for it", () => {
    // Squared norms of sum and difference: nearly 4, and 1e-6.
    const columns = new Matrix([
      [1, 1],
      [0, Math.SQRT2 * 1e-3],
    ]);
    const gram = flat(columns.transpose().mmul(columns));
    const read = (rounding: number, energy: number): [number, number] => {
      const span = spanOf(gram, 2, { energy, unitColumns: false, rounding });
      return [span.rank, span.unresolved.length];
    };
    expect(read(1e-8, 0)).toEqual([2, 0]);
    expect(read(1e-6, 0)).toEqual([1, 1]);
    expect(read(1e-6, 1e-4)).toEqual([1, 0]);
  });

  test("leaves a zero column out of everything", () => {
    const { columns, eta } = randomCase(8);
    columns.setColumn(2, Matrix.zeros(40, 1));
    for (const unitColumns of [false, true]) {
      const { influence } = gramRoute(columns, eta, 1e-6, 1e-4, unitColumns);
      expect(influence.every(Number.isFinite)).toBe(true);
      expect(influence[2 * 7 + 2]).toBe(0);
      expect(influence[2 * 7 + 3]).toBe(0);
    }
  });

  test("has a cosine of NaN where a self term is not positive", () => {
    expect(Array.from(cosineOf(Float64Array.of(1, 2, 3, 4), [4, 0], [1, 4]))).toEqual([
      0.5,
      0.5,
      NaN,
      NaN,
    ]);
  });
});
