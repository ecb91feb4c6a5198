import { describe, expect, test } from "vitest";
import { coherence as coherenceDefinition } from "../../shared/analyses/coherence";
import { evolution as definition } from "../../shared/analyses/evolution";
import { UserError } from "../../shared/errors";
import { defaultsOf, type ParameterValues } from "../../shared/parameters";
import { toFloat64, type Tensor } from "../../shared/tensor";
import type { AnalysisContext, AnalysisResult, Checkpoint, KeptParts } from "./context";
import { coherence } from "./coherence";
import { circularCnn, contextOf, never, randomTensor } from "./testing";
import { evolution } from "./evolution";

type Parameters = ParameterValues<typeof definition.parameters>;
const computation = evolution(coherence);
const run = (
  context: AnalysisContext,
  params: Partial<Parameters> = {},
  signal = never,
): Promise<AnalysisResult> =>
  computation.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    signal,
  );
const N = 4;
const states = { input: randomTensor([N, 1, 4, 4], 3), target: randomTensor([N, 1, 4, 4], 53) };
const base = (): AnalysisContext =>
  contextOf({ model: circularCnn(1, 4), ...states, fields: "scalar:a", group: "c4" });
/** Elements of C4. */
const G = 4;
/** Where the metric makes no difference to the test. */
const plain = { metric: "identity" } as const;

let opened: string[] = [];
/** The network of another seed, called after the moment. */
function checkpoint(name: string, seed: number, series?: string): Checkpoint {
  return {
    name,
    ...(series === undefined ? {} : { series }),
    open: () => {
      opened.push(name);
      return Promise.resolve(circularCnn(1, 4, seed));
    },
    identity: () => Promise.resolve(`weights ${seed}`),
  };
}
const training = (count: number): Checkpoint[] =>
  Array.from({ length: count }, (_, k) => checkpoint(`epoch-${k}.safetensors`, 10 + k));

function memory(): KeptParts & { readonly size: () => number } {
  const all = new Map<string, Record<string, Tensor>>();
  return {
    read: (key) => Promise.resolve(all.get(key) ?? null),
    write: (key, arrays) => {
      all.set(key, { ...arrays });
      return Promise.resolve();
    },
    size: () => all.size,
  };
}

describe("evolution", () => {
  test("gives each checkpoint exactly the numbers of a coherence of its own", async () => {
    const result = await run({ ...base(), checkpoints: training(2) });
    const all = result.arrays.checkpoint_cosine!;
    expect(all.axes).toEqual(["seed", "checkpoint", "element", "sample"]);
    expect(all.tensor.shape).toEqual([1, 2, G, N]);
    expect([...toFloat64(result.arrays.epoch!.tensor)]).toEqual([0, 1]);
    const values = toFloat64(all.tensor);
    const own = await coherence.compute(
      { ...base(), model: circularCnn(1, 4, 11) },
      defaultsOf(coherenceDefinition.parameters),
      () => undefined,
      never,
    );
    const cosine = toFloat64(own.arrays.cosine!.tensor);
    for (let g = 0; g < G; g++) {
      for (let i = 0; i < N; i++) {
        expect(values[(G + g) * N + i]).toBe(cosine[(g * N + i) * N + i]);
      }
    }
    for (const name of ["excess", "loss", "relative_loss", "equivariance_error"]) {
      const mine = toFloat64(result.arrays[`checkpoint_${name}`]!.tensor).subarray(G * N);
      expect([...mine]).toEqual([...toFloat64(own.arrays[name]!.tensor)]);
    }
    expect(result.summary.elements).toMatchObject({
      r: { cosine: (own.summary.elements as Record<string, { cosine: object }>).r!.cosine },
    });
  });

  test("takes folders as seeds, and a moment that one of them lacks as missing", async () => {
    const context = {
      ...base(),
      checkpoints: [
        checkpoint("a/epoch-0.safetensors", 1, "a"),
        checkpoint("a/epoch-10.safetensors", 2, "a"),
        checkpoint("b/epoch-0.safetensors", 3, "b"),
      ],
    };
    const result = await run(context, plain);
    expect(result.summary.seeds).toEqual(["a", "b"]);
    const { tensor } = result.arrays.checkpoint_loss!;
    expect(tensor.shape).toEqual([2, 2, G, N]);
    const values = toFloat64(tensor);
    const missing = [...values.subarray(3 * G * N)];
    expect(missing.every(Number.isNaN)).toBe(true);
    expect(values.subarray(0, 3 * G * N).every((value) => value > 0)).toBe(true);
    expect(context.notices.some((notice) => notice.includes("1 are missing"))).toBe(true);
  });

  test("with batches lays them end to end, and leaves what is in none as NaN", async () => {
    const result = await run(
      { ...base(), checkpoints: training(2) },
      { batch: 2, batches: 1, metric: "identity" },
    );
    const values = toFloat64(result.arrays.checkpoint_cosine!.tensor);
    for (let k = 0; k < values.length; k++) expect(Number.isNaN(values[k])).toBe(k % N >= 2);
  });

  test("computes nothing twice: not another time, not for other figures, not the same weights again", async () => {
    const kept = memory();
    opened = [];
    const first = await run({ ...base(), kept, checkpoints: training(3) }, plain);
    expect(opened).toHaveLength(3);
    const context = { ...base(), kept, checkpoints: training(4) };
    const second = await run(context, plain);
    expect(opened).toEqual([
      "epoch-0.safetensors",
      "epoch-1.safetensors",
      "epoch-2.safetensors",
      "epoch-3.safetensors",
    ]);
    expect(second.summary.kept).toBe(3);
    const size = 3 * G * N;
    expect(toFloat64(second.arrays.checkpoint_influence!.tensor).slice(0, size)).toEqual(
      toFloat64(first.arrays.checkpoint_influence!.tensor),
    );
    expect(context.notices.length).toBeGreaterThan(0);
  });

  test.each([
    ["loss", { loss: "smse" }],
    ["ridge", { ridge: 1e-3 }],
    ["metric", { metric: "identity" }],
    ["screening", { screening: true }],
  ] as const)("computes anew for another %s", async (_, params) => {
    const kept = memory();
    await run({ ...base(), kept, checkpoints: training(2) });
    expect((await run({ ...base(), kept, checkpoints: training(2) }, params)).summary.kept).toBe(0);
  });

  test("computes anew for other samples", async () => {
    const kept = memory();
    await run({ ...base(), kept, checkpoints: training(2) }, plain);
    const other = {
      ...base(),
      kept,
      checkpoints: training(2),
      target: randomTensor([N, 1, 4, 4], 9),
    };
    expect((await run(other, plain)).summary.kept).toBe(0);
  });

  test("goes on after an interruption with what was finished", async () => {
    const kept = memory();
    const stop = new AbortController();
    const checkpoints = training(3).map((one, k) => ({
      ...one,
      open: () => {
        if (k === 2) stop.abort();
        return one.open();
      },
    }));
    await expect(run({ ...base(), kept, checkpoints }, plain, stop.signal)).rejects.toThrow();
    expect(kept.size()).toBe(2);
    expect((await run({ ...base(), kept, checkpoints: training(3) }, plain)).summary.kept).toBe(2);
  });

  test("shares are disjoint, together all of it, and merge to the same numbers", async () => {
    const kept = memory();
    const params = { ...defaultsOf(definition.parameters), ...plain };
    const sizes = [];
    for (const index of [2, 0, 1]) {
      const context = { ...base(), kept, checkpoints: training(5) };
      const share = { index, of: 3 };
      sizes.push(await computation.share!(context, params, share, () => undefined, never));
      const missing = await computation.missing!(context, params, never);
      expect(missing).toHaveLength(5 - kept.size());
    }
    expect(sizes).toEqual([1, 2, 2]);
    expect(kept.size()).toBe(5);
    const merged = await run({ ...base(), kept, checkpoints: training(5) }, plain);
    expect(merged.summary.kept).toBe(5);
    const alone = await run({ ...base(), checkpoints: training(5) }, plain);
    expect(merged.arrays).toEqual(alone.arrays);
  });

  test("with a budget computes the ends and as many as were asked for, in order", async () => {
    const context = { ...base(), checkpoints: training(7) };
    const result = await run(context, { "at-most": 4, screening: true });
    const epochs = [...toFloat64(result.arrays.epoch!.tensor)];
    expect(epochs).toHaveLength(4);
    expect([epochs[0], epochs.at(-1)]).toEqual([0, 6]);
    expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
    expect(context.notices.join()).toContain("4 of 7 checkpoints");
    await expect(
      computation.share!(
        context,
        { ...defaultsOf(definition.parameters), "at-most": 4 },
        { index: 0, of: 2 },
        () => undefined,
        never,
      ),
    ).rejects.toThrow("cannot be divided beforehand");
  });

  test("screens at most eight samples in the identity metric", async () => {
    const n = 12;
    const many = contextOf({
      model: circularCnn(1, 4),
      input: randomTensor([n, 1, 4, 4], 3),
      target: randomTensor([n, 1, 4, 4], 4),
      fields: "scalar:a",
      group: "c4",
    });
    const { arrays } = await run({ ...many, checkpoints: training(2) }, { screening: true });
    const [cosine, euclidean] = ["cosine", "euclidean_cosine"].map((name) =>
      toFloat64(arrays[`checkpoint_${name}`]!.tensor),
    );
    expect(cosine).toEqual(euclidean);
    expect([...cosine!.subarray(0, n)].filter((value) => !Number.isNaN(value))).toHaveLength(8);
  });

  test("leaves a diverged checkpoint out with a word, and the others in", async () => {
    const diverged: Checkpoint = {
      name: "epoch-9.safetensors",
      open: () => Promise.reject(new UserError("weights/nan", "3 of 9 numbers are NaN.")),
    };
    const context = { ...base(), checkpoints: [...training(2), diverged] };
    const result = await run(context, { screening: true });
    const values = toFloat64(result.arrays.checkpoint_cosine!.tensor);
    expect([...values.subarray(2 * G * N)].every(Number.isNaN)).toBe(true);
    expect(Number.isNaN(values[0])).toBe(false);
    expect(context.notices).toContain("epoch-9.safetensors is left out: 3 of 9 numbers are NaN.");
    // Its numbers are those of the last that has any.
    const before = await run({ ...base(), checkpoints: training(2) }, { screening: true });
    expect(result.summary).toMatchObject({ last: 1, elements: before.summary["elements"] });
  });

  test("of one checkpoint is refused", async () => {
    await expect(run({ ...base(), checkpoints: training(1) })).rejects.toThrow("at least two");
    await expect(run(base())).rejects.toThrow("there is none");
  });
});
