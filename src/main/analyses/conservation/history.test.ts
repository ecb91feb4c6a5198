/** Networks that look back: their states are what comes out, not the stack of them that goes in. */
import { describe, expect, test } from "vitest";
import {
  conservation as definition,
  type ConservationParameters,
} from "../../../shared/analyses/conservation";
import { defaultsOf } from "../../../shared/parameters";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import type { AnalysisResult, StatesContext } from "../context";
import { contextOf, networkOf, never, randomTensor } from "../testing";
import { conservation } from "./index";

const [N, STEPS, POINTS] = [3, 5, 16];

/** f(u₁, u₂, t) = u₂ + ½(u₂ − u₁) + t/8: the mean obeys the same recursion, which is known by hand. */
const model = networkOf([3, 4, 4], { unused: randomTensor([1], 1) }, (g, x) => {
  const [before, now, t] = [0, 1, 2].map((at) => g.slice(x, [{ axis: 1, start: at, end: at + 1 }]));
  return g.add(g.add(now!, g.mul(g.sub(now!, before!), 0.5)), g.mul(t!, 1 / 8));
});
const states = toFloat64(randomTensor([N, 2 * POINTS], 7));
const timeOf = (i: number, k: number): number => i + k;
const input: Tensor = {
  dtype: "float64",
  shape: [N, 3, 4, 4],
  data: Float64Array.from(
    Array.from({ length: N }, (_, i) => [
      ...states.subarray(2 * POINTS * i, 2 * POINTS * (i + 1)),
      ...Array.from({ length: POINTS }, () => timeOf(i, 0)),
    ]).flat(),
  ),
};
const samples = Array.from({ length: N }, (_, index) => ({ index, trajectory: index, time: 0 }));
const context: StatesContext = {
  ...contextOf({ model, input, target: input, samples, fields: "scalar:u_1,scalar:u_2,scalar:t" }),
  outputFields: [{ name: "u", kind: "scalar", channels: [0] }],
  target: null,
  feeding: {
    history: 2,
    channelAxis: 1,
    conditions: ["t"],
    samples,
    told: (position, steps) => [timeOf(position, steps)],
  },
  // Data in which the last state of an input is k everywhere after k steps.
  later: (positions, k) =>
    Promise.resolve({
      dtype: "float64",
      shape: [positions.length, 3, 4, 4],
      data: Float64Array.from({ length: positions.length * 3 * POINTS }, (_, i) =>
        Math.floor(i / POINTS) % 3 === 1 ? k : -100,
      ),
    }),
};
const run = (params: Partial<ConservationParameters>): Promise<AnalysisResult> =>
  conservation.compute(
    context,
    { ...defaultsOf(definition.parameters), quantities: "u", steps: STEPS, ...params },
    () => undefined,
    never,
  );
const read = (result: AnalysisResult, name: string): Float64Array =>
  toFloat64(result.arrays[name]!.tensor);
const mean = (i: number, frame: number): number =>
  states
    .subarray((2 * i + frame) * POINTS, (2 * i + frame + 1) * POINTS)
    .reduce((sum, value) => sum + value / POINTS, 0);

describe("conservation of a network that looks back and is told the time", () => {
  test("follows the state that comes out, from the last one that goes in", async () => {
    const made = await run({ increments: 0, layers: 0, verify: 4 });
    const values = read(made, "value");
    expect(made.arrays.value!.tensor.shape).toEqual([1, N, STEPS + 1]);
    for (let i = 0; i < N; i++) {
      let [before, now] = [mean(i, 0), mean(i, 1)];
      for (let k = 0; k <= STEPS; k++) {
        // Means of a few float64 numbers.
        expect(values[i * (STEPS + 1) + k]).toBeCloseTo(now, 12);
        [before, now] = [now, 1.5 * now - 0.5 * before + timeOf(i, k) / 8];
      }
    }
    expect(made.summary.verified).toMatchObject({ largest: 0 });
  });

  test("stands beside the last states of the data's inputs", async () => {
    const reference = read(await run({ increments: 0, layers: 0 }), "reference");
    for (let k = 1; k <= STEPS; k++) expect(reference[k]).toBeCloseTo(k, 12);
  });

  test("takes single steps from inputs and measures the last state of each", async () => {
    const made = await run({ increments: 2 * N, layers: 2 });
    const increments = read(made, "increments_reference");
    for (const value of increments) expect(value).toBeCloseTo(1, 12);
  });

  test("is repaired to what its last state has", async () => {
    const made = await run({ repair: "linear", increments: 0, layers: 2 });
    for (const value of read(made, "drift_repaired")) expect(Math.abs(value)).toBeLessThan(1e-12);
  });

  test("has quantities of the states that come out", () => {
    const params = { ...defaultsOf(definition.parameters), quantities: "u" };
    expect(conservation.acting!(context, [3, 4, 4], [1, 4, 4], params)).toEqual(["u"]);
    expect(() => conservation.acting!({ ...context, feeding: { ...context.feeding!, history: 1 } }, [3, 4, 4], [1, 4, 4], params)).toThrow("no next state"); // prettier-ignore
  });
});
