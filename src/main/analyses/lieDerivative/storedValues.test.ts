/** Lie derivatives of maps that are fitted to stored values: what is symmetric is not called broken by rounding. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  lieDerivative as definition,
  type LieDerivativeParameters,
} from "../../../shared/analyses/lieDerivative";
import { defaultsOf } from "../../../shared/parameters";
import { normals, randomFrom } from "../../../shared/random";
import { contextOf, networkOf, never } from "../testing";
import type { AnalysisResult, DataContext } from "../context";
import { lieDerivative } from "./index";

type Point = readonly [number, number];

/** Points about a centre, and what a function makes of them. */
function pairs(
  f: (x: Point) => readonly number[],
  { centre = 0, scale = 1, seed = 1, count = 120, noise = 0 } = {},
): DataContext {
  const states = normals(randomFrom(seed), count * 2).map((value) => centre + scale * value);
  const errors = normals(randomFrom(seed, 2), count * 2);
  const values = Array.from({ length: count }, (_, k) =>
    f([states[2 * k]!, states[2 * k + 1]!]).map((value, i) => value + noise * errors[2 * k + i]!),
  );
  const context = contextOf({
    model: networkOf([2], {}, (_, x) => x),
    input: { dtype: "float64", shape: [count, 2], data: states },
    target: {
      dtype: "float64",
      shape: [count, values[0]!.length],
      data: Float64Array.from(values.flat()),
    },
  });
  return { ...context, model: null, grid: null, dt: null, notices: [] };
}

interface Told {
  readonly id: string;
  readonly resolved: boolean;
  readonly bound: string | null;
  readonly lie_error: { readonly median: number };
  readonly lie_relative: { readonly median: number };
}

async function told(
  context: DataContext,
  params: Partial<LieDerivativeParameters> = {},
): Promise<Record<string, Told>> {
  const result: AnalysisResult = await lieDerivative.compute(
    context,
    { ...defaultsOf(definition.parameters), generators: "se", split: "x:2", ...params },
    () => undefined,
    never,
  );
  const { generators } = result.summary as unknown as { generators: Told[] };
  return Object.fromEntries(generators.map((one) => [one.id, one]));
}

describe("what is symmetric is told from rounding", () => {
  const square = ([x, y]: Point): number => x ** 2 + y ** 2;
  const polynomial = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
    minLength: 2,
    maxLength: 4,
  });
  const value = (coefficients: readonly number[], at: number): number =>
    coefficients.reduceRight((sum, c) => sum * at + c, 0);
  const scale = fc.constantFrom(1e-3, 1, 1e3);

  test("an invariant polynomial, whatever its degree and scale", () =>
    fc.assert(
      fc.asyncProperty(polynomial, scale, fc.nat(100), async (c, unit, seed) => {
        fc.pre(c.slice(1).some((one) => Math.abs(one) > 0.1));
        const { rot, tx } = await told(
          pairs((x) => [value(c, square(x) / unit ** 2)], { scale: unit, seed }),
        );
        expect(rot).toMatchObject({ resolved: false, bound: "fit_error" });
        expect(rot!.lie_relative.median).toBe(0);
        expect(tx).toMatchObject({ resolved: true, lie_relative: { median: 1 } });
      }),
      { numRuns: 20, seed: 4 },
    ));

  test("a vector field that turns with the plane", () =>
    fc.assert(
      fc.asyncProperty(polynomial, polynomial, scale, async (a, b, unit) => {
        fc.pre([a, b].some((c) => c.some((one) => Math.abs(one) > 0.1)));
        const f = ([x, y]: Point): number[] => {
          const r = square([x, y]) / unit ** 2;
          return [value(a, r) * x - value(b, r) * y, value(a, r) * y + value(b, r) * x];
        };
        const { rot } = await told(pairs(f, { scale: unit }), { prediction: "rate" });
        expect(rot!.resolved).toBe(false);
        expect(rot!.lie_relative.median).toBeLessThan(1e-9);
      }),
      { numRuns: 20, seed: 5 },
    ));

  test("a uniform wind, far from the origin too: nothing moves, so nothing is broken", async () => {
    for (const centre of [0, 1e4]) {
      const found = await told(
        pairs(() => [1, 2], { centre }),
        { prediction: "rate" },
      );
      for (const id of ["tx", "ty"]) {
        expect(found[id], id).toMatchObject({ resolved: false, lie_relative: { median: 0 } });
      }
      expect(found.rot!.resolved).toBe(true);
      expect(found.rot!.lie_relative.median).toBeCloseTo(1, 9);
    }
  });

  test("a function that kernels fit is not called broken along what it does not depend on", async () => {
    const { tx, ty } = await told(
      pairs(([, y]) => [Math.sin(3 * y) / (1 + y ** 2)], { count: 300 }),
    );
    // How much of it is broken a fit that is off by a thousandth cannot say.
    expect(tx).toMatchObject({ resolved: false, lie_relative: { median: NaN } });
    expect(ty!.resolved).toBe(true);
  });
});

test("a symmetry that is broken by a ten-thousandth is resolved, by as much as it is broken", async () => {
  for (const epsilon of [1e-2, 1e-4]) {
    const { rot } = await told(pairs(([x, y]) => [x ** 2 + (1 + epsilon) * y ** 2]));
    expect(rot!.resolved).toBe(true);
    // 2ε|xy|/(x² + y²), of which the median over angles is ε/√2·… below ε.
    expect(rot!.lie_error.median).toBeGreaterThan(0.3 * epsilon);
    expect(rot!.lie_error.median).toBeLessThan(epsilon);
  }
});

test("noise on the values is not taken for a broken symmetry", async () => {
  const noisy = pairs(([x, y]) => [x ** 2 + y ** 2], { noise: 0.05, count: 400 });
  expect((await told(noisy)).rot!.resolved).toBe(false);
});

test("values of another size than the state are not taken for rates, whatever is stated", async () => {
  const invariant = pairs(([x, y]) => [x ** 2 + y ** 2]);
  const stated = await told(invariant, { prediction: "rate", generators: "se,scale,amp" });
  expect(stated).toEqual(await told(invariant, { generators: "se,scale,amp" }));
  // x·∇|x|² = 2|x|²
  expect(stated.scale!.lie_error.median).toBeCloseTo(2, 9);
});

test("the values tell whether they are later states or rates", async () => {
  const context = pairs(([x, y]) => [-y, x]);
  await told(context);
  expect(context.notices.join(" ")).toContain("Values are taken as rates");
  const stepped = pairs(([x, y]) => [x - 0.01 * y, y + 0.01 * x]);
  await told(stepped);
  expect(stepped.notices.join(" ")).toContain("Values are taken as later states");
});
