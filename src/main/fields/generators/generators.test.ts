import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFieldSpec, unitGrid, type Grid } from "../../../shared/fields/spec";
import { defaultOptions, generatorByName } from "../../../shared/generators/catalogue";
import type { Infinitesimal, Side } from "../../../shared/generators/generator";
import { ownGenerators } from "../../../shared/generators/own";
import { normals, randomFrom } from "../../../shared/random";
import { moved, resamplingOf } from "./action";
import { GeneratorAction, positionsOf } from "./apply";
import { derivatives } from "./derivatives";
import { gridErrors } from "./gridError";
import { roundTrips } from "./roundTrip";

const N = 48;
const grid = unitGrid([N, N]);
const fields = parseFieldSpec("density:rho,vector:v,pseudoscalar:w");
const side: Side = { fields, channels: 4, axes: 2, steps: 0 };
const at = (name: string, steps = 0): Infinitesimal =>
  generatorByName(name, { ...defaultOptions, dt: 0.1 }).on({ ...side, steps });

/** Bumps that vanish near the edges, so that flows which leave the box do no harm. */
function bumps(seed: number): Float64Array {
  const a = normals(randomFrom(seed), 24);
  return Float64Array.from(
    Array.from({ length: 4 }, (_, c) =>
      positionsOf(grid).map(([x = 0, y = 0]) => {
        const r2 = (x - 0.01 * a[6 * c]!) ** 2 + (y - 0.01 * a[6 * c + 1]!) ** 2;
        return (
          (a[6 * c + 2]! + 3 * a[6 * c + 3]! * x + 3 * a[6 * c + 4]! * y) * Math.exp(-r2 / 0.014)
        );
      }),
    ).flat(),
  );
}

/** A field of waves that the grid represents, without the finest. */
function waves(size: readonly number[], seed: number): Float64Array {
  const random = normals(randomFrom(seed), 20);
  return Float64Array.from(positionsOf(unitGrid(size)), ([x = 0, y = 0]) =>
    [0, 1, 2, 3].reduce(
      (sum, k) =>
        sum + random[k]! * Math.cos(2 * Math.PI * ((k - 1) * x + (k % 3) * y) + random[k + 4]!),
      0,
    ),
  );
}

const apply = (
  generator: Infinitesimal,
  state: Float64Array,
  where: Grid | null = grid,
  channels = 4,
) => new GeneratorAction([generator], channels, where).of(state);
const size = (a: ArrayLike<number>): number =>
  Math.sqrt(Array.from(a).reduce((s, x) => s + x * x, 0));
const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  size(Float64Array.from(a, (x, i) => x - b[i]!)) / Math.max(size(a), size(b));
const sum = (a: Float64Array, b: Float64Array, factor = 1) => a.map((x, i) => x + factor * b[i]!);

const flows = ["tx", "ty", "rot", "scale", "shear-x", "shear-y", "squeeze"];
const pointwise = ["amp", "density", "gx", "gy"];

describe("a generator", () => {
  test.each([...flows, ...pointwise])("%s is the derivative of its action at 0", (name) => {
    const u = bumps(3);
    const generator = at(name, name.startsWith("g") ? 1 : 0);
    const h = 1e-3;
    const slope = sum(moved(generator, h, u, 4, grid), moved(generator, -h, u, 4, grid), -1);
    // Central differences leave h²; cubic convolution's own slope on bumps of 6 points' width leaves 1e-2.
    const near = resamplingOf(generator, grid) === "cubic" ? 2e-2 : 1e-4;
    expect(
      apart(
        slope.map((x) => x / (2 * h)),
        apply(generator, u),
      ),
    ).toBeLessThan(near);
  });

  test("is linear in the field, but for its shift", () => {
    for (const name of [...flows, "amp", "density"]) {
      const [u, v] = [bumps(1), bumps(2)];
      const whole = apply(at(name), sum(u, v, 2));
      expect(apart(whole, sum(apply(at(name), u), apply(at(name), v), 2))).toBeLessThan(1e-12);
    }
  });

  test.each([
    ["rot", "tx", "ty", 1],
    ["rot", "ty", "tx", -1],
    ["scale", "tx", "tx", 1],
    ["tx", "ty", "tx", 0],
    ["shear-x", "ty", "tx", 1],
    ["amp", "rot", "rot", 0],
  ])("brackets as the group's algebra says: [%s, %s] = %s times %d", (a, b, c, factor) => {
    const u = bumps(5);
    const [x, y] = [at(a), at(b)];
    const bracket = sum(apply(x, apply(y, u)), apply(y, apply(x, u)), -1);
    const wanted = apply(at(c), u).map((value) => factor * value);
    // Bumps and their slopes are zero at the edges only to 1e-6.
    expect(size(sum(bracket, wanted, -1)) / size(apply(x, apply(y, u)))).toBeLessThan(1e-5);
  });

  test("on features is the user's matrix and shift", () => {
    const [own] = ownGenerators("a: mix [0, -1; 1, 0] shift (0, 3)");
    const on = own!.on({ fields: null, channels: 2, axes: 0, steps: 0 });
    expect([...apply(on, Float64Array.of(2, 5), null, 2)]).toEqual([-5, 5]);
    const turned = moved(
      ownGenerators("a: mix [0, -1; 1, 0]")[0]!.on({
        fields: null,
        channels: 2,
        axes: 0,
        steps: 0,
      }),
      Math.PI / 2,
      [2, 5],
      2,
      null,
    );
    expect(turned[0]).toBeCloseTo(-5, 6);
    expect(turned[1]).toBeCloseTo(2, 6);
  });
});

describe("a one-parameter group", () => {
  test("of shifts composes, returns and equals the whole shift, to rounding", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.constantFrom(16, 15),
        (s, t, n) => {
          const own = unitGrid([n, n]);
          const u = waves([n, n], n);
          const tx = generatorByName("tx", defaultOptions).on({
            ...side,
            fields: null,
            channels: 1,
          });
          const go = (by: number, from: Float64Array) => moved(tx, by, from, 1, own);
          expect(apart(go(s, go(t, u)), go(s + t, u))).toBeLessThan(1e-11);
          expect(apart(go(-s, go(s, u)), u)).toBeLessThan(1e-11);
          const whole = go(3 / n, u);
          for (let i = 0; i < u.length; i++) {
            const x = i % n;
            expect(whole[i]).toBeCloseTo(u[i - x + ((x - 3 + n) % n)]!, 10);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test.each([...flows, ...pointwise])(
    "of %s composes and returns within the error of reading between points",
    (name) => {
      const generator = at(name);
      const cubic = resamplingOf(generator, grid) === "cubic";
      const u = bumps(11);
      const go = (by: number, from: Float64Array) => moved(generator, by, from, 4, grid);
      const [s, t] = [0.21, -0.08];
      const near = cubic ? 3e-2 : 1e-6;
      expect(apart(go(s, go(t, u)), go(s + t, u))).toBeLessThan(near);
      expect(apart(go(-s, go(s, u)), u)).toBeLessThan(near);
      expect(apart(go(0, u), u)).toBeLessThan(1e-12);
    },
  );

  test("of rotations turns a bump of the x component into one of the y component, a quarter turn away", () => {
    const bump = (x0: number, y0: number) =>
      positionsOf(grid).map(([x = 0, y = 0]) => Math.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 0.01));
    const zero = new Array<number>(N * N).fill(0);
    const u = Float64Array.from([...zero, ...bump(0.15, 0), ...zero, ...zero]);
    const wanted = Float64Array.from([...zero, ...zero, ...bump(0, 0.15), ...zero]);
    expect(apart(moved(at("rot"), Math.PI / 2, u, 4, grid), wanted)).toBeLessThan(1e-3);
  });

  test("of scalings keeps a density's integral", () => {
    const u = bumps(2).map((x, i) => (i < N * N ? Math.abs(x) : x));
    const total = (f: Float64Array) => f.subarray(0, N * N).reduce((a, b) => a + b, 0);
    const ratio = total(moved(at("scale"), 0.1, u, 4, grid)) / total(u);
    expect(ratio).toBeCloseTo(1, 3);
  });
});

describe("derivatives", () => {
  test("up to walls are exact for polynomials of degree four", () => {
    const open: Grid = { size: [6, 9], length: [1.2, 3], periodic: [false, false] };
    const u = Float64Array.from(positionsOf(open), ([x = 0, y = 0]) => x ** 4 - 2 * x * y ** 3 + y);
    const [dx, dy] = derivatives(u, 1, open);
    positionsOf(open).forEach(([x = 0, y = 0], i) => {
      expect(dx![i]).toBeCloseTo(4 * x ** 3 - 2 * y ** 3, 9);
      expect(dy![i]).toBeCloseTo(-6 * x * y ** 2 + 1, 9);
    });
  });

  test("up to walls need five points", () => {
    const open: Grid = { size: [4, 4], length: [1, 1], periodic: [true, false] };
    expect(() => new GeneratorAction([at("tx")], 4, open)).toThrow("need 5 points");
  });
});

describe("the grid's own error", () => {
  const norm = (values: Float64Array, from: number, to: number): number =>
    size(values.subarray(from, to));

  test("falls with the number of points and vanishes where nothing flows", () => {
    const errors = [8, 16, 32].map((n) => {
      const tx = generatorByName("tx", defaultOptions).on({ ...side, fields: null, channels: 1 });
      const amp = generatorByName("amp", defaultOptions).on({ ...side, fields: null, channels: 1 });
      return gridErrors([tx, amp], 1, unitGrid([n, n]), norm)(waves([n, n], 4));
    });
    expect(errors.map((pair) => pair[1])).toEqual([0, 0, 0]);
    expect(errors[1]![0]).toBeLessThan(0.2 * errors[0]![0]!);
    expect(errors[2]![0]).toBeLessThan(0.05 * errors[1]![0]!);
  });

  test("is that of the nonlinearity itself: what Lf is for f = tanh", () => {
    const tx = generatorByName("tx", defaultOptions).on({ ...side, fields: null, channels: 1 });
    const u = waves([8, 8], 4);
    const scale = size(u) / 8;
    const v = u.map((x) => x / scale);
    const image = v.map(Math.tanh);
    const own = unitGrid([8, 8]);
    const pushed = apply(tx, v, own, 1).map((x, i) => x * (1 - image[i]! ** 2));
    const wanted = size(sum(pushed, apply(tx, image, own, 1), -1)) / size(image);
    expect(gridErrors([tx], 1, own, norm)(u)[0]).toBeCloseTo(wanted, 12);
  });
});

test("a round trip is exact for shifts and where nothing moves, and loses little elsewhere", () => {
  const norm = (values: Float64Array, from: number, to: number): number =>
    size(values.subarray(from, to));
  const [tx, rot, amp] = roundTrips([at("tx"), at("rot"), at("amp")], 4, grid, norm)(bumps(2));
  // Bumps have 1e-9 of the finest wave, which no half shift keeps.
  expect(tx).toBeLessThan(1e-8);
  expect(rot).toBeGreaterThan(1e-6);
  expect(rot).toBeLessThan(1e-2);
  expect(amp).toBe(0);
});
