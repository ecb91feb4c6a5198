import { describe, expect, test } from "vitest";
import { randomFrom } from "../../../shared/random";
import { d4 } from "../../../shared/groups/catalogue";
import { act } from "../../../shared/groups/act";
import { parseFieldSpec } from "../../../shared/fields/spec";
import { Fourier } from "./fourier";
import { fieldKinds, randomField, rms } from "./randomField";

const n = 32;
const plane = new Fourier([n, n], 1);

describe.each(Object.keys(fieldKinds))("%s", (kind) => {
  test("has mean zero and root mean square one, on a line and on a plane", () => {
    for (const fourier of [new Fourier([64], 3), plane]) {
      const field = randomField(randomFrom(1), fourier, kind);
      expect(Math.abs(field.reduce((sum, u) => sum + u, 0)) / field.length).toBeLessThan(1e-12);
      expect(rms(field)).toBeCloseTo(1, 12);
    }
  });

  test("differs from seed to seed, and not between runs of one", () => {
    const of = (seed: number): Float64Array => randomField(randomFrom(seed), plane, kind);
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});

describe("anisotropy", () => {
  const states = 200;
  /** Mean of u(x)·u(x + (d, d')) over many starts. */
  const covariance = (anisotropy: number, shift: readonly [number, number]): number => {
    let sum = 0;
    for (let seed = 0; seed < states; seed++) {
      const u = randomField(randomFrom(seed), plane, "waves", { waves: 3, anisotropy });
      for (let i = 0; i < u.length; i++) {
        const [x, y] = [((i % n) + shift[0]) % n, (Math.floor(i / n) + shift[1]) % n];
        sum += (u[i]! * u[y * n + x]!) / u.length;
      }
    }
    return sum / states;
  };

  test("states are alike along both diagonals without it and unlike with it", () => {
    const along = (anisotropy: number): number =>
      covariance(anisotropy, [4, 4]) - covariance(anisotropy, [4, n - 4]);
    // Of variance 1 each; 200 states of some ten waves leave about 0.02 to chance.
    expect(Math.abs(along(0))).toBeLessThan(0.08);
    expect(along(0.9)).toBeGreaterThan(0.5);
    expect(along(-0.9)).toBeLessThan(-0.5);
  });

  test("is the covariance of V4 = {e, r², sr, sr³} alone: other elements turn it round", () => {
    const spec = parseFieldSpec("scalar:u");
    const filter = (anisotropy: number): Float64Array => {
      // Of one impulse in place of noise, the field is the covariance's own shape.
      const impulse = new Float64Array(n * n);
      impulse[0] = 1;
      const spectrum = plane.forward(impulse);
      const factors = plane.wave[0]!.map((kx, i) => {
        const [a, b] = [kx, plane.wave[1]![i]!].map((k) => k / (2 * Math.PI)) as [number, number];
        return Math.exp((-2 * (a * a + b * b + 2 * anisotropy * a * b)) / 9);
      });
      return plane.inverse(plane.scale(spectrum, factors));
    };
    const about = (field: Float64Array): Float64Array => {
      // The action's centre lies between points; the impulse goes on the four about it.
      const out = new Float64Array(field.length);
      for (const [dx, dy] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        for (let i = 0; i < out.length; i++) {
          const [x, y] = [i % n, Math.floor(i / n)];
          const [fx, fy] = [(x + n / 2 + dx) % n, (y + n / 2 + dy) % n];
          out[i]! += field[fy * n + fx]!;
        }
      }
      return out;
    };
    const shape = about(filter(0.9));
    for (const element of d4.elements) {
      const moved = act(element, shape, [1, 1, n, n], spec);
      const kept = moved.every((value, i) => Math.abs(value - shape[i]!) < 1e-9);
      expect(kept, element.id).toBe(["e", "r2", "sr", "sr3"].includes(element.id));
    }
  });
});
