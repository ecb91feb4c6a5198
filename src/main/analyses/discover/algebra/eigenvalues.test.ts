import * as fc from "fast-check";
import { inverse, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../../../shared/random";
import { eigenvaluesOf, type Complex } from "./eigenvalues";

const random = (n: number, seed: number): Matrix =>
  Matrix.from1DArray(n, n, [...normals(randomFrom(seed), n * n)]);

/** Off by the farthest of the nearest: each wanted value has one of its own. */
function distance(found: readonly Complex[], wanted: readonly Complex[]): number {
  const left = [...found];
  return Math.max(
    0,
    ...wanted.map((one) => {
      const distances = left.map(({ re, im }) => Math.hypot(re - one.re, im - one.im));
      const nearest = Math.min(...distances);
      left.splice(distances.indexOf(nearest), 1);
      return nearest;
    }),
  );
}

/** Block diagonal: a number, or a pair a ± ib. */
function withEigenvalues(values: readonly Complex[]): Matrix {
  const size = values.reduce((sum, { im }) => sum + (im === 0 ? 1 : 2), 0);
  const out = Matrix.zeros(size, size);
  let at = 0;
  for (const { re, im } of values) {
    out.set(at, at, re);
    if (im !== 0) {
      out.set(at + 1, at + 1, re);
      out.set(at, at + 1, -im);
      out.set(at + 1, at, im);
    }
    at += im === 0 ? 1 : 2;
  }
  return out;
}

describe("eigenvalues of a matrix without symmetry", () => {
  test("are those that it was made of, in any coordinates", () => {
    const value = fc.record({
      re: fc.integer({ min: -3, max: 3 }),
      im: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), fc.nat(1000), (values, seed) => {
        const diagonal = withEigenvalues(values);
        const p = random(diagonal.rows, seed).add(Matrix.mul(Matrix.eye(diagonal.rows), 4));
        const found = eigenvaluesOf(p.mmul(diagonal).mmul(inverse(p)));
        const wanted = values.flatMap(({ re, im }) =>
          im === 0
            ? [{ re, im }]
            : [
                { re, im },
                { re, im: -im },
              ],
        );
        // Conditions of P up to 10⁴ at float64.
        expect(distance(found, wanted)).toBeLessThan(1e-8);
      }),
    );
  });

  test.each([1, 2, 3, 4, 5, 6])("of the complex structure of C%i in rotated coordinates", (n) => {
    const structure = withEigenvalues(Array.from({ length: n }, () => ({ re: 0, im: 1 })));
    for (let seed = 1; seed <= 50; seed++) {
      const skew = random(2 * n, seed);
      const generator = Matrix.sub(skew, skew.transpose());
      const one = Matrix.eye(2 * n);
      const turn = inverse(Matrix.add(one, generator)).mmul(Matrix.sub(one, generator));
      const found = eigenvaluesOf(turn.mmul(structure).mmul(turn.transpose()));
      for (const { re, im } of found) expect(Math.hypot(re, Math.abs(im) - 1)).toBeLessThan(1e-12);
    }
  });

  test("of cyclic permutations are roots of one, and of nothing nothing", () => {
    const n = 7;
    const cycle = Matrix.zeros(n, n);
    for (let i = 0; i < n; i++) cycle.set((i + 1) % n, i, 1);
    const roots = Array.from({ length: n }, (_, k) => ({
      re: Math.cos((2 * Math.PI * k) / n),
      im: Math.sin((2 * Math.PI * k) / n),
    }));
    expect(distance(eigenvaluesOf(cycle), roots)).toBeLessThan(1e-13);
    expect(eigenvaluesOf(Matrix.zeros(3, 3))).toEqual(Array(3).fill({ re: 0, im: 0 }));
  });
});
