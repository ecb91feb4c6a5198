import { beforeAll, describe, expect, test } from "vitest";
import { coherence as coherenceDefinition } from "../../shared/analyses/coherence";
import { influenceValidation as definition } from "../../shared/analyses/influenceValidation";
import { defaultsOf, type ParameterValues } from "../../shared/parameters";
import { toFloat64 } from "../../shared/tensor";
import { createOnnxRuntimeExecutor } from "../runtime/onnxruntime/executor";
import type { Builder } from "../graph/builder";
import type { Value } from "../graph/ir";
import { coherence } from "./coherence";
import type { AnalysisContext, AnalysisResult } from "./context";
import { circularCnn, contextOf, networkOf, never, randomTensor } from "./testing";
import { influenceValidation } from "./validation";
import type { FitOfSteps } from "./validation/summary";

type Parameters = ParameterValues<typeof definition.parameters>;
const run = (context: AnalysisContext, params: Partial<Parameters> = {}): Promise<AnalysisResult> =>
  influenceValidation.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    never,
  );
const fitsOf = (result: AnalysisResult): FitOfSteps[] => result.summary.fits as FitOfSteps[];
const read = (result: AnalysisResult, name: string): Float64Array =>
  toFloat64(result.arrays[name]!.tensor);

const N = 3;
const G = 4;
const states = { input: randomTensor([N, 1, 4, 4], 3), target: randomTensor([N, 1, 4, 4], 53) };
const nonlinear = (): AnalysisContext =>
  contextOf({ model: circularCnn(1, 4), ...states, fields: "scalar:a", group: "c4" });

/** One circular convolution: the loss is a quadratic form of the parameters. */
const linear = (): AnalysisContext =>
  contextOf({
    model: networkOf(
      [1, 4, 4],
      { w: randomTensor([1, 1, 3, 3], 5, 0.4) },
      (g: Builder, x: Value, p) =>
        g.conv(g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }), p.w!),
    ),
    ...states,
    fields: "scalar:a",
    group: "c4",
  });

describe("a network that is linear in its parameters", () => {
  // C(θ + v) = C(θ) + ∇C·v + ‖J v‖²/D exactly, so the gap to the prediction grows with the square of the step.
  test("leaves the prediction by a term that is quadratic in the step, to rounding", async () => {
    const result = await run(linear(), { steps: "0.01,0.02,0.04" });
    const [predicted, measured] = ["predicted", "measured"].map((name) => read(result, name));
    const block = G * N;
    for (let p = 0; p < 3; p++) {
      for (let k = 0; k < block; k++) {
        const gap = (s: number): number => {
          const place = (p * 3 + s) * block + k;
          return measured![place]! - predicted![place]!;
        };
        expect(gap(0)).toBeGreaterThan(0);
        expect(gap(1) / gap(0)).toBeCloseTo(4, 6);
        expect(gap(2) / gap(0)).toBeCloseTo(16, 6);
      }
    }
  });

  test("a plain step of share s on x leaves it the loss that the exact quadratic term says", async () => {
    // With one parameter, C = a − b w + c w²: a step of share s along −C′ lowers C by s C − c (s C / C′)².
    const x = randomTensor([2, 1, 4, 4], 8);
    const target = randomTensor([2, 1, 4, 4], 9);
    const w = 0.3;
    const context = contextOf({
      model: networkOf(
        [1, 4, 4],
        { w: { dtype: "float64", shape: [1, 1, 1, 1], data: Float64Array.of(w) } },
        (g, u, p) => g.conv(u, p.w!),
      ),
      input: x,
      target,
      fields: "scalar:a",
      group: "c4",
    });
    const share = 0.2;
    const result = await run(context, { preconditioner: "gradient", steps: String(share) });
    const measured = read(result, "measured");
    for (let i = 0; i < 2; i++) {
      let [loss, slope, curvature] = [0, 0, 0];
      for (let k = i * 16; k < (i + 1) * 16; k++) {
        const [u, t] = [toFloat64(x)[k]!, toFloat64(target)[k]!];
        loss += (w * u - t) ** 2 / 16;
        slope += (2 * (w * u - t) * u) / 16;
        curvature += u ** 2 / 16;
      }
      const length = (share * loss) / slope;
      expect(measured[i]).toBeCloseTo(-share * loss + curvature * length ** 2, 12);
    }
  });
});

describe("influence validated", () => {
  let result: AnalysisResult;
  beforeAll(async () => {
    result = await run(nonlinear(), { steps: "1e-6,0.3" });
  });

  test("foretells small steps of every kind, and large ones worse", () => {
    const fits = fitsOf(result);
    expect(fits.map(({ preconditioner }) => preconditioner)).toEqual([
      "metric",
      "metric",
      "gradient",
      "gradient",
      "adamw",
      "adamw",
    ]);
    for (const { share, r2, slope, preconditioner } of fits) {
      if (share < 0.1) {
        expect(r2, preconditioner).toBeGreaterThan(0.99999);
        expect(slope, preconditioner).toBeCloseTo(1, 3);
      } else expect(r2, preconditioner).toBeLessThan(0.999);
    }
  });

  test("asks every step for its share of the own loss", () => {
    const [predicted, loss] = ["predicted", "loss"].map((name) => read(result, name));
    for (let p = 0; p < 3; p++) {
      for (let i = 0; i < N; i++) {
        expect(predicted![(p * 2 + 1) * G * N + i]! / loss![i]!).toBeCloseTo(-0.3, 9);
      }
    }
  });

  test("predicts with the influence that coherence finds", async () => {
    const found = await coherence.compute(
      nonlinear(),
      defaultsOf(coherenceDefinition.parameters),
      () => undefined,
      never,
    );
    const influence = read(found, "influence");
    const gram = read(found, "gram");
    const [predicted, epsilon] = ["predicted", "epsilon"].map((name) => read(result, name));
    for (let g = 0; g < G; g++) {
      for (let i = 0; i < N; i++) {
        const at = (p: number): number => {
          const place = ((p * 2 + 1) * G + g) * N + i;
          return -predicted![place]! / epsilon![place]!;
        };
        const wanted = (all: Float64Array): number => all[(g * N + i) * N + i]!;
        // Two ways to the same products, one through the ridge's inverse.
        expect(at(0) / wanted(influence)).toBeCloseTo(1, 6);
        expect(at(1) / wanted(gram)).toBeCloseTo(1, 9);
      }
    }
  });

  test("in float32 agrees with float64, and says so", async () => {
    const executor = createOnnxRuntimeExecutor({ threads: 1 });
    const context = { ...nonlinear(), executor };
    const found = await run(context, { verify: 5, steps: "0.01,0.3" });
    expect(found.summary.verified).toMatchObject({ quantity: "measured", entries: 5 });
    const { largest } = found.summary.verified as { largest: number };
    // Two losses of a few float32 roundings each.
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(1e-5);
    const exact = fitsOf(await run(nonlinear(), { steps: "0.01,0.3" }));
    fitsOf(found).forEach(({ r2 }, k) => expect(r2).toBeCloseTo(exact[k]!.r2!, 2));
    await executor.dispose();
  });

  test.each(["0", "-1", "a", "0.1,,0.2", "11", ""])("refuses steps of “%s”", (steps) => {
    const { check } = definition.parameters.steps;
    expect(check(steps)).not.toBeNull();
    expect(check("0.1, 1e-3")).toBeNull();
  });

  test("says beforehand where its gradients do not fit", async () => {
    await expect(run({ ...nonlinear(), memoryBytes: 2 ** 20 })).rejects.toThrow("are allowed");
  });
});
