import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFieldSpec, unitGrid } from "../../../shared/fields/spec";
import { normals, randomFrom } from "../../../shared/random";
import { checkConvention } from "../conventionCheck";
import { spectral } from "../derivative";

const n = 16;
const grid = unitGrid([n, n]);
const along = (field: Float64Array, direction: 0 | 1): Float64Array =>
  spectral(field, [n, n], 1 - direction, 1);

/** Modes up to so many waves along each axis. */
function smooth(random: () => number, waves = 3): Float64Array {
  const out = new Float64Array(n * n);
  for (let kx = -waves; kx <= waves; kx++) {
    for (let ky = 0; ky <= waves; ky++) {
      const [amplitude, phase] = [random() - 0.5, 2 * Math.PI * random()];
      for (let i = 0; i < n * n; i++) {
        const [x, y] = [i % n, Math.floor(i / n)];
        out[i]! += amplitude * Math.cos((2 * Math.PI * (kx * x + ky * y)) / n + phase);
      }
    }
  }
  return out;
}

/** ∂ₜ of a field beside a vector and of its components. */
type Law = (
  s: Float64Array,
  v: readonly [Float64Array, Float64Array],
) => readonly [Float64Array, Float64Array, Float64Array];

const difference = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((value, i) => value - b[i]!);
/** Of light on a plane: E of the plane, B across it, which mirrors reverse. Nothing is carried by anything. */
const light: Law = (b, [ex, ey]) => [
  difference(along(ex, 1), along(ey, 0)),
  along(b, 1),
  along(b, 0).map((value) => -value),
];
/** Every field for itself. */
const diffusion: Law = (s, [x, y]) => {
  const bent = (field: Float64Array): Float64Array =>
    along(along(field, 0), 0).map((value, i) => value + along(along(field, 1), 1)[i]!);
  return [bent(s), bent(x), bent(y)];
};

const DT = 1e-4;
const SAMPLES = 6;

/** Frames [S, 3, n, n] before and after a small step, stored as (a, b) of the components x, y. */
function frames(
  law: Law,
  seed: number,
  stored: (x: Float64Array, y: Float64Array) => readonly [Float64Array, Float64Array] = (x, y) => [x, y], // prettier-ignore
): [Float64Array, Float64Array] {
  const [before, after] = [0, 1].map(() => new Float64Array(SAMPLES * 3 * n * n));
  for (let sample = 0; sample < SAMPLES; sample++) {
    const random = randomFrom(seed, sample);
    const now = [smooth(random), smooth(random), smooth(random)] as const;
    const rates = law(now[0], [now[1], now[2]]);
    const then = now.map((field, c) => field.map((value, i) => value + DT * rates[c]![i]!));
    for (const [out, [s, x, y]] of [
      [before!, now],
      [after!, then],
    ] as const) {
      [s!, ...stored(x!, y!)].forEach((field, c) => {
        out.set(field, (sample * 3 + c) * n * n);
      });
    }
  }
  return [before!, after!];
}

const minus = (field: Float64Array): Float64Array => field.map((value) => -value);
const ways = [
  ["(vx, vy)", (x: Float64Array, y: Float64Array) => [x, y] as const],
  ["(vy, vx)", (x: Float64Array, y: Float64Array) => [y, x] as const],
  ["(vx, −vy)", (x: Float64Array, y: Float64Array) => [x, minus(y)] as const],
  ["(vy, −vx)", (x: Float64Array, y: Float64Array) => [y, minus(x)] as const],
] as const;

const spec = parseFieldSpec("pseudoscalar:b,vector:E");
const shape = [SAMPLES, 3, n, n];
const seeds = fc.integer({ min: 1, max: 1e6 });

describe.each(ways)("light stored as %s", (name, stored) => {
  test("is told by its law alone, up to the sign of the whole vector", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const [before, after] = frames(light, seed, stored);
        const { verdict, rows, evidence, best } = checkConvention(before, shape, spec, grid, after);
        const possible = rows.filter((row) => row.possible).map((row) => row.name);
        expect(possible).toHaveLength(2);
        expect(possible).toContain(name);
        expect(verdict).toBe(name === "(vx, vy)" ? "fits" : "other-fits-better");
        const deciding = evidence!.filter(({ says }) => says === "decides");
        expect(deciding.map((one) => one.name)).toEqual(["Equivariance of the dynamics"]);
        expect(deciding[0]!.scores[best!]).toBeLessThan(1e-3);
        expect(deciding[0]!.weight).toBeGreaterThan(0.1);
      }),
      { numRuns: 4 },
    );
  });
});

test.each([
  ["diffusion, which is the same under every reading", diffusion],
  ["changes that no law explains", (_s: Float64Array) => noise()],
] as const)("%s tells nothing", (_, law) => {
  const [before, after] = frames(law as Law, 5);
  const { verdict, evidence } = checkConvention(before, shape, spec, grid, after);
  expect(verdict).toBe("cannot-tell");
  expect(evidence!.every(({ says, weight }) => says === "cannot-tell" && weight === 0)).toBe(true);
});

let draws = 0;
function noise(): readonly [Float64Array, Float64Array, Float64Array] {
  const one = (): Float64Array => Float64Array.from(normals(randomFrom(90, draws++), n * n));
  return [one(), one(), one()];
}

test("few smooth samples without relation tell nothing, though any terms explain much of them", () => {
  const scalar = parseFieldSpec("scalar:s,vector:v");
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 4 }), (seed, samples) => {
      const random = randomFrom(seed);
      const states = Float64Array.from(
        Array.from({ length: 3 * samples }, () => [...smooth(random, 1)]).flat(),
      );
      const rates = Array.from({ length: 3 * samples }, () => [...smooth(random, 1)]).flat();
      const later = states.map((value, i) => value + DT * rates[i]!);
      const { verdict } = checkConvention(states, [samples, 3, n, n], scalar, grid, later);
      expect(verdict).toBe("cannot-tell");
    }),
    { numRuns: 50 },
  );
});

test("a right-angle turn of an incompressible flow is told where its dynamics tells", () => {
  // Without frames the flow may as well be one without curl.
  const [before, after] = frames(light, 11, ways[3][1]);
  expect(checkConvention(before, shape, spec, grid).verdict).toBe("cannot-tell");
  expect(checkConvention(before, shape, spec, grid, after).verdict).toBe("other-fits-better");
});

test("a law that fits turned by a right angle, or with a field that mirrors reverse, is told as either", () => {
  const [before, after] = frames(light, 12);
  const stated = parseFieldSpec("scalar:b,vector:E");
  const { verdict, sentence } = checkConvention(before, shape, stated, grid, after);
  expect(verdict).toBe("other-fits-better");
  expect(sentence).toMatch("Or a mirror reverses the other fields: pseudoscalar:b,vector:E.");
});

test("isotropy agrees with what a still flow without divergence shows, and never decides", () => {
  const before = new Float64Array(SAMPLES * 2 * n * n);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const psi = smooth(randomFrom(3, sample));
    before.set(along(psi, 1), sample * 2 * n * n);
    before.set(minus(along(psi, 0)), (sample * 2 + 1) * n * n);
  }
  const { verdict, evidence } = checkConvention(before, [SAMPLES, 2, n, n], parseFieldSpec("vector:v"), grid); // prettier-ignore
  expect(verdict).toBe("fits");
  const isotropy = evidence!.find(({ name }) => name === "Spectral isotropy")!;
  expect(isotropy).toMatchObject({ says: "agrees", decides: false, weight: 0 });
  // The straight reading, its opposite and both right-angle turns are as isotropic as can be; mirrors are not.
  expect(isotropy.scores.filter((score) => score < 1e-9)).toHaveLength(4);
});
