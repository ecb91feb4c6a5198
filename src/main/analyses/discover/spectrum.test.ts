import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../../shared/random";
import { spectrumOf } from "./spectrum";

/** AᵀA of rows × q random numbers, columns scaled. */
function gram(rows: number, q: number, seed: number, scales: readonly number[] = []): Float64Array {
  const a = normals(randomFrom(seed), rows * q).map((value, k) => value * (scales[k % q] ?? 1));
  return Float64Array.from({ length: q * q }, (_, at) => {
    const [i, j] = [Math.floor(at / q), at % q];
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += a[r * q + i]! * a[r * q + j]!;
    return sum;
  });
}

function applied(matrix: Float64Array, v: Float64Array): Float64Array {
  return Float64Array.from(v, (_, i) =>
    v.reduce((sum, value, j) => sum + matrix[i * v.length + j]! * value, 0),
  );
}

const inner = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, k) => sum + value * b[k]!, 0);

describe("the spectrum of C v = μ S v", () => {
  test("has S-orthonormal vectors that C multiplies as S does, times μ", () => {
    const q = 7;
    const sizes = [1, 1e3, 1e-3];
    const [defect, scale] = [gram(3, q, 1, sizes), gram(20, q, 2, sizes)];
    const { values, vector, trivial } = spectrumOf({ defect, scale }, q);
    expect(trivial).toHaveLength(0);
    values.forEach((mu, k) => {
      const v = vector(k);
      const [c, s] = [applied(defect, v), applied(scale, v)];
      const unit = Math.hypot(...s);
      // Candidates six orders apart in size leave nine digits of sixteen.
      c.forEach((value, i) => expect(Math.abs(value - mu * s[i]!) / unit).toBeLessThan(1e-7));
      for (let l = 0; l <= k; l++) {
        expect(inner(vector(l), s)).toBeCloseTo(Number(k === l), 8);
      }
    });
    // C has rank three, and S is definite.
    expect(values.filter((mu) => mu < 1e-12)).toHaveLength(4);
  });

  test("sets aside what S does not see, and keeps the others clear of it", () => {
    const q = 6;
    const scale = gram(4, q, 3);
    const { values, vector, trivial } = spectrumOf({ defect: gram(4, q, 3), scale }, q);
    expect(values).toHaveLength(4);
    expect(trivial).toHaveLength(2);
    for (const one of trivial) {
      expect(Math.hypot(...applied(scale, one))).toBeLessThan(1e-9);
      for (let k = 0; k < 4; k++) expect(Math.abs(inner(one, vector(k)))).toBeLessThan(1e-9);
    }
    for (const mu of values) expect(mu).toBeCloseTo(1, 10);
  });

  test("of candidates without any effect is empty", () => {
    const none = new Float64Array(9);
    const { values, trivial } = spectrumOf({ defect: none, scale: none }, 3);
    expect(values).toHaveLength(0);
    expect(trivial).toHaveLength(3);
  });
});
