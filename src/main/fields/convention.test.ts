import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFieldSpec, showFieldSpec, unitGrid } from "../../shared/fields/spec";
import { act, actMixing } from "../../shared/groups/act";
import { d4 } from "../../shared/groups/catalogue";
import { elementOf } from "../../shared/groups/group";
import {
  determinant,
  multiply,
  showImage,
  signedPermutations,
  transpose,
  type SignedPermutation,
} from "../../shared/groups/element";
import { checkConvention } from "./conventionCheck";
import { checkMixing } from "./mixingCheck";
import { gradient, type Plane } from "./operators";

const n = 16;
const spec = parseFieldSpec("scalar:p,vector:v");
const shape = [2, 3, n, n];
const grid = unitGrid([n, n]);
const plane: Plane = { shape: [n, n], length: [1, 1] };

/** A smooth random periodic field: modes up to 3 in both directions. */
function smooth(random: () => number): Float64Array {
  const out = new Float64Array(n * n);
  for (let kx = -3; kx <= 3; kx++) {
    for (let ky = 0; ky <= 3; ky++) {
      const amplitude = random() - 0.5;
      const phase = 2 * Math.PI * random();
      for (let i = 0; i < n * n; i++) {
        out[i]! +=
          amplitude * Math.cos((2 * Math.PI * (kx * (i % n) + ky * Math.floor(i / n))) / n + phase);
      }
    }
  }
  return out;
}

function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271 + 11) % 2147483647) / 2147483647;
}

type Flow = (random: () => number) => readonly [Float64Array, Float64Array];

/** (∂ᵧψ, −∂ₓψ). */
const incompressible: Flow = (random) => {
  const [x, y] = gradient(smooth(random), plane);
  return [y, x.map((value) => -value)];
};
const potential: Flow = (random) => gradient(smooth(random), plane) as [Float64Array, Float64Array];
const compressible: Flow = (random) => [smooth(random), smooth(random)];
const noise: Flow = (random) => {
  const white = (): Float64Array => Float64Array.from({ length: n * n }, () => random() - 0.5);
  return [white(), white()];
};
/** Waves along x only. */
const sound: Flow = (random) => {
  const u = smooth(random);
  return [Float64Array.from({ length: n * n }, (_, i) => u[i % n]!), new Float64Array(n * n)];
};
const shear: Flow = (random) => {
  const u = smooth(random);
  return [
    Float64Array.from({ length: n * n }, (_, i) => u[Math.floor(i / n)]!),
    new Float64Array(n * n),
  ];
};

function states(flow: Flow, seed: number): Float64Array {
  const random = numbers(seed);
  const out = new Float64Array(2 * 3 * n * n);
  for (const b of [0, 1]) {
    const [x, y] = flow(random);
    out.set(x, (b * 3 + 1) * n * n);
    out.set(y, (b * 3 + 2) * n * n);
  }
  return out;
}

const identity = d4.identity.matrix;
const element = (id: string) => elementOf(d4, id);
/** The array moved by the element while components stay, as a wrong reading of a file does. */
const misread = (id: string, u: Float64Array): Float64Array =>
  actMixing(element(id), identity, u, shape, spec);
const seeds = fc.integer({ min: 1, max: 1e6 });
const runs = { numRuns: 15 };

describe("an incompressible flow", () => {
  test("fits as stated, in every frame that D4 gives it", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(...d4.elements), (seed, g) => {
        const report = checkConvention(
          act(g, states(incompressible, seed), shape, spec),
          shape,
          spec,
          grid,
        );
        expect(report.verdict).toBe("fits");
        expect(report.rows[0]!.score).toBeLessThan(1e-12);
      }),
      runs,
    );
  });

  test.each([
    ["sr3", "(vy, vx)"],
    ["sr", "(vy, vx)"],
    ["s", "(vx, −vy)"],
    ["sr2", "(vx, −vy)"],
  ])("with the array moved by %s but not its components is noticed: %s", (id, name) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { verdict, rows } = checkConvention(
          misread(id, states(incompressible, seed)),
          shape,
          spec,
          grid,
        );
        expect(verdict).toBe("other-fits-better");
        const possible = rows.filter((row) => row.possible).map((row) => row.name);
        expect(possible).toContain(name);
        expect(possible).toHaveLength(2);
      }),
      runs,
    );
  });

  test("with components exchanged or one negated is noticed", () => {
    const u = states(incompressible, 5);
    const swapped = actMixing(
      { ...d4.identity, id: "mixing" },
      element("sr3").matrix,
      u,
      shape,
      spec,
    );
    const negated = actMixing(
      { ...d4.identity, id: "mixing" },
      element("s").matrix,
      u,
      shape,
      spec,
    );
    const { verdict, sentence } = checkConvention(swapped, shape, spec, grid);
    expect(verdict).toBe("other-fits-better");
    expect(sentence).toMatch(
      /^v fits only if its stored components are \(vy, vx\), or \(−vy, −vx\)/,
    );
    expect(checkConvention(negated, shape, spec, grid).verdict).toBe("other-fits-better");
  });

  test("stored as float32 fits too", () => {
    expect(
      checkConvention(Float32Array.from(states(incompressible, 3)), shape, spec, grid).verdict,
    ).toBe("fits");
  });
});

describe("a stated reading", () => {
  const inside = (mixing: SignedPermutation): string =>
    showImage(mixing, ["x", "y"]).replaceAll("−", "-");
  const anyMixing = fc.constantFrom(...signedPermutations);

  test("that is what the file holds fits, and another one is answered by it, whatever was stated", () => {
    fc.assert(
      fc.property(seeds, anyMixing, anyMixing, (seed, mixing, other) => {
        // Read at a right angle the flow has no curl, which flows may have: of that nothing is said.
        const between = multiply(mixing, transpose(other));
        fc.pre(between[0][0] !== 0 || determinant(between) < 0);
        const stated = parseFieldSpec(`scalar:p,vector:v${inside(other)}`);
        const still = { ...d4.identity, id: "mixing" };
        const u = actMixing(still, mixing, states(incompressible, seed), shape, spec);
        const { verdict, rows, best } = checkConvention(u, shape, stated, grid);
        expect(rows[0]!.fields).toBe(showFieldSpec(stated));
        expect(rows[0]!.stated).toBe(true);
        const proposed = parseFieldSpec(rows[best!]!.fields!);
        expect(verdict).toBe(best === 0 ? "fits" : "other-fits-better");
        const after = checkConvention(u, shape, proposed, grid);
        expect(after.verdict).toBe("fits");
        expect(after.best).toBe(0);
        // As the file was made, up to the sign of the whole, which a still picture does not tell.
        const made = showImage(mixing, ["vx", "vy"]);
        const names = after.rows.filter(({ possible }) => possible).map(({ name }) => name);
        expect(names).toContain(made);
        expect(names).toHaveLength(2);
      }),
      runs,
    );
  });

  test("of a second vector is checked where the velocity is right", () => {
    const both = parseFieldSpec("vector:v,vector:B");
    const [u, b] = [incompressible(numbers(3)), incompressible(numbers(4))];
    const joined = Float64Array.from([...u[0], ...u[1], ...b[1], ...b[0]]);
    const report = checkConvention(joined, [1, 4, n, n], both, grid);
    expect(report.verdict).toBe("other-fits-better");
    expect(report.rows[report.best!]!.fields).toBe("vector:v,vector:B(y,x)");
    const straight = Float64Array.from([...u[0], ...u[1], ...b[0], ...b[1]]);
    expect(checkConvention(straight, [1, 4, n, n], both, grid).verdict).toBe("fits");
  });
});

describe.each([
  ["noise", noise],
  ["a compressible flow", compressible],
  ["a flow without curl", potential],
  ["waves along one axis", sound],
  ["a shear flow", shear],
  ["rest", () => [new Float64Array(n * n), new Float64Array(n * n)] as const],
] as const)("%s", (_, flow) => {
  test("gives no remark, in any frame", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(...d4.elements), (seed, g) => {
        const u = act(g, states(flow, seed), shape, spec);
        expect(checkConvention(u, shape, spec, grid).verdict).toBe("cannot-tell");
      }),
      runs,
    );
  });
});

test("a flow that is only mostly incompressible gives no remark, though one reading is the best", () => {
  const u = misread("sr3", states(incompressible, 4)).map(
    (value, i) => value + 0.5 * states(potential, 7)[i]!,
  );
  const { verdict, rows } = checkConvention(u, shape, spec, grid);
  const scores = rows.map(({ score }) => score);
  expect(scores.indexOf(Math.min(...scores))).toBe(4);
  expect(verdict).toBe("cannot-tell");
});

test("what decides must be more than rounding", () => {
  // In a shear flow both orders of sign are free of divergence, up to a perturbation that fits one of them.
  const perturbation = misread("s", states(incompressible, 4));
  const u = states(shear, 7).map((value, i) => value + 1e-5 * perturbation[i]!);
  const { verdict, rows } = checkConvention(u, shape, spec, grid);
  expect(rows[1]!.score).toBeLessThan(rows[0]!.score / 2);
  expect(verdict).toBe("cannot-tell");
});

test("without a vector there is nothing to check", () => {
  expect(() =>
    checkConvention(new Float64Array(9), [1, 1, 3, 3], parseFieldSpec("scalar:p"), grid),
  ).toThrow("no vector");
});

describe("the mixing of components for one element", () => {
  // A model that is equivariant when components are exchanged, as if trained on (y, x).
  const exchange = element("sr3").matrix;
  const learned = (id: string) =>
    multiply(multiply(exchange, element(id).matrix), transpose(exchange));
  const u = states(incompressible, 9);
  const distance = (a: Float64Array, b: Float64Array): number =>
    Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b);

  test.each(["r", "r3", "s", "sr2"])(
    "%s: another mixing fits a model that learnt other components",
    async (id) => {
      const truth = actMixing(element(id), learned(id), u, shape, spec);
      const report = await checkMixing(element(id), 2, (mixing) =>
        Promise.resolve(distance(actMixing(element(id), mixing, u, shape, spec), truth)),
      );
      expect(report.rows).toHaveLength(8);
      expect(report.rows.filter(({ stated }) => stated)).toHaveLength(1);
      expect(report.verdict).toBe("other-fits-better");
      expect(report.rows.find(({ score }) => score === 0)!.stated).toBe(false);
    },
  );

  test.each(["r2", "sr", "sr3"])("%s: is right under either labelling", async (id) => {
    const truth = actMixing(element(id), learned(id), u, shape, spec);
    const report = await checkMixing(element(id), 2, (mixing) =>
      Promise.resolve(distance(actMixing(element(id), mixing, u, shape, spec), truth)),
    );
    expect(report.verdict).toBe("fits");
  });

  test("errors that are all alike give no remark", async () => {
    let i = 0;
    const report = await checkMixing(element("r"), 2, () => Promise.resolve(1 - 0.01 * i++));
    expect(report.verdict).toBe("cannot-tell");
  });
});
