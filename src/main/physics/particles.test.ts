import { describe, expect, test } from "vitest";
import { parseFieldSpec } from "../../shared/fields/spec";
import { chooseQuantities, parseCoefficients } from "../../shared/physics/choose";
import { parseIntegrand } from "../../shared/physics/integrand";
import { normals, randomFrom } from "../../shared/random";
import { checkIntegrand, integralsOf, StateBlock } from "./integrals";
import { layoutOf, MASS, type Layout } from "./layout";

/** Two states of three bodies in the plane, (qx, qy, px, py) each. */
const states = normals(randomFrom(3), 24);
const fields = parseFieldSpec("vector:q,vector:p");
const masses = "1,2,0.5";
const layout = layoutOf([3, 4], null, fields, { split: "", masses });

function of(formula: string, on: Layout = layout, given = states): Float64Array {
  const integrand = parseIntegrand(formula);
  checkIntegrand(integrand, on, { G: 1 });
  return integralsOf(integrand, new StateBlock(given, given.length / 12, on), { G: 1 }).value;
}

describe("sums over pairs", () => {
  test("count every two particles once, with the numbers of each", () => {
    const m = [1, 2, 0.5];
    for (const state of [0, 1]) {
      const q = (i: number, axis: number): number => states[12 * state + 4 * i + axis]!;
      let sum = 0;
      for (const [i, j] of [
        [0, 1],
        [0, 2],
        [1, 2],
      ] as const) {
        sum -= (m[i]! * m[j]!) / Math.hypot(q(i, 0) - q(j, 0), q(i, 1) - q(j, 1));
      }
      const formula = "pairs(-m*other(m)/sqrt((qx-other(qx))^2+(qy-other(qy))^2))";
      expect(of(formula)[state]).toBeCloseTo(sum, 12);
    }
  });

  test("of what the two share are a sum over all: Σ(m + m′) = (N − 1) Σ m", () => {
    expect(of("pairs(m+other(m))")[0]).toBeCloseTo(2 * 3.5, 12);
    expect(of("pairs(1)+integral(m)")[0]).toBeCloseTo(3 + 3.5, 12);
  });

  test("have the size of what kinetic and potential energy are by themselves", () => {
    const integrand = parseIntegrand("integral(px^2)-pairs(1)*integral(px^2)/3");
    const { value, size } = integralsOf(integrand, new StateBlock(states, 2, layout), {});
    expect(value[0]).toBeCloseTo(0, 12);
    expect(size[0]).toBeCloseTo(2 * of("px^2")[0]!, 12);
  });

  test("are refused where there are none, at their place", () => {
    const line = { size: [8], length: [1], periodic: [true] };
    expect(() => of("u+pairs(u)", layoutOf([1, 8], line, null))).toThrow("u+▸pairs");
    expect(() => of("other(px)")).toThrow("inside pairs");
    expect(() => of("pairs(pairs(px))")).toThrow("no pairs of pairs");
  });
});

describe("particles in a state without a particle axis", () => {
  test("are split like everywhere: all positions, then all momenta", () => {
    const split = layoutOf([12], null, null, { split: "q:3x2,p:3x2", masses: "" });
    const flat = Float64Array.from({ length: 12 }, (_, i) => {
      const [part, body, axis] = [Math.floor(i / 6), Math.floor((i % 6) / 2), i % 2];
      return states[4 * body + 2 * part + axis]!;
    });
    expect([...split.names.keys()]).toContain("qx");
    for (const formula of ["qx*py-qy*px", "pairs((qx-other(qx))^2)"]) {
      expect(of(formula, split, flat)[0]).toBeCloseTo(of(formula)[0]!, 12);
    }
  });

  test("in space have three angular momenta", () => {
    const space = layoutOf([30], null, null, { split: "q:5x3,v:5x3", masses: "" });
    const all = chooseQuantities(
      { quantities: "auto", own: "", physics: "n-body" },
      space.fields,
      space.channels,
      0,
    );
    expect(all.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["energy", "angular-momentum.x", "angular-momentum.z", "momentum.z"]),
    );
  });

  test("have as many masses as there are", () => {
    expect(() => layoutOf([3, 4], null, fields, { split: "", masses: "1,2" })).toThrow(
      "2 masses for 3 particles",
    );
  });
});

/** One step of fourth order (Runge–Kutta) of bodies under gravity, for known answers that no simulator made. */
function orbit(state: Float64Array, m: readonly number[], dt: number): Float64Array {
  const slope = (s: Float64Array): Float64Array => {
    const out = new Float64Array(s.length);
    m.forEach((mass, i) => {
      for (const axis of [0, 1]) out[4 * i + axis] = s[4 * i + 2 + axis]! / mass;
      m.forEach((other, j) => {
        if (i === j) return;
        const [dx, dy] = [s[4 * i]! - s[4 * j]!, s[4 * i + 1]! - s[4 * j + 1]!];
        const pull = (-mass * other) / (dx * dx + dy * dy + 0.25) ** 1.5;
        out[4 * i + 2]! += pull * dx;
        out[4 * i + 3]! += pull * dy;
      });
    });
    return out;
  };
  const at = (k: Float64Array, h: number): Float64Array => state.map((s, i) => s + h * k[i]!);
  const a = slope(state);
  const b = slope(at(a, dt / 2));
  const c = slope(at(b, dt / 2));
  const d = slope(at(c, dt));
  return state.map((s, i) => s + (dt / 6) * (a[i]! + 2 * b[i]! + 2 * c[i]! + d[i]!));
}

test("bodies of unequal masses keep energy and momenta, and their centre goes with the momentum", () => {
  const m = [1, 2, 0.5];
  const dt = 0.002;
  const trajectory: Float64Array[] = [states.slice(0, 12)];
  for (let k = 0; k < 500; k++) trajectory.push(orbit(trajectory.at(-1)!, m, dt));
  const coefficients = parseCoefficients("softening=0.5", "n-body");
  const quantities = chooseQuantities(
    { quantities: "auto", own: "", physics: "n-body" },
    layout.fields,
    4,
    0,
    MASS,
  );
  for (const { id, integrand, nature, rate } of quantities) {
    const [first, last] = [trajectory[0]!, trajectory.at(-1)!].map((state) =>
      integralsOf(integrand, new StateBlock(state, 1, layout), coefficients),
    );
    const change = last!.value[0]! - first!.value[0]!;
    // Fourth order in steps of 0.002 over a time of 1.
    if (nature === "conserved") expect(Math.abs(change) / first!.size[0]!, id).toBeLessThan(1e-9);
    if (rate === undefined) continue;
    const speed = integralsOf(rate, new StateBlock(trajectory[0]!, 1, layout), {});
    expect(change, id).toBeCloseTo(500 * dt * speed.value[0]!, 9);
  }
  const energy = quantities.find(({ id }) => id === "energy");
  expect(energy?.nature).toBe("conserved");
});
