/** Generators on fields in a volume: the algebra of motions, their finite actions, and what the grid makes of them. */
import { describe, expect, test } from "vitest";
import { parseFieldSpec, unitGrid, type Grid } from "../../../shared/fields/spec";
import { defaultOptions, generatorByName } from "../../../shared/generators/catalogue";
import type { Infinitesimal, Side } from "../../../shared/generators/generator";
import { normals, randomFrom } from "../../../shared/random";
import { moved, resamplingOf } from "./action";
import { GeneratorAction, positionsOf } from "./apply";
import { gridErrors } from "./gridError";
import { roundTrips } from "./roundTrip";

const N = 24;
const grid = unitGrid([N, N, N]);
const points = N ** 3;
const fields = parseFieldSpec("scalar:rho,vector:v", 3);
const side: Side = { fields, channels: 4, axes: 3, steps: 0 };
const at = (name: string, steps = 0): Infinitesimal =>
  generatorByName(name, { ...defaultOptions, dt: 0.1 }).on({ ...side, steps });

/** A bump about a place. */
const bump = ([x0, y0, z0]: readonly number[], where: Grid = grid): Float64Array =>
  Float64Array.from(positionsOf(where), ([x = 0, y = 0, z = 0]) =>
    Math.exp(-((x - x0!) ** 2 + (y - y0!) ** 2 + (z - z0!) ** 2) / 0.02),
  );

/** Four channels, each a bump off the centre. */
function bumps(seed: number, where: Grid = grid): Float64Array {
  const a = normals(randomFrom(seed), 16);
  return Float64Array.from(
    [0, 1, 2, 3].flatMap((c) => {
      const place = [1, 2, 3].map((k) => 0.03 * a[4 * c + k]!);
      return [...bump(place, where).map((value) => value * a[4 * c]!)];
    }),
  );
}

const apply = (generator: Infinitesimal, state: Float64Array): Float64Array =>
  new GeneratorAction([generator], 4, grid).of(state);
const norm = (values: Float64Array, from: number, to: number): number => {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
};
const apart = (a: Float64Array, b: Float64Array): number =>
  norm(
    a.map((x, i) => x - b[i]!),
    0,
    a.length,
  ) / norm(a, 0, a.length);

const turns = ["rot-xy", "rot-yz", "rot-zx"] as const;

describe("in a volume", () => {
  test.each([
    ["rot-xy", "rot-yz", "rot-zx", 1],
    ["rot-yz", "rot-zx", "rot-xy", 1],
    ["rot-zx", "rot-xy", "rot-yz", 1],
    ["rot-xy", "tx", "ty", 1],
    ["rot-yz", "ty", "tz", 1],
    ["rot-zx", "tz", "tx", 1],
    ["rot-zx", "tx", "tz", -1],
    ["rot-xy", "tz", "tz", 0],
    ["scale", "rot-yz", "tx", 0],
    ["scale", "tz", "tz", 1],
  ])("brackets are those of the motions of space: [%s, %s] = %s times %d", (a, b, c, factor) => {
    const u = bumps(5);
    const [x, y] = [at(a), at(b)];
    const [one, other] = [apply(x, apply(y, u)), apply(y, apply(x, u))];
    const off = apply(at(c), u).map((value, i) => one[i]! - other[i]! - factor * value);
    // The bumps' tails at the edges, where turns and scalings do not close, are of 1e-5, their second slopes of 1e-3.
    expect(norm(off, 0, off.length) / norm(one, 0, one.length)).toBeLessThan(3e-3);
  });

  test.each([...turns, "tz", "scale"])("%s is the derivative of its action at 0", (name) => {
    const u = bumps(3);
    const generator = at(name);
    const h = 2e-3;
    const [ahead, behind] = [moved(generator, h, u, 4, grid), moved(generator, -h, u, 4, grid)];
    const slope = ahead.map((value, i) => (value - behind[i]!) / (2 * h));
    // Cubic convolution's own slope on bumps of three points' width leaves 5e-2, shifts h².
    const near = resamplingOf(generator, grid) === "cubic" ? 7e-2 : 1e-3;
    expect(apart(slope, apply(generator, u))).toBeLessThan(near);
  });

  test("quarter turns carry places and components from the plane's first axis to its second", () => {
    const zero = new Float64Array(points);
    const stack = (...channels: Float64Array[]): Float64Array =>
      Float64Array.from(channels.flatMap((channel) => [...channel]));
    const away = 0.1;
    const [x, y, z] = [
      [away, 0, 0],
      [0, away, 0],
      [0, 0, away],
    ].map((place) => bump(place));
    for (const [name, from, to] of [
      ["rot-xy", stack(zero, x!, zero, zero), stack(zero, zero, y!, zero)],
      ["rot-yz", stack(zero, zero, y!, zero), stack(zero, zero, zero, z!)],
      ["rot-zx", stack(z!, zero, zero, z!), stack(x!, x!, zero, zero)],
    ] as const) {
      expect(apart(to, moved(at(name), Math.PI / 2, from, 4, grid)), name).toBeLessThan(1e-6);
    }
  });

  test("an eighth of a turn there and back loses what the round trip's scale says", () => {
    const [turn, shift] = roundTrips([at("rot-yz"), at("tz")], 4, grid, norm)(bumps(2));
    expect(turn).toBeGreaterThan(1e-4);
    expect(turn).toBeLessThan(5e-2);
    // The finest wave of these bumps has 1e-4 of them.
    expect(shift).toBeLessThan(1e-3);
  });

  test("a boost along z drifts along z", () => {
    expect(at("gz")).toMatchObject({ flow: null, shift: [{ to: 3 }] });
    expect(at("gz", 2).flow!.map((one) => one.value([]))).toEqual([0, 0, 0.2]);
  });

  test("the grid's own error of turns falls with the number of points", () => {
    const [coarse, fine] = [12, 24].map((n) => {
      const own = unitGrid([n, n, n]);
      return gridErrors(
        turns.map((name) => at(name)),
        4,
        own,
        norm,
      )(bumps(4, own));
    });
    turns.forEach((name, k) => expect(fine![k]!, name).toBeLessThan(coarse![k]! / 4));
  });
});
