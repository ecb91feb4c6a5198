import { describe, expect, test } from "vitest";
import { parseFieldSpec, type Grid } from "../../shared/fields/spec";
import { parseIntegrand } from "../../shared/physics/integrand";
import { checkIntegrand, integralsOf, StateBlock } from "./integrals";
import { layoutOf } from "./layout";

const [ny, nx, ly, lx] = [16, 32, 2, 5];
const grid: Grid = { size: [ny, nx], length: [ly, lx], periodic: [true, true] };

/** One channel of a plane from a function of x and y in [0, lx) × [0, ly). */
function plane(of: (x: number, y: number) => number): Float64Array {
  return Float64Array.from({ length: ny * nx }, (_, i) =>
    of(((i % nx) * lx) / nx, (Math.floor(i / nx) * ly) / ny),
  );
}

const k = (2 * Math.PI) / lx;
const q = (2 * Math.PI) / ly;
/** Two states of channels a, vx, vy. */
const states = Float64Array.from(
  [1, 2].flatMap((s) => [
    ...plane((x) => s + Math.sin(2 * k * x)),
    ...plane((x, y) => s * Math.sin(k * x) * Math.cos(q * y)),
    ...plane((_, y) => Math.cos(3 * q * y)),
  ]),
);
const layout = layoutOf([3, ny, nx], grid, parseFieldSpec("scalar:a,vector:v"));

function of(formula: string, coefficients: Readonly<Record<string, number>> = {}) {
  const integrand = parseIntegrand(formula);
  checkIntegrand(integrand, layout, coefficients);
  return integralsOf(integrand, new StateBlock(states, 2, layout), coefficients);
}

/** Sums of 512 terms of size 1. */
const DIGITS = 11;

test("a name that means nothing is answered with those that do", () => {
  expect(() => of("w.x")).toThrow(/“w\.x” is no channel \(there are a, v\.x or vx, v\.y or vy\)/);
});

describe("integrals over a periodic plane", () => {
  const area = lx * ly;
  test.each([
    ["a", area, 2 * area],
    ["a^2", 1.5 * area, 4.5 * area],
    ["vx^2", area / 4, area],
    ["v.x^2", area / 4, area],
    ["c*vy^2/2", 0.75 * area, 0.75 * area],
    ["dx(a)^2", 2 * k ** 2 * area, 2 * k ** 2 * area],
    ["dy(vx)^2", (q ** 2 * area) / 4, q ** 2 * area],
    ["(dx(vy)-dy(vx))^2", (q ** 2 * area) / 4, q ** 2 * area],
    ["dx(a*vx)", 0, 0],
    ["dx(dx(a))*a", -2 * k ** 2 * area, -2 * k ** 2 * area],
    ["(a-mean(a))^2", area / 2, area / 2],
  ])("of %s are exact for band-limited fields", (formula, first, second) => {
    const { value } = of(formula, { c: 3 });
    expect(value[0]).toBeCloseTo(first, DIGITS);
    expect(value[1]).toBeCloseTo(second, DIGITS);
  });

  test("that cancel have the size of what cancels", () => {
    const { value, size } = of("vy");
    expect(value[0]).toBeCloseTo(0, DIGITS);
    expect(size[0]! / area).toBeGreaterThan(0.6);
    expect(size[0]! / area).toBeLessThan(0.65);
  });

  test("of what is one number already are that number", () => {
    expect([...of("max(a)").value]).toEqual([2, 3]);
    expect(of("integral(a)/integral(1+0*a)").value[1]).toBeCloseTo(2, DIGITS);
    expect([...of("2*c", { c: 4 }).value]).toEqual([8, 8]);
  });

  test("know positions from the grid's centre", () => {
    expect(of("x").value[0]).toBeCloseTo(0, DIGITS);
    // Σ(x − mean)²ΔV of evenly spaced points.
    const h = lx / nx;
    expect(of("x^2").value[0]).toBeCloseTo((ly * nx * h ** 3 * (nx ** 2 - 1)) / 12, 9);
  });
});

test("slopes up to walls are exact for quartics", () => {
  const walls: Grid = { size: [16], length: [2], periodic: [false] };
  const line = layoutOf([1, 16], walls, null);
  const at = (j: number): number => (j * 2) / 16;
  const values = Float64Array.from({ length: 16 }, (_, j) => at(j) ** 4);
  const block = new StateBlock(values, 1, line);
  const { value } = integralsOf(parseIntegrand("max(abs(dx(u)-4*c))"), block, { c: 0 });
  expect(value[0]).toBeCloseTo(4 * at(15) ** 3, 9);
});

test("over particles are sums, the channels last", () => {
  const particles = layoutOf([2, 4], null, parseFieldSpec("vector:q,vector:p"));
  const two = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const block = new StateBlock(two, 1, particles);
  const value = (formula: string): number =>
    integralsOf(parseIntegrand(formula), block, {}).value[0]!;
  expect(value("px")).toBe(3 + 7);
  expect(value("qx*py-qy*px")).toBe(1 * 4 - 2 * 3 + (5 * 8 - 6 * 7));
  expect(() => {
    checkIntegrand(parseIntegrand("dx(px)"), particles, {});
  }).toThrow("lie on no grid");
});
