import { describe, expect, test } from "vitest";
import { landscape as definition } from "../../../shared/analyses/landscape";
import { defaultsOf, type ParameterValues } from "../../../shared/parameters";
import { toFloat64 } from "../../../shared/tensor";
import type { AnalysisContext, AnalysisResult } from "../context";
import { circularCnn, contextOf, never, networkOf, randomTensor } from "../testing";
import { dot, filterNormalised, norm, orthonormal } from "../directions";
import { landscape } from "./index";

type Parameters = ParameterValues<typeof definition.parameters>;

const run = (context: AnalysisContext, params: Partial<Parameters> = {}): Promise<AnalysisResult> =>
  landscape.compute(
    context,
    { ...defaultsOf(definition.parameters), points: 5, ...params },
    () => undefined,
    never,
  );

const read = (result: AnalysisResult, name: string): Float64Array =>
  toFloat64(result.arrays[name]!.tensor);

interface Summary {
  readonly radius: number;
  readonly cosine: number;
  readonly norms: { x: number; gx: number };
  readonly baseLoss: { x: number; gx: number };
  readonly gradient: { x: number[]; gx: number[] };
  readonly curvature: { x: number[][]; gx: number[][] };
  readonly secondDifference: { x: number[]; gx: number[] };
  readonly planar: boolean;
}
const summaryOf = (result: AnalysisResult): Summary => result.summary as unknown as Summary;

/** One convolution: linear in its weights, so that mse and smse are exactly quadratic in them. */
const linear = networkOf([1, 4, 4], { w: randomTensor([1, 1, 3, 3], 7) }, (g, x, p) =>
  g.conv(g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }), p.w!),
);
const states = { input: randomTensor([3, 1, 4, 4], 3), target: randomTensor([3, 1, 4, 4], 53) };
const context = (model = linear): AnalysisContext =>
  contextOf({ model, ...states, fields: "scalar:a" });

/** Largest deviation of the drawn losses from the quadratic model, over the losses' range. */
function misfit(result: AnalysisResult): number {
  const alpha = read(result, "alpha");
  const beta = read(result, "beta");
  const loss = read(result, "loss");
  const { baseLoss, gradient, curvature } = summaryOf(result);
  let worst = 0;
  for (const [side, key] of (["x", "gx"] as const).entries()) {
    const h = curvature[key];
    const g = gradient[key];
    beta.forEach((b, j) => {
      alpha.forEach((a, i) => {
        const delta = beta.length > 1 ? [a, b] : [a];
        const model = delta.reduce(
          (sum, u, p) =>
            sum + u * g[p]! + delta.reduce((inner, v, q) => inner + (u * v * h[p]![q]!) / 2, 0),
          baseLoss[key],
        );
        const drawn = loss[(side * beta.length + j) * alpha.length + i]!;
        worst = Math.max(worst, Math.abs(drawn - model));
      });
    });
  }
  return worst / (Math.max(...loss) - Math.min(...loss));
}

describe("the landscape", () => {
  test.each(["mse", "smse"])(
    "is exactly its Gauss–Newton model where the network is linear in its parameters (%s)",
    async (loss) => {
      for (const directions of ["orbit", "random"]) {
        const result = await run(context(), { loss, directions, element: "sr" });
        expect(summaryOf(result).planar).toBe(true);
        expect(misfit(result)).toBeLessThan(1e-9);
        const { secondDifference, curvature } = summaryOf(result);
        for (const key of ["x", "gx"] as const) {
          secondDifference[key].forEach((value, k) => {
            expect(value / curvature[key][k]![k]!).toBeCloseTo(1, 6);
          });
        }
      }
    },
  );

  test("has a gradient of −10 % of the loss for a step of one unit down the first direction", async () => {
    const { gradient, baseLoss, cosine, norms, radius } = summaryOf(await run(context()));
    expect(gradient.x[0]).toBeCloseTo(0.1 * baseLoss.x, 12);
    expect(gradient.x[1]).toBeCloseTo(0, 12);
    expect(gradient.gx[0]).toBeCloseTo(radius * norms.gx * cosine, 12);
  });

  test("holds the present losses in its middle, and is a line where one is asked for", async () => {
    const result = await run(context(circularCnn(1, 4)), { plane: false, radius: 2 });
    expect(result.arrays.loss!.tensor.shape).toEqual([2, 1, 5]);
    expect([...read(result, "alpha")]).toEqual([-2, -1, 0, 1, 2]);
    const loss = read(result, "loss");
    expect(loss[2]).toBe(summaryOf(result).baseLoss.x);
    expect(loss[7]).toBe(summaryOf(result).baseLoss.gx);
  });

  test("is a line, with a word, where both gradients are parallel", async () => {
    const shifted = contextOf({
      model: circularCnn(1, 4),
      ...states,
      group: "translations:2",
      fields: "scalar:a",
    });
    const result = await run(shifted, { element: "tx1" });
    expect(summaryOf(result).planar).toBe(false);
    expect(summaryOf(result).cosine).toBeCloseTo(1, 9);
    expect(shifted.notices.join(" ")).toContain("parallel");
  });

  test("recomputes losses in float64 when asked to", async () => {
    const { summary } = await run(context(), { verify: 3 });
    expect(summary.verified).toEqual({ quantity: "loss", entries: 3, largest: 0 });
  });

  test("names the elements there are where another is asked for", async () => {
    await expect(run(context(), { element: "q" })).rejects.toMatchObject({
      code: "group/element",
    });
  });
});

describe("the cost of a landscape", () => {
  const info = {
    samples: 2,
    elements: 8,
    moving: 7,
    parameters: 10,
    inputSize: 16,
    outputSize: 16,
    work: 100,
    memoryBytes: 2 ** 30,
  };
  const cost = (params: Partial<Parameters>) =>
    landscape.estimate(info, { ...defaultsOf(definition.parameters), points: 5, ...params });

  test("is at most that of a plane where gradients may turn out parallel", () => {
    expect(cost({}).passes).toBe(2 * (2 * 25 + 24));
    expect(cost({}).atMost).toMatch(/a line is computed/);
  });

  test("is known where the directions are, and that of a line for the identity", () => {
    expect(cost({ directions: "random" })).toMatchObject({ passes: 2 * (2 * 25 + 24) });
    const line = { passes: 2 * (2 * 5 + 24) };
    for (const known of [cost({ element: "e" }), cost({ plane: false })]) {
      expect(known).toMatchObject(line);
    }
    for (const params of [{ directions: "random" }, { element: "e" }, { plane: false }]) {
      expect(cost(params)).not.toHaveProperty("atMost");
    }
  });
});

describe("directions", () => {
  test("are orthonormal, the first along the first vector", () => {
    const a = [Float64Array.of(3, 0), Float64Array.of(4)];
    const b = [Float64Array.of(1, 2), Float64Array.of(-1)];
    const [u, v] = orthonormal(a, b);
    expect(norm(u!)).toBeCloseTo(1, 12);
    expect(norm(v!)).toBeCloseTo(1, 12);
    expect(dot(u!, v!)).toBeCloseTo(0, 12);
    expect(dot(u!, a)).toBeCloseTo(5, 12);
    expect(orthonormal(a, a)).toHaveLength(1);
    expect(orthonormal([Float64Array.of(0)], [Float64Array.of(1)])).toHaveLength(0);
  });

  test("at random have each filter's own norm, and leave vectors alone", () => {
    const weight = randomTensor([3, 2, 2], 4);
    const [filters, bias] = filterNormalised([weight, randomTensor([3], 5)], 1, 0);
    for (let f = 0; f < 3; f++) {
      const size = (values: ArrayLike<number>): number =>
        Math.hypot(...Array.from(values).slice(4 * f, 4 * f + 4));
      expect(size(filters!)).toBeCloseTo(size(weight.data as Float64Array), 8);
    }
    expect([...bias!]).toEqual([0, 0, 0]);
  });
});
