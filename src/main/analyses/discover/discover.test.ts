import { describe, expect, test } from "vitest";
import { discover as definition, type DiscoverParameters } from "../../../shared/analyses/discover";
import { defaultsOf } from "../../../shared/parameters";
import { fromFloat64, toFloat64 } from "../../../shared/tensor";
import type { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import type { AnalysisResult, DataContext } from "../context";
import { contextOf, networkOf, never, randomTensor } from "../testing";
import { discover } from "./index";

const run = (
  context: DataContext,
  params: Partial<DiscoverParameters> = {},
): Promise<AnalysisResult> =>
  discover.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    never,
  );

const read = (result: AnalysisResult, name: string): number[] => [
  ...toFloat64(result.arrays[name]!.tensor),
];

/** A network on states x ~ N(0, 1). */
function on(
  shape: readonly number[],
  n: number,
  build: (g: Builder, x: Value) => Value,
): DataContext {
  const input = randomTensor([n, ...shape], 3);
  const model = networkOf(shape, {}, build);
  return { ...contextOf({ model, input, target: input }), target: null };
}

function constant(g: Builder, shape: readonly number[], values: ArrayLike<number>): Value {
  return g.constant(fromFloat64("float32", shape, values));
}

/** Σ s_i x_i². */
const squares =
  (signs: readonly number[]) =>
  (g: Builder, x: Value): Value =>
    g.sum(g.mul(constant(g, [1, signs.length], signs), g.mul(x, x)), [1], true);

/** (1 − r²)x + Jx. */
function hopf(g: Builder, x: Value): Value {
  const turned = g.matmul(x, constant(g, [2, 2], [0, 1, -1, 0]));
  const grown = g.mul(x, g.sub(1, g.sum(g.mul(x, x), [1], true)));
  return g.add(grown, turned);
}

/** Particles on springs of rest length: q′ = p, p_i′ = Σ_j (1 − 1/r_ij) (q_j − q_i) + gravity e_z; all q, then all p. */
const springs =
  (count: number, gravity: number) =>
  (g: Builder, x: Value): Value => {
    const d = 3 * count;
    const q = g.reshape(
      g.slice(x, [{ axis: 1, start: 0, end: d }]),
      [-1, count, 3].map((n) => (n === -1 ? x.shape[0]! : n)),
    );
    const p = g.slice(x, [{ axis: 1, start: d, end: 2 * d }]);
    const batch = x.shape[0]!;
    const one = g.reshape(q, [batch, count, 1, 3]);
    const other = g.reshape(q, [batch, 1, count, 3]);
    const apart = g.sub(other, one);
    // Softened, so that a particle's distance from itself has a slope.
    const length = g.sqrt(g.add(g.sum(g.mul(apart, apart), [3], true), 0.25));
    const force = g.sum(g.mul(apart, g.sub(1, g.reciprocal(length))), [2], false);
    const pulled = g.add(force, constant(g, [1, 1, 3], [0, 0, -gravity]));
    return g.concat([p, g.reshape(pulled, [batch, d])], 1);
  };

/** Each generator on the components as either half of the samples has it, flat. */
function halvesOf(result: AnalysisResult): number[][] {
  const all = read(result, "generators_halves");
  return [all.slice(0, all.length / 2), all.slice(all.length / 2)];
}

describe("either half of the samples", () => {
  test("has the same generators where they are exact", async () => {
    const result = await run(on([3], 60, squares([1, 1, 1])));
    const [one, other] = halvesOf(result);
    expect(result.arrays.generators_halves!.tensor.shape).toEqual([2, 3, 3, 4]);
    one!.forEach((value, k) => expect(value).toBeCloseTo(other![k]!, 7));
    const whole = read(result, "generators");
    one!.forEach((value, k) => expect(value).toBeCloseTo(whole[k]!, 7));
  });

  test("has its own where the symmetry is broken, as far apart as the angle says", async () => {
    const nearly = (g: Builder, x: Value): Value => {
      const first = g.slice(x, [{ axis: 1, end: 1 }]);
      const cubed = g.mul(first, g.mul(first, first));
      return g.add(squares([1, 1])(g, x), g.mul(0.05, cubed));
    };
    const result = await run(on([2], 40, nearly), { threshold: 0.2 });
    expect(result.summary.dimension).toBe(1);
    const [one, other] = halvesOf(result);
    const apart = Math.hypot(...one!.map((value, k) => value - other![k]!));
    const angle = ((result.summary.half_angle_degrees as number) * Math.PI) / 180;
    expect(apart).toBeGreaterThan(1e-3);
    // Of two unit vectors' projections, each at most the angle away from the whole's.
    expect(apart).toBeLessThan(2 * angle);
  });
});

describe("what is broken", () => {
  const shares = async (epsilon: number): Promise<unknown[]> => {
    const { generators } = (
      await run(on([2], 200, squares([1, 1 + epsilon])), {
        // An ellipse has turns of its own, but no rotation.
        candidates: "rotations",
      })
    ).summary as {
      generators: { share_broken: number }[];
    };
    return generators.map(({ share_broken: share }) => share);
  };

  test("is nothing of an invariant, and has no share where all that moves is broken", async () => {
    expect(await shares(0)).toEqual([0]);
    expect(await shares(0.01)).toEqual([NaN]);
  });
});

describe("of a known function", () => {
  test("|x|² in the plane: C has the eigenvalues 0, 4, 4, 8, 8, 16, and so(2) is found", async () => {
    const result = await run(on([2], 2000, squares([1, 1])));
    [0, 4, 4, 8, 8, 16].forEach((wanted, k) => {
      const found = read(result, "operator_eigenvalues")[k]!;
      // Fourth moments of 2 000 normal numbers scatter by a tenth.
      expect(Math.abs(found - wanted)).toBeLessThan(0.15 * wanted + 1e-9);
    });
    expect(read(result, "singular_values")[0]).toBeLessThan(1e-12);
    expect(result.summary).toMatchObject({
      dimension: 1,
      exact: 1,
      algebra: "so(2)",
      form: { signature: [2, 0], kept_by: "motions" },
    });
    const r = Math.SQRT1_2;
    [0, -r, 0, r, 0, 0].forEach((value, k) => {
      expect(Math.abs(read(result, "generators")[k]!)).toBeCloseTo(Math.abs(value), 10);
    });
  });

  test("Minkowski's form: so(3,1) and the form itself", async () => {
    const result = await run(on([4], 2000, squares([-1, 1, 1, 1])), {
      candidates: "matrices",
      verify: 3,
    });
    expect(result.summary).toMatchObject({ dimension: 6, algebra: "so(3,1)" });
    expect(result.summary.verified).toMatchObject({ entries: 3, largest: 0 });
    expect(result.arrays.generators!.tensor.shape).toEqual([6, 4, 4]);
    for (const value of read(result, "residual")) expect(value).toBeLessThan(1e-12);
    const { matrix } = result.summary.form as { matrix: number[][] };
    expect(matrix[0]![0]! * matrix[1]![1]!).toBeCloseTo(-1, 8);
  });

  test("a Hopf field turns; as a map it would too", async () => {
    const result = await run(on([2], 2000, hopf));
    [0, 34, 34, 52, 52, 96].forEach((wanted, k) => {
      const found = read(result, "operator_eigenvalues")[k]!;
      // Sixth moments scatter by more.
      expect(Math.abs(found - wanted)).toBeLessThan(0.3 * wanted + 1e-9);
    });
    expect(result.summary).toMatchObject({ dimension: 1, algebra: "so(2)", prediction: "rate" });
  });

  test("in skewed coordinates about another point: the form and the point are told", async () => {
    const skew = [1, 0.5, 0, -0.3, 1, 0.2, 0.1, 0, 1];
    const result = await run(
      on([3], 500, (g, x) => {
        const moved = g.sub(x, constant(g, [1, 3], [0.5, -1, 2]));
        const y = g.matmul(moved, constant(g, [3, 3], skew));
        return g.tanh(g.mul(g.sum(g.mul(y, y), [1], true), 0.1));
      }),
    );
    expect(result.summary).toMatchObject({ dimension: 3, exact: 3, algebra: "so(3)" });
    const { fixed_point: point, form } = result.summary as {
      fixed_point: number[];
      form: { matrix: number[][] };
    };
    // Float32 constants in the network, float64 otherwise.
    [0.5, -1, 2].forEach((value, k) => expect(point[k]).toBeCloseTo(value, 6));
    const wanted = (i: number, j: number): number =>
      [0, 1, 2].reduce((sum, k) => sum + skew[3 * i + k]! * skew[3 * j + k]!, 0);
    const scale = form.matrix[0]![0]! / wanted(0, 0);
    for (const [i, j] of [
      [0, 1],
      [1, 1],
      [1, 2],
      [2, 2],
    ] as const) {
      expect(form.matrix[i]![j]! / scale).toBeCloseTo(wanted(i, j), 6);
    }
  });

  test("a homogeneous map scales, with its degree found along", async () => {
    const result = await run(
      on([3], 400, (g, x) => {
        const [a, b] = [0, 1].map((k) => g.slice(x, [{ axis: 1, start: k, end: k + 1 }]));
        return g.concat([g.mul(a!, g.mul(a!, b!)), g.mul(b!, g.mul(b!, b!))], 1);
      }),
      { candidates: "matrices", output: "free" },
    );
    // x3 is not used, and x1, x2 scale apart: every map into x3 is trivially kept too.
    expect(read(result, "singular_values").filter((value) => value < 1e-7)).toHaveLength(5);
    const scaled = await run(
      on([2], 400, (g, x) => g.mul(x, g.sum(g.mul(x, x), [1], true))),
      { candidates: "matrices", output: "free" },
    );
    expect(scaled.summary).toMatchObject({ dimension: 2, algebra: "so(2) ⊕ scalings" });
    const actions = read(scaled, "output_generators");
    const motions = read(scaled, "generators");
    const scaling = Math.abs(motions[0]!) > 0.5 ? 0 : 1;
    expect(actions[6 * scaling]! / motions[4 * scaling]!).toBeCloseTo(3, 8);
  });

  test("a broken one is as broken as it is, and one without any has none", async () => {
    const bent = (epsilon: number) =>
      on([2], 1000, (g, x) =>
        g.sum(g.mul(constant(g, [1, 2], [1, 1 + epsilon]), g.mul(x, x)), [1], true),
      );
    for (const epsilon of [0.01, 0.1]) {
      const result = await run(bent(epsilon), { candidates: "rotations" });
      // X = (−y, x)/√2 gives L = √2 εxy, E L² = 2ε²; S = E[4r²/2 · r²/2] = 8. So ε/2 for small ε.
      const { generators } = result.summary as { generators: { defect: number }[] };
      expect(result.summary).toMatchObject({ dimension: 1, exact: 0 });
      expect(generators[0]!.defect / epsilon).toBeCloseTo(0.5, 1);
      expect(result.summary.sentence).toContain("broken by");
    }
    const none = await run(
      on([2], 2000, (g, x) => g.sum(g.sin(g.mul(x, constant(g, [1, 2], [1, 2.3]))), [1], true)),
      { candidates: "matrices" },
    );
    expect(none.summary).toMatchObject({ dimension: 0, algebra: null, generators: [] });
    expect(none.arrays.generators!.tensor.shape[0]).toBe(0);
  });
});

/** x + ε·tanh(x W₁) W₂: a step that has no symmetry. */
const randomStep =
  (epsilon: number) =>
  (g: Builder, x: Value): Value => {
    const [into, out] = [
      [3, 8],
      [8, 3],
    ].map((shape, k) => constant(g, shape, toFloat64(randomTensor(shape, 7 + k))));
    return g.add(x, g.mul(epsilon, g.matmul(g.tanh(g.matmul(x, into!)), out!)));
  };

const notices = (context: DataContext): string => context.notices.join(" ");

describe("how the output is taken where nothing states it", () => {
  test.each(["affine", "matrices"])(
    "a step near the identity that has no symmetry has none among %s",
    async (candidates) => {
      const context = on([3], 300, randomStep(0.005));
      const result = await run(context, { candidates });
      expect(result.summary).toMatchObject({ dimension: 0, algebra: null, prediction: "state" });
      expect(notices(context)).toContain("taken as a later state");
      // As a rate it is nearly x, which commutes with all matrices.
      const rate = await run(on([3], 300, randomStep(0.005)), { candidates, prediction: "rate" });
      expect(rate.summary).toMatchObject({ dimension: 9 });
    },
  );

  test("a step near the identity that turns along has its turns", async () => {
    const step = (g: Builder, x: Value): Value =>
      g.add(x, g.mul(0.005, g.mul(x, g.tanh(g.sum(g.mul(x, x), [1], true)))));
    const result = await run(on([3], 300, step));
    expect(result.summary).toMatchObject({
      ...{ dimension: 3, exact: 3, algebra: "so(3)", prediction: "state" },
    });
  });

  test("a field far from its states is a rate, and nothing need be said", async () => {
    const context = on([2], 300, hopf);
    expect((await run(context)).summary).toMatchObject({ prediction: "rate", algebra: "so(2)" });
    expect(notices(context)).not.toContain("taken as");
  });

  test("in doubt it is what values look like, and the other is told where it differs", async () => {
    const shrunk = (g: Builder, x: Value): Value => {
      const centre = constant(g, [1, 2], [0.3, 0]);
      const y = g.sub(x, centre);
      const by = g.sub(0.6, g.mul(0.3, g.tanh(g.sum(g.mul(y, y), [1], true))));
      return g.add(centre, g.mul(by, y));
    };
    const context = on([2], 300, shrunk);
    // It turns about the centre, which its value is near to: of a rate the turn would be about 0.
    expect((await run(context)).summary).toMatchObject({ prediction: "state", algebra: "so(2)" });
    expect(notices(context)).toMatch(/later state, with 1 symmetry: .* As a rate it would have 0;/);
  });
});

describe("of particles", () => {
  test.each([
    ["SE(3) without gravity", 0, 6, "se(3)"],
    ["along z broken with it: translations and turns about z", 1, 4, "se(2) ⊕ translations(1)"],
  ])("%s", async (_, gravity, dimension, algebra) => {
    const result = await run(on([18], 100, springs(3, gravity)), { split: "q:3x3,p:3x3" });
    expect(result.summary).toMatchObject({ dimension, algebra, prediction: "rate" });
    expect(read(result, "singular_values")[dimension - 1]).toBeLessThan(1e-10);
    expect(result.arrays.generators!.tensor.shape).toEqual([dimension, 18, 19]);
    expect(result.arrays.component_generators!.tensor.shape).toEqual([dimension, 6, 7]);
    const generators = read(result, "generators");
    const norm = generators.slice(0, 18 * 19).reduce((sum, value) => sum + value ** 2, 0);
    expect(norm).toBeCloseTo(1, 12);
  });
});
