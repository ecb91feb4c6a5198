import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFieldSpec } from "../../shared/fields/spec";
import { act } from "../../shared/groups/act";
import { d4 } from "../../shared/groups/catalogue";
import { centred, spectral } from "./derivative";
import { curl, divergence, gradient, laplacian, type Plane, type VectorField } from "./operators";

const scalar = parseFieldSpec("scalar:p");
const pseudoscalar = parseFieldSpec("pseudoscalar:w");
const vector = parseFieldSpec("vector:v");

function expectClose(a: Float64Array, b: Float64Array, tolerance: number): void {
  const scale = Math.max(1, ...b.map(Math.abs));
  const worst = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
  expect(worst / scale).toBeLessThan(tolerance);
}

describe.each([8, 16, 7, 9, 6, 10])("spectral derivative on %i points", (n) => {
  const length = 2.5;
  const at = (f: (phase: number) => number): Float64Array =>
    Float64Array.from({ length: n }, (_, j) => f((2 * Math.PI * j) / n));

  test("is exact for every mode below Nyquist", () => {
    for (let k = 0; 2 * k < n; k++) {
      const u = at((phase) => Math.sin(k * phase) + 0.5 * Math.cos(k * phase));
      const factor = (2 * Math.PI * k) / length;
      const du = at((phase) => factor * (Math.cos(k * phase) - 0.5 * Math.sin(k * phase)));
      expectClose(spectral(u, [n], 0, length), du, 1e-13);
    }
  });

  test("takes the Nyquist mode to zero", () => {
    const nyquist = Float64Array.from({ length: n }, (_, j) => (j % 2 === 0 ? 1 : -1));
    if (n % 2 === 0) expectClose(spectral(nyquist, [n], 0, length), new Float64Array(n), 1e-13);
  });
});

test("centred differences converge with order two", () => {
  const error = (n: number): number => {
    const u = Float64Array.from({ length: n }, (_, j) => Math.sin((2 * Math.PI * j) / n));
    const du = centred(u, [n], 0, 1);
    return du.reduce(
      (most, value, j) =>
        Math.max(most, Math.abs(value - 2 * Math.PI * Math.cos((2 * Math.PI * j) / n))),
      0,
    );
  };
  expect(Math.log2(error(32) / error(64))).toBeCloseTo(2, 1);
});

test("a derivative takes its axis only", () => {
  const u = Float64Array.from({ length: 2 * 3 * 4 * 2 }, (_, i) => Math.sin(i * i));
  const whole = spectral(u, [2, 3, 4, 2], 2, 1);
  const line = Float64Array.from({ length: 4 }, (_, j) => u[(1 * 3 + 2) * 8 + j * 2 + 1]!);
  const expected = spectral(line, [4], 0, 1);
  for (let j = 0; j < 4; j++)
    expect(whole[(1 * 3 + 2) * 8 + j * 2 + 1]).toBeCloseTo(expected[j]!, 13);
});

const element = fc.constantFrom(...d4.elements);

describe.each([
  ["spectral, 8 points", spectral, 8],
  ["spectral, 7 points", spectral, 7],
  ["centred, 6 points", centred, 6],
] as const)("%s: D4 commutes with", (_, derivative, n) => {
  const plane: Plane = { shape: [n, n], length: [1, 1] };
  const points = n * n;
  const numbers = (count: number): fc.Arbitrary<Float64Array> =>
    fc.float64Array({ minLength: count, maxLength: count, min: -1, max: 1, noNaN: true });
  const field = numbers(points);
  const vectors = numbers(2 * points);
  const parts = (v: Float64Array): VectorField => [v.subarray(0, points), v.subarray(points)];
  const joined = ([x, y]: VectorField): Float64Array => Float64Array.of(...x, ...y);
  const one = [1, 1, n, n];
  const two = [1, 2, n, n];
  // Derivatives are of size 2πN/2; rounding of sums of N terms.
  const tolerance = 1e-12;

  test("gradient: ∇(g p) = g ∇p", () => {
    fc.assert(
      fc.property(element, field, (g, p) => {
        const image = joined(gradient(act(g, p, one, scalar), plane, derivative));
        expectClose(image, act(g, joined(gradient(p, plane, derivative)), two, vector), tolerance);
      }),
    );
  });

  test("divergence: ∇·(g v) = g (∇·v)", () => {
    fc.assert(
      fc.property(element, vectors, (g, v) => {
        const image = divergence(parts(act(g, v, two, vector)), plane, derivative);
        expectClose(image, act(g, divergence(parts(v), plane, derivative), one, scalar), tolerance);
      }),
    );
  });

  test("curl, which is a pseudoscalar", () => {
    fc.assert(
      fc.property(element, vectors, (g, v) => {
        const image = curl(parts(act(g, v, two, vector)), plane, derivative);
        expectClose(image, act(g, curl(parts(v), plane, derivative), one, pseudoscalar), tolerance);
      }),
    );
  });

  test("Laplacian", () => {
    fc.assert(
      fc.property(element, field, (g, p) => {
        const image = laplacian(act(g, p, one, scalar), plane, derivative);
        expectClose(image, act(g, laplacian(p, plane, derivative), one, scalar), tolerance);
      }),
    );
  });

  test("and curl ∇p = 0", () => {
    fc.assert(
      fc.property(field, (p) => {
        expectClose(
          curl(gradient(p, plane, derivative), plane, derivative),
          new Float64Array(points),
          1e-10,
        );
      }),
    );
  });
});
