import * as fc from "fast-check";
import { expect, test } from "vitest";
import { normals, randomFrom } from "../../shared/random";
import { addInnerProducts, rowsOf } from "./innerProducts";

test("equal one product after the other, for every number of rows and every length", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(1, 3, 4095, 4096, 9001),
      fc.boolean(),
      (m, n, length, single) => {
        const random = randomFrom(m + 10 * n);
        const draw = (rows: number) => {
          const values = normals(random, rows * length);
          return single ? Float32Array.from(values) : values;
        };
        const [a, b] = [draw(m), draw(n)];
        const out = new Float64Array(m * n).fill(1);
        addInnerProducts(out, rowsOf(a, m), rowsOf(b, n));
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 1;
            for (let k = 0; k < length; k++) sum += a[i * length + k]! * b[j * length + k]!;
            // Only the order of additions differs.
            expect(Math.abs(out[i * n + j]! - sum)).toBeLessThan(1e-11);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});

test("of a part of each row leave the rest alone", () => {
  const data = Float64Array.of(1, 2, 3, 4, 5, 6);
  const part = { data, count: 2, stride: 3, start: 1, length: 2 };
  const out = new Float64Array(4);
  addInnerProducts(out, part, part);
  expect([...out]).toEqual([13, 28, 28, 61]);
});

test("of rows with themselves are those with a copy", () => {
  for (let n = 1; n <= 9; n++) {
    const a = normals(randomFrom(n), n * 5000);
    const [own, other] = [new Float64Array(n * n).fill(1), new Float64Array(n * n).fill(1)];
    addInnerProducts(own, rowsOf(a, n), rowsOf(a, n));
    addInnerProducts(other, rowsOf(a, n), rowsOf(a.slice(), n));
    own.forEach((value, k) => {
      // A tile and a rest add in different orders.
      expect(Math.abs(value - other[k]!)).toBeLessThan(1e-11);
    });
  }
});
