import { describe, expect, test } from "vitest";
import { UserError } from "../../../shared/errors";
import { landscape as definition } from "../../../shared/analyses/landscape";
import { defaultsOf, type ParameterValues } from "../../../shared/parameters";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import type { AnalysisContext, AnalysisResult, Checkpoint, Network } from "../context";
import { dot, norm, type Direction } from "../directions";
import { circularCnn, contextOf, never, networkOf, randomTensor } from "../testing";
import { landscape } from "./index";
import { principalDirections, projected } from "./path";

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

const checkpoint = (model: Network, epoch: number, series?: string): Checkpoint => ({
  name: `epoch-${String(epoch).padStart(4, "0")}.safetensors`,
  ...(series === undefined ? {} : { series }),
  open: () => Promise.resolve(model),
  identity: () => Promise.resolve(`network ${epoch}`),
});

/** f(x) = a·x₀ + b·x₁, so that mse is a quadratic in its two parameters. */
const plane = (a: number, b: number): Network =>
  networkOf(
    [2],
    { w: { dtype: "float64", shape: [2, 1], data: Float64Array.of(a, b) } },
    (g, x, p) => g.matmul(x, p.w!),
  );
const column = (values: readonly number[], width: number): Tensor => ({
  dtype: "float64",
  shape: [values.length / width, width],
  data: Float64Array.from(values),
});
// H = 2/n XᵀX = diag(2, 0.5): X rows (1, 0.5) and (1, −0.5); targets of the parameters (3, −1).
const states = { input: column([1, 0.5, 1, -0.5], 2), target: column([2.5, 3.5], 1) };
const curvatures = [2, 0.5];
const least = [3, -1];
const RATE = 0.3;

/** Plain gradient descent from (0, 0): θ_t − θ* = (1 − ηH)ᵗ (θ_0 − θ*). */
const descent = Array.from({ length: 6 }, (_, t) =>
  curvatures.map((h, k) => least[k]! - (1 - RATE * h) ** t * least[k]!),
);
const lossAt = (a: number, b: number): number =>
  (curvatures[0]! * (a - least[0]!) ** 2 + curvatures[1]! * (b - least[1]!) ** 2) / 2;

const training = (steps = descent): AnalysisContext => ({
  ...contextOf({ model: plane(9, 9), ...states, group: "trivial" }),
  checkpoints: steps.map(([a, b], t) => checkpoint(plane(a!, b!), t)),
});

describe("the path of gradient descent on a quadratic in two parameters", () => {
  test.each(["path", "random"])("is the exact recursion (%s directions)", async (directions) => {
    const result = await run(training(), { directions, element: "e" });
    const unit = Number(result.summary["radius"]);
    const path = read(result, "path");
    const end = descent.at(-1)!;
    const way = (t: number): number[] => [path[2 * t]! * unit, path[2 * t + 1]! * unit];
    descent.forEach((_, t) => {
      descent.forEach((__, s) => {
        // The plane is all of parameter space: inner products are those of the recursion itself.
        const inner = way(t)[0]! * way(s)[0]! + way(t)[1]! * way(s)[1]!;
        const exact =
          (descent[t]![0]! - end[0]!) * (descent[s]![0]! - end[0]!) +
          (descent[t]![1]! - end[1]!) * (descent[s]![1]! - end[1]!);
        expect(inner).toBeCloseTo(exact, 10);
      });
    });
    expect(result.summary["pathShare"]).toBeCloseTo(1, 12);
    for (const outside of read(result, "path_outside")) expect(outside).toBeLessThan(1e-12);
    expect([...read(result, "epoch")]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("runs over the exact surface, around every checkpoint", async () => {
    const result = await run(training(), { directions: "path", element: "e" });
    const unit = Number(result.summary["radius"]);
    const [path, losses, base] = ["path", "checkpoint_loss", "checkpoint_base"].map((name) =>
      read(result, name),
    );
    const slopes = read(result, "checkpoint_gradient");
    const bends = read(result, "checkpoint_curvature");
    const alpha = read(result, "alpha");
    descent.forEach(([a, b], t) => {
      expect(base![2 * t]).toBeCloseTo(lossAt(a!, b!), 12);
      const [g0, g1] = slopes.subarray(4 * t, 4 * t + 2);
      const [h00, h01, , h11] = bends.subarray(8 * t, 8 * t + 4);
      alpha.forEach((v, j) => {
        alpha.forEach((u, i) => {
          const model =
            base![2 * t]! +
            g0! * u +
            g1! * v +
            (h00! * u * u + 2 * h01! * u * v + h11! * v * v) / 2;
          expect(losses![(t * 2 * 5 + j) * 5 + i]).toBeCloseTo(model, 10);
        });
      });
    });
    // The farthest moment is one unit away.
    const far = descent.map((_, t) => Math.hypot(path![2 * t]!, path![2 * t + 1]!));
    expect(Math.max(...far)).toBeCloseTo(1, 12);
    expect(unit).toBeCloseTo(
      Math.max(...descent.map(([a, b]) => Math.hypot(a! - descent[5]![0]!, b! - descent[5]![1]!))),
      12,
    );
  });
});

describe("the landscape over training", () => {
  const images = { input: randomTensor([3, 1, 4, 4], 3), target: randomTensor([3, 1, 4, 4], 53) };
  const cnn = (seed: number): AnalysisContext =>
    contextOf({ model: circularCnn(1, 4, seed), ...images, fields: "scalar:a" });
  const over = (...seeds: number[]): AnalysisContext => ({
    ...cnn(99),
    checkpoints: seeds.map((seed, t) => checkpoint(circularCnn(1, 4, seed), t)),
  });

  test.each(["orbit", "random"])(
    "of one checkpoint is the landscape of its weights, number for number (%s)",
    async (directions) => {
      const alone = await run(cnn(7), { directions });
      const one = await run(over(7), { directions });
      for (const [name, array] of Object.entries(alone.arrays)) {
        expect(one.arrays[name], name).toEqual(array);
      }
      expect([...read(one, "checkpoint_loss")]).toEqual([...read(alone, "loss")]);
      expect(one.summary).toMatchObject(alone.summary);
    },
  );

  test("has all directions from the last checkpoint, around which its slice is", async () => {
    const alone = await run(cnn(3));
    const three = await run(over(1, 2, 3));
    expect([...read(three, "loss")]).toEqual([...read(alone, "loss")]);
    expect([...read(three, "checkpoint_loss").subarray(2 * 2 * 25)]).toEqual([
      ...read(alone, "loss"),
    ]);
    expect([...read(three, "path").subarray(4)]).toEqual([0, 0]);
    const middle = 12;
    [1, 2, 3].forEach((_, t) => {
      expect(read(three, "checkpoint_loss")[t * 50 + middle]).toBe(
        read(three, "checkpoint_base")[2 * t],
      );
    });
  });

  test("takes kept slices for the same numbers, and opens no network for them but for its path", async () => {
    const store = new Map<string, Record<string, Tensor>>();
    const kept = {
      read: (key: string) => Promise.resolve(store.get(key) ?? null),
      write: (key: string, arrays: Readonly<Record<string, Tensor>>) => {
        store.set(key, { ...arrays });
        return Promise.resolve();
      },
    };
    const first = await run({ ...over(1, 2, 3), kept });
    expect(store.size).toBe(3);
    const again = await run({ ...over(1, 2, 3), kept });
    expect(again.summary["kept"]).toBe(3);
    expect(again.arrays).toEqual(first.arrays);
    const wider = await run({ ...over(1, 2, 3), kept }, { radius: 2 });
    expect(wider.summary["kept"]).toBe(0);
  });

  test("passes over checkpoints that diverged, and has its directions from the last that did not", async () => {
    const diverged = (epoch: number): Checkpoint => ({
      ...checkpoint(circularCnn(1, 4, 1), epoch),
      open: () => Promise.reject(new UserError("weights/nan", "A weight is NaN.")),
    });
    const huge = networkOf(
      [1, 4, 4],
      { w: { dtype: "float64", shape: [1], data: Float64Array.of(1e200) } },
      (g, x, p) => g.mul(g.mul(x, p.w!), p.w!),
    );
    const sound = await run({ ...cnn(9), checkpoints: [checkpoint(circularCnn(1, 4, 1), 0), checkpoint(circularCnn(1, 4, 2), 2)] }); // prettier-ignore
    const context = {
      ...cnn(9),
      checkpoints: [
        checkpoint(circularCnn(1, 4, 1), 0),
        diverged(1),
        checkpoint(circularCnn(1, 4, 2), 2),
        checkpoint(huge, 3),
        diverged(4),
      ],
    };
    const found = await run(context);
    expect(found.arrays).toEqual(sound.arrays);
    expect(context.notices).toEqual([
      "epoch-0004.safetensors is left out: A weight is NaN.",
      expect.stringContaining("epoch-0003.safetensors is left out: The model's mean loss or gradient is not finite"), // prettier-ignore
      "epoch-0001.safetensors is left out: A weight is NaN.",
    ]);
    await expect(run({ ...cnn(9), checkpoints: [diverged(0), diverged(1)] })).rejects.toMatchObject({ code: "weights/nan" }); // prettier-ignore
  });

  test("refuses checkpoints of several trainings, of another network, and a path of one", async () => {
    const two = ["a", "b"].map((series) => checkpoint(circularCnn(1, 4, 1), 0, series));
    await expect(run({ ...cnn(1), checkpoints: two })).rejects.toMatchObject({
      code: "landscape/several-trainings",
    });
    const other = [checkpoint(circularCnn(1, 4, 1, 5), 0), checkpoint(circularCnn(1, 4, 1), 1)];
    await expect(run({ ...cnn(1), checkpoints: other })).rejects.toMatchObject({
      code: "landscape/other-network",
    });
    for (const context of [cnn(1), over(1), over(1, 1)]) {
      await expect(run(context, { directions: "path" })).rejects.toMatchObject({
        code: "landscape/no-path",
      });
    }
    await expect(run({ ...over(1, 2), memoryBytes: 100 })).rejects.toMatchObject({
      code: "landscape/memory",
    });
  });
});

test("principal directions hold more of a path's variance than any other plane", () => {
  const path: Direction[] = Array.from({ length: 7 }, (_, t) => [
    toFloat64(randomTensor([5], t)),
    toFloat64(randomTensor([2, 2], 40 + t)),
  ]);
  const basis = principalDirections(path);
  expect(norm(basis[0]!)).toBeCloseTo(1, 12);
  expect(dot(basis[0]!, basis[1]!)).toBeCloseTo(0, 12);
  const best = projected(path, basis, 1).share;
  const unitVector = (k: number): Direction => [
    Float64Array.from({ length: 5 }, (_, i) => Number(i === k)),
    Float64Array.from({ length: 4 }, (_, i) => Number(i + 5 === k)),
  ];
  const shares = Array.from({ length: 9 }, (_, k) => projected(path, [unitVector(k)], 1).share);
  // All axes together are the whole space.
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  const sorted = shares.sort((a, b) => b - a);
  expect(best).toBeGreaterThan(sorted[0]! + sorted[1]!);
  expect(best).toBeLessThan(1);
});
