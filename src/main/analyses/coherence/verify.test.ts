import { describe, expect, test } from "vitest";
import { coherence as definition } from "../../../shared/analyses/coherence";
import { d4 } from "../../../shared/groups/catalogue";
import { defaultsOf, type ParameterValues } from "../../../shared/parameters";
import { toFloat64 } from "../../../shared/tensor";
import { createExecutor } from "../../runtime/executors";
import type { AnalysisResult } from "../context";
import { circularCnn, contextOf, never, randomTensor } from "../testing";
import { coherence } from "./index";
import { planVerification, verifyEntries, type Verification } from "./verify";

type Parameters = ParameterValues<typeof definition.parameters>;

const SAMPLES = 3;

const parametersWith = (chosen: Partial<Parameters>): Parameters => ({
  ...defaultsOf(definition.parameters),
  verify: 6,
  ...chosen,
});

function context(executor = createExecutor("onnxruntime")) {
  const states = (seed: number) => randomTensor([SAMPLES, 3, 4, 4], seed);
  return {
    ...contextOf({
      model: circularCnn(3, 4),
      input: states(1),
      target: states(2),
      fields: "scalar:p,vector:v",
      executor,
    }),
    elements: d4.elements.filter(({ id }) => ["e", "r", "s"].includes(id)),
  };
}

const compute = (chosen: Partial<Parameters>): Promise<AnalysisResult> =>
  coherence.compute(context(), parametersWith(chosen), () => undefined, never);

const verified = ({ summary }: AnalysisResult): Verification[] =>
  summary.verified as Verification[];

describe("verification", () => {
  test.each<Partial<Parameters>>([{}, { span: "common" }, { batches: 1, seed: 4 }])(
    "of what float64 affords compares influence and cosine themselves (%o)",
    async (chosen) => {
      const found = verified(await compute(chosen));
      expect(found.map(({ quantity }) => quantity)).toEqual(["gram", "influence", "cosine"]);
      for (const { entries, largest } of found) {
        expect(entries).toBe(6);
        // Float32 through two layers, and a metric of full rank.
        expect(largest).toBeLessThan(1e-4);
        expect(largest).toBeGreaterThan(0);
      }
    },
  );

  test("in the identity metric has no influence apart from the products", async () => {
    const found = verified(await compute({ metric: "identity" }));
    expect(found.map(({ quantity }) => quantity)).toEqual(["gram", "cosine"]);
  });

  /** Checks a result, some of whose numbers are wrong, without recomputing a whole element. */
  async function entriesOf(damage: (name: string) => number): Promise<Verification[]> {
    const result = await compute({ verify: 0 });
    const arrays = Object.fromEntries(
      Object.entries(result.arrays).map(([name, { tensor }]) => [
        name,
        toFloat64(tensor).map((value) => value * damage(name)),
      ]),
    );
    return verifyEntries(
      { whole: false, ofMetric: 2 },
      context(),
      parametersWith({}),
      [Array.from({ length: SAMPLES }, (_, i) => i)],
      [{ arrays }],
      never,
      () => undefined,
    );
  }

  test("of what is too much compares products of gradients and of tangents", async () => {
    const found = await entriesOf(() => 1);
    expect(found).toMatchObject([
      { quantity: "gram", entries: 6 },
      { quantity: "metric", entries: 2 },
    ]);
    for (const { largest } of found) expect(largest).toBeLessThan(1e-5);
  });

  test.each(["gram", "metric"])("finds wrong numbers in %s", async (wrong) => {
    for (const { quantity, largest } of await entriesOf((name) => (name === wrong ? 1.5 : 1))) {
      if (quantity === wrong) expect(largest).toBeGreaterThan(1e-3);
      else expect(largest).toBeLessThan(1e-5);
    }
  });
});

describe("the plan of a verification", () => {
  const info = { samples: 16, moving: 7, work: 2e6 };
  const params = parametersWith({});

  test("takes a whole element where that is affordable: gradients and tangents of x and g·x", () => {
    expect(planVerification(info, params)).toMatchObject({ whole: true, passes: 32 * (3 + 32) });
    const common = planVerification({ ...info, work: 1e5 }, { ...params, span: "common" });
    expect(common).toMatchObject({ whole: true, passes: 128 * (3 + 32) });
  });

  test("takes entries alone where not, of the metric as many as are affordable, but one", () => {
    const few = planVerification({ ...info, work: 2e7 }, params);
    expect(few).toMatchObject({ whole: false, ofMetric: 3, passes: 6 * 6 + 3 * 64 });
    expect(planVerification({ ...info, work: 1e10 }, params)).toMatchObject({ ofMetric: 1 });
  });

  test("costs nothing where none is asked for", () => {
    expect(planVerification(info, { ...params, verify: 0 }).passes).toBe(0);
  });
});
