import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../shared/random";
import { symmetricEigen } from "./symmetricEigen";

/** A symmetric matrix of rank `rank`. */
function gram(n: number, rank: number, seed: number): Float64Array {
  const a = normals(randomFrom(seed), n * rank);
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += a[i * rank + k]! * a[j * rank + k]!;
    return sum;
  });
}

describe("eigenvectors of a symmetric matrix", () => {
  test("are orthonormal and are multiplied by their values, also where values coincide", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer(), (n, seed) => {
        const rank = 1 + (Math.abs(seed) % n);
        const matrix = gram(n, rank, seed);
        const { values, vectors } = symmetricEigen(matrix, n);
        const size = Math.max(...values, 1);
        for (let i = 0; i < n; i++) {
          const v = vectors.subarray(i * n, (i + 1) * n);
          for (let j = 0; j <= i; j++) {
            const w = vectors.subarray(j * n, (j + 1) * n);
            const inner = v.reduce((sum, value, k) => sum + value * w[k]!, 0);
            // Rounding grows with n; 1e-13 is a thousand units in the last place.
            expect(Math.abs(inner - Number(i === j))).toBeLessThan(1e-13);
          }
          for (let r = 0; r < n; r++) {
            let sum = 0;
            for (let k = 0; k < n; k++) sum += matrix[r * n + k]! * v[k]!;
            expect(Math.abs(sum - values[i]! * v[r]!)).toBeLessThan(1e-12 * size);
          }
        }
        expect([...values]).toEqual([...values].sort((a, b) => a - b));
        for (const value of values.subarray(0, n - rank)) expect(value).toBeLessThan(1e-13 * size);
      }),
      { numRuns: 60 },
    );
  });

  test("of the second difference are the known cosines", () => {
    const n = 12;
    const matrix = Float64Array.from({ length: n * n }, (_, at) => {
      const distance = Math.abs(Math.floor(at / n) - (at % n));
      return distance === 0 ? 2 : distance === 1 ? -1 : 0;
    });
    symmetricEigen(matrix, n).values.forEach((value, k) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 13);
    });
  });

  test("refuse what is not finite", () => {
    expect(() => symmetricEigen(Float64Array.of(1, NaN, NaN, 1), 2)).toThrow("not finite");
  });
});
