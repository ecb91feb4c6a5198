import { describe, expect, test } from "vitest";
import { randomFrom } from "../../../shared/random";
import { euler } from "./euler";
import { after, joined, order, sampled, worstError } from "./testing";

const turn = 2 * Math.PI;

/** Mean of |a − b|. */
function l1(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

/** ρ, v, p of a tube along x whose middle parts the states. */
function tube(
  size: number,
  [left, right]: readonly (readonly [number, number, number])[],
): Float64Array {
  const piece = (c: 0 | 1 | 2): Float64Array =>
    sampled(size, 2, 1, (x) => (x < 0.5 ? left! : right!)[c], 0.5);
  return joined(piece(0), piece(1), new Float64Array(size * size), piece(2));
}

const open = { choices: { boundary: "open" } };

describe("compressible Euler", () => {
  test("carries a smooth wave of density to second order in the cells", () => {
    const at = (size: number, t: number): Float64Array =>
      joined(
        sampled(size, 2, 1, (x, y) => 1 + 0.2 * Math.sin(turn * (x + y - 1.5 * t)), 0.5),
        new Float64Array(size ** 2).fill(1),
        new Float64Array(size ** 2).fill(0.5),
        new Float64Array(size ** 2).fill(1),
      );
    const error = (halved: number): number => {
      const size = 16 * halved;
      return l1(after(euler, at(size, 0), size, { dt: 0.2 }), at(size, 0.2));
    };
    // The limiter flattens extrema, which costs a little of the order on few cells.
    expect(order(error)).toBeGreaterThan(1.7);
    expect(order((halved) => error(2 * halved))).toBeGreaterThan(1.85);
    expect(error(4)).toBeLessThan(1e-3);
  });

  test("breaks Sod’s diaphragm into the states of the exact solution", () => {
    // Toro 2009, Riemann Solvers, table 4.2: p* = 0.30313, u* = 0.92745, ρ*ₗ = 0.42632, ρ*ᵣ = 0.26557.
    const size = 96;
    const run = after(euler, tube(size, [[1, 0, 1], [0.125, 0, 0.1]]), size, { dt: 0.2 }, open); // prettier-ignore
    const at = (channel: number, x: number): number =>
      run[channel * size * size + 10 * size + Math.floor(x * size)]!;
    expect(at(3, 0.62)).toBeCloseTo(0.30313, 2);
    expect(at(1, 0.62)).toBeCloseTo(0.92745, 2);
    expect(at(0, 0.58)).toBeCloseTo(0.42632, 2);
    expect(at(0, 0.78)).toBeCloseTo(0.26557, 2);
    // Ahead of the shock, which is at ½ + 1.75216 · 0.2, nothing has happened.
    expect(at(0, 0.92)).toBeCloseTo(0.125, 6);
  });

  test("carries a flow along the front with the gas, whatever happens across it", () => {
    const size = 32;
    const start = tube(size, [[1, 0, 1], [0.125, 0, 0.1]]); // prettier-ignore
    start.fill(0.7, 2 * size * size, 3 * size * size);
    const run = after(euler, start, size, { dt: 0.1 }, open);
    const along = run.subarray(2 * size * size, 3 * size * size);
    expect(worstError(along, new Float64Array(size * size).fill(0.7))).toBeLessThan(1e-12);
  });

  test("stays positive where two rarefactions nearly leave a vacuum", () => {
    // Toro's second test, and one whose exact solution has a vacuum in the middle.
    for (const speed of [2, 5]) {
      const start = tube(32, [[1, -speed, 0.4], [1, speed, 0.4]]); // prettier-ignore
      const run = after(euler, start, 32, { dt: 0.05, courant: 0.25 }, open);
      expect(Math.min(...run.subarray(0, 1024), ...run.subarray(3072))).toBeGreaterThan(0);
    }
  });

  test("keeps a shear layer and a contact at rest as they are", () => {
    // Two properties of HLLC that HLL has not.
    const size = 16;
    const band = (inside: number, outside: number): Float64Array =>
      sampled(size, 2, 1, (_, y) => (y > 0.25 && y < 0.75 ? inside : outside), 0.5);
    const still = joined(band(2, 1), band(-0.5, 0.5), band(0, 0), band(1, 1));
    expect(worstError(after(euler, still, size, { dt: 0.5 }), still)).toBeLessThan(1e-13);
  });

  test("runs on any number of cells from 8, not of powers of two alone", () => {
    for (const kind of ["riemann", "curved", "interfaces", "gaussians", "shear", "waves"]) {
      const settings = { gamma: 1.4, patches: 3, amplitude: 0.2, waves: 4 };
      const start = euler.initial(randomFrom(1), 20, settings, { start: kind });
      const run = after(euler, start, 20, { dt: 0.02 });
      expect(run.every(Number.isFinite), kind).toBe(true);
    }
    expect(() => after(euler, new Float64Array(4 * 16), 4, {})).toThrow("4 cells a side");
  });

  test("a start without gas is refused", () => {
    const start = tube(16, [[1, 0, 1], [1, 0, -1]]); // prettier-ignore
    expect(() => after(euler, start, 16, {})).toThrow("no positive density and pressure");
  });
});
