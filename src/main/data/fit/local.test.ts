import { describe, expect, test } from "vitest";
import { unitGrid } from "../../../shared/fields/spec";
import { normals, randomFrom } from "../../../shared/random";
import { derivatives } from "../../fields/generators/derivatives";
import { positionsOf } from "../../fields/generators/apply";
import { fitLocal } from "./local";
import { LocalTerms } from "./localTerms";

const line = { size: [48], length: [2], periodic: [true] };

/** A few waves. */
function waves(seed: number): Float64Array {
  const a = normals(randomFrom(seed), 8);
  return Float64Array.from(positionsOf(line), ([x = 0]) =>
    [1, 2, 3].reduce((sum, k) => sum + a[k]! * Math.cos(Math.PI * k * x + a[k + 4]!), a[0]!),
  );
}

const states = Array.from({ length: 12 }, (_, k) => waves(k));
const slope = (u: Float64Array): Float64Array => derivatives(u, 1, line)[0]!;
/** Korteweg and de Vries: −u u_x − 0.01 u_xxx. */
const kdv = (u: Float64Array): Float64Array => {
  const third = slope(slope(slope(u)));
  return slope(u).map((ux, p) => -u[p]! * ux - 0.01 * third[p]!);
};

describe("a local law of motion", () => {
  test("is found whole where it is made of the terms", () => {
    const law = fitLocal(states, states.map(kdv), line, 1, () => undefined);
    expect(law.residual).toBeLessThan(1e-7);
    const fresh = waves(77);
    const found = law.rate(law.terms.base(fresh));
    kdv(fresh).forEach((value, p) => expect(Math.abs(found[p]! - value)).toBeLessThan(1e-5));
  });

  test("has the fourth derivatives of Kuramoto and Sivashinsky on a line", () => {
    const rate = (u: Float64Array): Float64Array => {
      const second = slope(slope(u));
      const fourth = slope(slope(second));
      return slope(u).map((ux, p) => -u[p]! * ux - 0.1 * second[p]! - 0.001 * fourth[p]!);
    };
    const law = fitLocal(states, states.map(rate), line, 1, () => undefined);
    expect(law.residual).toBeLessThan(1e-7);
  });

  test("says how much it leaves out of what is not", () => {
    const mean = (u: Float64Array): number => u.reduce((sum, x) => sum + x, 0) / u.length;
    const distant = (u: Float64Array): Float64Array => u.map((x) => Math.sin(3 * x) + mean(u) ** 2);
    const law = fitLocal(states, states.map(distant), line, 1, () => undefined);
    expect(law.residual).toBeGreaterThan(0.05);
  });

  test("has the slopes of its rates", () => {
    const law = fitLocal(states, states.map(kdv), line, 1, () => undefined);
    const [u, v] = [waves(31), waves(32)];
    const at = (by: number): Float64Array =>
      law.rate(law.terms.base(u.map((x, p) => x + by * v[p]!)));
    const h = 1e-4;
    const [ahead, behind] = [at(h), at(-h)];
    const slopes = law.slope(law.terms.base(u), law.terms.base(v));
    slopes.forEach((value, p) => {
      const difference = (ahead[p]! - behind[p]!) / (2 * h);
      expect(Math.abs(value - difference)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
    });
  });

  test("has coefficients that may vary over the box, between walls too", () => {
    const walls = { size: [16, 12], length: [1, 1], periodic: [false, true] };
    const { modulations, terms, features } = new LocalTerms(walls, 2);
    // 1, a wave's two phases along x, the coordinate along y.
    expect(modulations).toHaveLength(4);
    expect(features).toBe(4 * terms.length);
    const plane = new LocalTerms(unitGrid([8, 8]), 1);
    expect(plane.base(new Float64Array(64))).toHaveLength(1 + 2 + 3);
  });
});
