import { describe, expect, test } from "vitest";
import { parseFieldSpec, unitGrid } from "../../../shared/fields/spec";
import { actMixing } from "../../../shared/groups/act";
import { d4 } from "../../../shared/groups/catalogue";
import { showImage, signedPermutations } from "../../../shared/groups/element";
import { randomFrom } from "../../../shared/random";
import { checkConvention } from "../conventionCheck";
import { spectral } from "../derivative";

const n = 16;
const grid = unitGrid([n, n]);
const along = (field: Float64Array, direction: 0 | 1): Float64Array =>
  spectral(field, [n, n], 1 - direction, 1);
const minus = (field: Float64Array): Float64Array => field.map((value) => -value);

/** Modes up to three waves along each axis. */
function smooth(random: () => number): Float64Array {
  const out = new Float64Array(n * n);
  for (let kx = -3; kx <= 3; kx++) {
    for (let ky = 0; ky <= 3; ky++) {
      const [amplitude, phase] = [random() - 0.5, 2 * Math.PI * random()];
      for (let i = 0; i < n * n; i++) {
        out[i]! += amplitude * Math.cos((2 * Math.PI * (kx * (i % n) + ky * Math.floor(i / n))) / n + phase); // prettier-ignore
      }
    }
  }
  return out;
}

type Fields = readonly Float64Array[];
/** A sample's channels in two frames. */
type Make = (random: () => number) => readonly [Fields, Fields];

function joined(samples: readonly Fields[]): Float64Array {
  const all = samples.flat();
  const out = new Float64Array(all.length * n * n);
  all.forEach((field, i) => out.set(field, i * n * n));
  return out;
}

/** Straight, with components exchanged, mirrored, turned. */
const ways = signedPermutations.filter((_, i) => [0, 1, 4, 5].includes(i));

/** What is said of each way to store the components. */
function verdicts(fields: string, make: Make, { samples = 8, seed = 1 } = {}) {
  const spec = parseFieldSpec(fields);
  const made = Array.from({ length: samples }, (_, i) => make(randomFrom(seed, i)));
  const shape = [samples, made[0]![0].length, n, n];
  const frames = [joined(made.map(([one]) => one)), joined(made.map(([, two]) => two))];
  return ways.map((mixing) => {
    const [before, after] = frames.map((frame) =>
      actMixing({ ...d4.identity, id: "mixing" }, mixing, frame, shape, spec),
    ) as [Float64Array, Float64Array];
    const { verdict, rows, best = 0 } = checkConvention(before, shape, spec, grid, after);
    const right = rows[best]!.name === showImage(mixing, ["vx", "vy"]);
    return verdict === "cannot-tell" ? verdict : right ? "right" : `wrong: ${rows[best]!.name}`;
  });
}

const silent = ways.map(() => "cannot-tell");

/** s after a step in a flow that carries it. */
const carried = (s: Float64Array, u: Float64Array, v: Float64Array, dt: number): Float64Array => {
  const [x, y] = [along(s, 0), along(s, 1)];
  return s.map((value, i) => value - dt * (u[i]! * x[i]! + v[i]! * y[i]!));
};

describe("what is no flow is not taken for one", () => {
  test("two substances that oscillate with each other, called a vector", () => {
    const dt = 0.05;
    const react: Make = (random) => {
      const [a, b] = [smooth(random), smooth(random)];
      return [[a, b], [a.map((u, i) => u - dt * b[i]!), b.map((v, i) => v + dt * a[i]!)]]; // prettier-ignore
    };
    for (const samples of [2, 4]) expect(verdicts("vector:v", react, { samples })).toEqual(silent);
  });

  test("the gradient of a wave beside it, turned or not", () => {
    const wave: Make = (random) => {
      const [u, rate] = [smooth(random), smooth(random)];
      const frame = (one: Float64Array): Fields => [one, along(one, 0), along(one, 1)];
      return [frame(u), frame(u.map((value, i) => value + 0.01 * rate[i]!))];
    };
    expect(verdicts("scalar:u,vector:v", wave)).toEqual(silent);
  });

  test("an electric field whose drift carries a density; called a flow it is read as that drift", () => {
    const drift: Make = (random) => {
      const potential = smooth(random);
      const field = [minus(along(potential, 0)), minus(along(potential, 1))] as const;
      const s = smooth(random);
      const after = carried(s, field[1], minus(field[0]), 1e-3);
      return [[s, ...field], [after, ...field]]; // prettier-ignore
    };
    expect(verdicts("scalar:s,vector:E", drift)).toEqual(silent);
    expect(verdicts("scalar:s,vector:v", drift)[0]).toMatch("wrong");
  });

  test("a magnetic field has no sources, and nothing is asked of what it carries", () => {
    const still: Make = (random) => {
      const [psi, s] = [smooth(random), smooth(random)];
      const [u, v] = [along(psi, 1), minus(along(psi, 0))];
      return [[s, u, v], [carried(s, minus(u), minus(v), 1e-3), u, v]]; // prettier-ignore
    };
    const found = verdicts("scalar:s,vector:B", still);
    expect(found[0]).toBe("right");
  });
});

test("a flow without curl that carries itself is not taken for one without divergence", () => {
  const dt = 0.002;
  const burgers: Make = (random) => {
    const potential = smooth(random);
    let now: Fields = [along(potential, 0), along(potential, 1)].map((v) => v.map((one) => one / 10)); // prettier-ignore
    const before = now;
    // Some steps with diffusion, so that no law of differences tells all of it.
    for (let step = 0; step < 5; step++) {
      const [u, v] = now as [Float64Array, Float64Array];
      now = now.map((field) => {
        const bends = [along(along(field, 0), 0), along(along(field, 1), 1)] as const;
        return carried(field, u, v, dt).map((value, i) => value + 0.01 * dt * (bends[0][i]! + bends[1][i]!)); // prettier-ignore
      });
    }
    return [before, now];
  };
  // Of two samples no law is believed, and divergence alone would turn them.
  for (const seed of [1, 2, 3]) {
    expect(verdicts("vector:v", burgers, { samples: 2, seed })).toEqual(silent);
  }
});

test("of readings that divergence leaves, the one is proposed that what changes agrees with", () => {
  const dt = 1e-3;
  const stirred: Make = (random) => {
    const [psi, s, source] = [smooth(random), smooth(random), smooth(random)];
    const [u, v] = [along(psi, 1), minus(along(psi, 0))];
    const after = carried(s, u, v, dt).map((value, i) => value + 400 * dt * source[i]!);
    return [[s, u, v], [after, u, v]]; // prettier-ignore
  };
  // Turned by a right angle as stated, it might as well be a flow without curl.
  const found = verdicts("scalar:s,vector:v", stirred).filter((one) => one !== "cannot-tell");
  expect(found.length).toBeGreaterThanOrEqual(3);
  expect(new Set(found)).toEqual(new Set(["right"]));
});
