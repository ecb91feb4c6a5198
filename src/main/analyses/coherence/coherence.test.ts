import { describe, expect, test } from "vitest";
import { coherence as definition } from "../../../shared/analyses/coherence";
import { act } from "../../../shared/groups/act";
import { d4 } from "../../../shared/groups/catalogue";
import { defaultsOf, type ParameterValues } from "../../../shared/parameters";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import type { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import { createOnnxRuntimeExecutor } from "../../runtime/onnxruntime/executor";
import type { AnalysisContext, AnalysisResult, Network } from "../context";
import { circularCnn, contextOf, never, networkOf, randomTensor } from "../testing";
import { coherence } from "./index";

type Parameters = ParameterValues<typeof definition.parameters>;

const run = (
  context: AnalysisContext,
  params: Partial<Parameters> = {},
  signal = never,
): Promise<AnalysisResult> =>
  coherence.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    signal,
  );

const read = (result: AnalysisResult, name: string): Float64Array =>
  toFloat64(result.arrays[name]!.tensor);

/** Diagonals of [G, B, B]. */
function diagonals(result: AnalysisResult, name: string): number[] {
  const [elements, n] = result.arrays[name]!.tensor.shape as [number, number];
  const values = read(result, name);
  return Array.from(
    { length: elements * n },
    (_, k) => values[(Math.floor(k / n) * n + (k % n)) * n + (k % n)]!,
  );
}

const states = (n: number, channels: number, size: number, seed: number) => ({
  input: randomTensor([n, channels, size, size], seed),
  target: randomTensor([n, channels, size, size], seed + 50),
});

/** A context on a network that has no symmetry but shifts. */
const ordinary = (n = 4, memoryBytes?: number): AnalysisContext =>
  contextOf({
    model: circularCnn(1, 4),
    ...states(n, 1, 4, 3),
    fields: "scalar:a",
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  });

function expectSame(a: AnalysisResult, b: AnalysisResult, names: readonly string[]): void {
  for (const name of names) {
    const wanted = read(b, name);
    read(a, name).forEach((value, k) => {
      expect(value, `${name} ${k}`).toBeCloseTo(wanted[k]!, 9);
    });
  }
}

/** (1/8) Σ g⁻¹ f(g x) over D4 on one scalar channel: equivariant for every value of the parameters. */
function orbitAverage(size: number): Network {
  const turn = (g: Builder, x: Value): Value => g.flip(g.transposeLast(x), [2]);
  return networkOf(
    [1, size, size],
    { w1: randomTensor([2, 1, 3, 3], 1, 0.5), w2: randomTensor([1, 2, 3, 3], 2, 0.5) },
    (g, x, p) => {
      const conv = (u: Value, w: Value): Value => g.conv(g.pad(u, [0, 0, 1, 1, 0, 0, 1, 1]), w);
      const f = (u: Value): Value => conv(g.node("Tanh", [conv(u, p.w1!)])[0]!, p.w2!);
      const images: Value[] = [];
      for (const mirrored of [false, true]) {
        for (let k = 0; k < 4; k++) {
          let u = x;
          for (let i = 0; i < k; i++) u = turn(g, u);
          if (mirrored) u = g.flip(u, [3]);
          u = f(u);
          if (mirrored) u = g.flip(u, [3]);
          for (let i = 0; i < (4 - k) % 4; i++) u = turn(g, u);
          images.push(u);
        }
      }
      return g.div(
        images.reduce((sum, u) => g.add(sum, u)),
        8,
      );
    },
  );
}

describe("coherence", () => {
  test.each(["mse", "smse", "relative-l2"])(
    "is 1 for a network that is equivariant for all its parameters (%s)",
    async (loss) => {
      const result = await run(
        contextOf({
          model: circularCnn(2, 4),
          ...states(3, 2, 4, 3),
          group: "translations:2",
          fields: "scalar:a,scalar:b",
        }),
        { loss },
      );
      for (const name of ["cosine", "euclidean_cosine"]) {
        for (const value of diagonals(result, name)) expect(value).toBeCloseTo(1, 9);
      }
      for (const value of read(result, "equivariance_error")) expect(value).toBeLessThan(1e-12);
      for (const value of read(result, "relative_loss")) expect(value).toBeCloseTo(1, 12);
    },
  );

  test("is 1 for an average over the group, for every element of D4", async () => {
    const result = await run(
      contextOf({ model: orbitAverage(4), ...states(2, 1, 4, 8), fields: "scalar:a" }),
    );
    for (const value of diagonals(result, "cosine")) expect(value).toBeCloseTo(1, 9);
  });

  test("is 1 for the identity and less for elements that the network does not respect", async () => {
    const values = diagonals(await run(ordinary()), "cosine");
    for (const value of values.slice(0, 4)) expect(value).toBeCloseTo(1, 9);
    for (const value of values.slice(4)) expect(value).toBeLessThan(0.99);
  });

  test("does not depend on the memory that it may use", async () => {
    const names = ["influence", "cosine", "gram", "gram_x", "self_influence", "loss", "excess"];
    // 64 numbers of parameters and 4 · 16 of tangents a column: far less than a block of four fits in 2 kB.
    const small = await run(ordinary(4, 2048));
    expectSame(small, await run(ordinary()), names);
    const common = { span: "common" } as const;
    expectSame(await run(ordinary(4, 2048), common), await run(ordinary(), common), names);
  });

  test("takes hardly more passes than any method needs, and more where little may be held", async () => {
    const passes = async (memoryBytes?: number): Promise<{ made: number; needed: number }> => {
      const { summary } = await run(ordinary(4, memoryBytes));
      return summary.passes as { made: number; needed: number };
    };
    const plenty = await passes();
    // Of 8 images of 4 samples each: a gradient at 3 passes, 4 tangents at 2.
    expect(plenty.needed).toBe(8 * 4 * (3 + 4 * 2));
    expect(plenty.made / plenty.needed).toBeGreaterThan(1);
    expect(plenty.made / plenty.needed).toBeLessThan(1.5);
    const little = await passes(2048);
    expect(little.made).toBeGreaterThan(plenty.made);
    expect(little.needed).toBe(plenty.needed);
  });

  test("is the same on both executors, within float32", async () => {
    const executor = createOnnxRuntimeExecutor({ threads: 1 });
    const float32 = await run({ ...ordinary(), executor });
    const exact = read(await run(ordinary()), "cosine");
    read(float32, "cosine").forEach((value, k) => {
      expect(Math.abs(value - exact[k]!)).toBeLessThan(2e-4);
    });
    await executor.dispose();
  });

  test("equals the Euclidean cosine in the identity metric", async () => {
    const result = await run(ordinary(), { metric: "identity" });
    expect(read(result, "cosine")).toEqual(read(result, "euclidean_cosine"));
    expect(read(result, "influence")).toEqual(read(result, "gram"));
    expect(result.summary.metric).toBe("identity");
  });

  test("with unit columns is the same where nothing is cut", async () => {
    const plain = await run(ordinary(), { energy: 0 });
    expectSame(await run(ordinary(), { energy: 0, "unit-columns": true }), plain, ["cosine"]);
  });

  test("in a common span is symmetric about x: the same self terms of x for every element", async () => {
    const result = await run(ordinary(), { span: "common" });
    const self = read(result, "self_influence_x");
    for (let k = 4; k < self.length; k++) expect(self[k]).toBeCloseTo(self[k % 4]!, 9);
  });

  test("sweeps over the ridge through its own value, and over samples up to all of them", async () => {
    const plain = await run(ordinary());
    const ridge = await run(ordinary(), { sweep: "ridge" });
    expect(read(ridge, "sweep_values")).toHaveLength(7);
    const cosines = read(ridge, "sweep_cosine");
    diagonals(plain, "cosine").forEach((value, k) => {
      expect(cosines[2 * 32 + k]).toBeCloseTo(value, 9);
    });
    const samples = await run(ordinary(), { sweep: "samples" });
    expect([...read(samples, "sweep_values")]).toEqual([2, 4]);
    const some = read(samples, "sweep_cosine");
    diagonals(plain, "cosine").forEach((value, k) => {
      expect(some[32 + k]).toBeCloseTo(value, 9);
    });
    expect([...some.subarray(0, 32)].filter(Number.isNaN)).toHaveLength(16);
  });

  test("of each batch is that of its samples alone", async () => {
    const both = await run(ordinary(4), { batches: 2 });
    expect(both.arrays.cosine!.tensor.shape).toEqual([2, 8, 2, 2]);
    expect(both.arrays.cosine!.axes[0]).toBe("batch");
    const half = (tensor: Tensor): Tensor => ({
      ...tensor,
      shape: [2, ...tensor.shape.slice(1)],
      data: (tensor.data as Float64Array).slice(tensor.data.length / 2),
    });
    const context = ordinary(4);
    const second = await run({
      ...context,
      input: half(context.input),
      target: half(context.target),
      samples: context.samples.slice(2),
    });
    const alone = read(second, "cosine");
    read(both, "cosine")
      .subarray(alone.length)
      .forEach((value, k) => {
        expect(value).toBeCloseTo(alone[k]!, 9);
      });
  });

  test("works on vectors where nothing acts", async () => {
    const model = networkOf(
      [3],
      { w: randomTensor([3, 2], 4) },
      (g, x, p) => g.node("Tanh", [g.matmul(x, p.w!)])[0]!,
    );
    const result = await run(
      contextOf({
        model,
        input: randomTensor([5, 3], 1),
        target: randomTensor([5, 2], 2),
        group: "trivial",
      }),
    );
    expect(result.arrays.cosine!.tensor.shape).toEqual([1, 5, 5]);
    expect(result.arrays).not.toHaveProperty("field_input");
    for (const value of diagonals(result, "cosine")) expect(value).toBeCloseTo(1, 9);
  });

  test.each(["mse", "relative-l2"])("leaves a zero gradient out with a word (%s)", async (loss) => {
    const model = networkOf(
      [1, 4, 4],
      { w: { ...randomTensor([1], 1), data: Float64Array.of(1) } },
      (g, x, p) => g.mul(x, p.w!),
    );
    const context = contextOf({ model, ...states(3, 1, 4, 3), fields: "scalar:a" });
    // The network predicts sample 1 exactly, and all its images.
    const target = Float64Array.from(context.target.data as Float64Array);
    target.set((context.input.data as Float64Array).subarray(16, 32), 16);
    const result = await run({ ...context, target: { ...context.target, data: target } }, { loss });
    diagonals(result, "cosine").forEach((value, k) => {
      if (k % 3 === 1) expect(value).toBeNaN();
      else expect(Math.abs(value)).toBeCloseTo(1, 9);
    });
    expect(context.notices.join(" ")).toContain("8 gradients are exactly zero");
  });

  test.each(["mse", "smse", "relative-l2"])(
    "says that there is no loss rather than that the ridge is too small (%s)",
    async (loss) => {
      const model = circularCnn(1, 4);
      const { input } = states(4, 1, 4, 3);
      const ordinary = contextOf({ model, input, target: input, fields: "scalar:a" });
      const fields = await run(ordinary, { loss });
      const predicted = read(fields, "field_prediction").subarray(0, input.data.length);
      // As another program in float32 would have made them.
      const target = { ...input, data: predicted.map((value) => Math.fround(value)) };
      const context = contextOf({ model, input, target, fields: "scalar:a" });
      await run(context, { loss });
      const said = context.notices.join(" ");
      expect(said).toMatch(/The loss is zero up to rounding at \d+ of 32 states/);
      expect(said).not.toContain("too small");
      expect(ordinary.notices.join(" ")).not.toContain("The loss is zero");
    },
  );

  test("keeps the fields that its pages show", async () => {
    const { arrays } = await run(ordinary());
    expect([...(arrays.kept!.tensor.data as Int32Array)]).toEqual([0, 1, 2, 3]);
    expect(arrays.field_prediction!.tensor.shape).toEqual([8, 4, 1, 4, 4]);
    // ‖f(gx) − g f(x)‖/‖g f(x)‖ from the kept fields is the error that is stated.
    const prediction = Float64Array.from(arrays.field_prediction!.tensor.data as Float32Array);
    const [e, r] = [prediction.subarray(0, 64), prediction.subarray(64, 128)];
    const spec = [{ name: "a", kind: "scalar", channels: [0] }] as const;
    const moved = act(d4.elements[1]!, e, [4, 1, 4, 4], spec);
    const square = (values: ArrayLike<number>, from: number): number =>
      Array.from(values)
        .slice(16 * from, 16 * from + 16)
        .reduce((sum, v) => sum + v * v, 0);
    const difference = r.map((v, k) => v - moved[k]!);
    for (let i = 0; i < 4; i++) {
      const error = Math.sqrt(square(difference, i) / square(moved, i));
      const stated = toFloat64(arrays.equivariance_error!.tensor)[4 + i]!;
      expect(error).toBeCloseTo(stated, 5);
    }
  });

  test("refuses a batch of one, data that are not finite, and a model that is not", async () => {
    await expect(run(ordinary(1))).rejects.toMatchObject({ code: "coherence/batch-of-one" });
    const context = ordinary();
    const broken = Float64Array.from(context.input.data as Float64Array);
    broken[20] = NaN;
    await expect(
      run({ ...context, input: { ...context.input, data: broken } }),
    ).rejects.toMatchObject({ code: "data/not-finite", where: "sample 1" });
    const infinite = networkOf(
      [1, 4, 4],
      { w: randomTensor([1], 1) },
      (g, x, p) => g.node("Exp", [g.mul(g.mul(x, p.w!), 1e6)])[0]!,
    );
    await expect(run({ ...context, model: infinite })).rejects.toMatchObject({
      code: "model/not-finite",
    });
  });

  test("stops between runs when it is cancelled", async () => {
    const controller = new AbortController();
    const started = run(ordinary(), {}, controller.signal);
    controller.abort();
    await expect(started).rejects.toMatchObject({ name: "AbortError" });
  });

  test("states what a reader must know", async () => {
    const context = ordinary();
    const { summary } = await run(context);
    expect(context.notices.join(" ")).toMatch(/Symmetry of the dynamics not established/);
    expect(context.notices.join(" ")).toMatch(/A batch of 4 is small/);
    const elements = summary.elements as Record<string, Record<string, { median: number }>>;
    expect(elements.r!.cosine!.median).toBeLessThan(1);
    expect(elements.r!.energy_kept).toHaveLength(2);
    expect((summary.subgroups as unknown[]).length).toBe(9);
  });
});
