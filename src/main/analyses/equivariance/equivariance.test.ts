import { describe, expect, test } from "vitest";
import { equivariance as definition } from "../../../shared/analyses/equivariance";
import { defaultsOf, type ParameterValues } from "../../../shared/parameters";
import { toFloat64 } from "../../../shared/tensor";
import type { AnalysisResult, StatesContext } from "../context";
import { circularCnn, contextOf, never, networkOf, randomTensor } from "../testing";
import { equivariance } from "./index";

type Parameters = ParameterValues<typeof definition.parameters>;

const run = (context: StatesContext, params: Partial<Parameters> = {}): Promise<AnalysisResult> =>
  equivariance.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    never,
  );

const read = (result: AnalysisResult, name: string): Float64Array =>
  toFloat64(result.arrays[name]!.tensor);

const states = (n: number) => ({
  input: randomTensor([n, 3, 4, 4], 3),
  target: randomTensor([n, 3, 4, 4], 53),
});

/** Adds a fixed scalar field to the first channel, which moves with no element. */
const pinned = networkOf([3, 4, 4], { b: randomTensor([1, 4, 4], 9) }, (g, x, p) =>
  g.add(x, g.concat([p.b!, g.zeros({ dtype: "float32", shape: [2, 4, 4] })], 0)),
);

describe("without targets", () => {
  test("the error is the same, the loss ratio is left out, and a remark says so", async () => {
    const options = { model: pinned, ...states(2), fields: "scalar:p,vector:v" };
    const full = await run(contextOf(options), { verify: 2, steps: 2 });
    const context = { ...contextOf(options), target: null };
    const bare = await run(context, { verify: 2, steps: 2 });
    for (const name of ["equivariance_error", "channel_error", "output_norm", "mixing_error"]) {
      expect(read(bare, name), name).toEqual(read(full, name));
    }
    for (const name of ["loss", "relative_loss", "field_target"]) {
      expect(full.arrays, name).toHaveProperty(name);
      expect(bare.arrays, name).not.toHaveProperty(name);
    }
    const elements = bare.summary.elements as Record<string, object>;
    expect(Object.keys(elements.r!)).toEqual(["equivariance_error", "equivariance_error_last"]);
    expect(context.notices.filter((notice) => notice.includes("no targets"))).toHaveLength(1);
  });
});

describe("the equivariance error", () => {
  test("vanishes under shifts for a circular convolution network, along a whole rollout", async () => {
    const result = await run(
      contextOf({
        model: circularCnn(3, 4),
        ...states(2),
        group: "translations:2",
        fields: "scalar:p,vector:v",
      }),
      { steps: 3 },
    );
    expect(result.arrays.equivariance_error!.tensor.shape).toEqual([4, 2, 3]);
    for (const value of read(result, "equivariance_error")) expect(value).toBeLessThan(1e-12);
  });

  test("is ‖b − g·b‖ over ‖g·(x + b)‖ for a network that adds a pinned field b", async () => {
    const context = contextOf({ model: pinned, ...states(2), fields: "scalar:p,vector:v" });
    const result = await run(context);
    const b = pinned.parameters.get("b")!.data as Float64Array;
    // r2 turns the field over: out[y, x] = in[3 − y, 3 − x].
    const moved = b.map((_, k) => b[15 - k]!);
    const difference = Math.hypot(...b.map((value, k) => value - moved[k]!));
    const norms = read(result, "output_norm");
    const at = context.elements.findIndex(({ id }) => id === "r2");
    for (const i of [0, 1]) {
      const error = read(result, "equivariance_error")[at * 2 + i]!;
      expect(error).toBeCloseTo(difference / norms[i]!, 12);
      // Only the first channel is wrong.
      const byChannel = read(result, "channel_error").subarray(
        (at * 2 + i) * 3,
        (at * 2 + i) * 3 + 3,
      );
      expect(byChannel[0]).toBeGreaterThan(error);
      expect([...byChannel.subarray(1)]).toEqual([0, 0]);
    }
  });

  test("relative to the change divides by ‖f(x) − x‖ = ‖b‖", async () => {
    const context = contextOf({ model: pinned, ...states(2), fields: "scalar:p,vector:v" });
    const plain = await run(context);
    const change = await run(context, { "relative-to": "change" });
    const b = Math.hypot(...(pinned.parameters.get("b")!.data as Float64Array));
    const norms = read(plain, "output_norm");
    read(plain, "equivariance_error").forEach((value, k) => {
      const expected = (value * norms[k % 2]!) / b;
      expect(read(change, "equivariance_error")[k]).toBeCloseTo(expected, 9);
    });
  });

  test("reports a rollout that blows up at its step, and goes on", async () => {
    const square = networkOf([3, 4, 4], { w: randomTensor([1], 2) }, (g, x) =>
      g.mul(g.mul(x, x), 1e30),
    );
    const context = contextOf({ model: square, ...states(1), fields: "scalar:p,vector:v" });
    const result = await run(context, { steps: 5 });
    expect(context.notices.join(" ")).toMatch(/not finite.*from step [3-4] on/);
    const median = result.summary.elements as Record<string, Record<string, { median: number }>>;
    expect(median.e!.equivariance_error!.median).toBe(0);
    expect(read(result, "equivariance_error").some(Number.isNaN)).toBe(true);
  });

  test("recomputes entries in float64 when asked to", async () => {
    const context = contextOf({ model: pinned, ...states(2), fields: "scalar:p,vector:v" });
    const { summary } = await run(context, { verify: 4 });
    expect(summary.verified).toEqual({ quantity: "equivariance_error", entries: 4, largest: 0 });
  });

  test("refuses a rollout of a model whose output is no state", async () => {
    const narrow = networkOf([3, 4, 4], { w: randomTensor([1], 2) }, (g, x, p) =>
      g.mul(g.sum(x, [1], true), p.w!),
    );
    const context = contextOf({
      model: narrow,
      input: states(2).input,
      target: randomTensor([2, 1, 4, 4], 5),
      group: "trivial",
    });
    await expect(run(context, { steps: 2 })).rejects.toMatchObject({
      code: "equivariance/not-a-step",
    });
    expect((await run(context)).arrays.channel_error!.tensor.shape).toEqual([1, 2, 1]);
  });
});
