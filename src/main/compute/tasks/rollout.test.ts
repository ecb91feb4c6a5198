import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { writeNpz } from "../../data/npz";
import { Builder } from "../../graph/builder";
import { encodeModel } from "../../graph/onnx/encode";
import { rollout, type RolloutInput } from "./rollout";

const context = { signal: new AbortController().signal };
const [TRAJECTORIES, TIMES, SIZE] = [2, 4, 8];

let folder: string;
let input: RolloutInput;

/** A network that adds `change` to every value. */
function adding(change: number): Uint8Array {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [1, 1, SIZE] });
  const weight = g.input("weight", { dtype: "float32", shape: [1] }, "parameter");
  const outputs = [{ name: "y", value: g.add(x, weight) }];
  const values = new Map([
    ["weight", { dtype: "float32", shape: [1], data: Float32Array.of(change) } as Tensor],
  ]);
  return encodeModel({ inputs: [x, weight], outputs }, { bind: values });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rollout-"));
  const data = join(folder, "data.npz");
  // Trajectory n at time t is 100 n + t everywhere.
  const values = Float32Array.from(
    { length: TRAJECTORIES * TIMES * SIZE },
    (_, i) => 100 * Math.floor(i / (TIMES * SIZE)) + (Math.floor(i / SIZE) % TIMES),
  );
  await writeNpz(data, {
    u: { dtype: "float32", shape: [TRAJECTORIES, TIMES, 1, SIZE], data: values },
  });
  const model = join(folder, "model.onnx");
  await writeFile(model, adding(2));
  const options = { axes: "n,t,c,x", fields: "scalar:u" };
  input = { model, weights: null, data: { path: data, options }, normalise: "none", pad: "none", sample: 3, steps: 2 }; // prettier-ignore
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The first value of each state. */
const firsts = ({ shape, data }: Tensor): number[] =>
  Array.from({ length: shape[0]! }, (_, k) => toFloat64({ data })[k * SIZE]!);

describe("a rollout", () => {
  test("is the network on its own predictions beside the states that came", async () => {
    const made = await rollout(input, context);
    // Three transitions a trajectory: sample 3 begins the second one.
    expect(firsts(made.input)).toEqual([100]);
    expect(firsts(made.truth)).toEqual([101, 102]);
    expect(firsts(made.prediction)).toEqual([102, 104]);
    expect(made.prediction.shape).toEqual([2, 1, SIZE]);
  });

  test("of a network that looks back and is told the time goes on from both", async () => {
    const g = new Builder();
    const u = g.input("u", { dtype: "float32", shape: [1, 2, SIZE] });
    const t = g.input("t", { dtype: "float32", shape: [1, 1] });
    const frame = (at: number) => g.slice(u, [{ axis: 1, start: at, end: at + 1 }]);
    // u₁ + u₂ + t, where t is that of u₂.
    const y = g.add(g.add(frame(0), frame(1)), g.reshape(t, [1, 1, 1]));
    const model = join(folder, "back.onnx");
    await writeFile(model, encodeModel({ inputs: [u, t], outputs: [{ name: "y", value: y }] }));
    const options = { ...input.data.options, history: 2, conditions: "t=time", dt: 10 };
    const of = { ...input, model, data: { ...input.data, options }, sample: 2 };
    const made = await rollout(of, context);
    expect(firsts(made.input)).toEqual([101]);
    expect(firsts(made.truth)).toEqual([102, 103]);
    expect(firsts(made.prediction)).toEqual([100 + 101 + 10, 101 + 211 + 20]);
  });

  test("ends with its trajectory", async () => {
    const { truth, prediction } = await rollout({ ...input, sample: 1, steps: 99 }, context);
    expect(firsts(truth)).toEqual([2, 3]);
    expect(firsts(prediction)).toEqual([3, 5]);
  });

  test("ends with its own trajectory where these are unequally long", async () => {
    const shards = join(folder, "shards");
    await mkdir(shards);
    for (const [n, times] of [2, 4, 3].entries()) {
      const data = Float32Array.from({ length: times * SIZE }, (_, i) => 100 * n + Math.floor(i / SIZE)); // prettier-ignore
      await writeNpz(join(shards, `${n}.npz`), { u: { dtype: "float32", shape: [1, times, 1, SIZE], data } }); // prettier-ignore
    }
    const of = { ...input, data: { ...input.data, path: shards }, steps: 99 };
    // Transitions 0 | 1 2 3 | 4 5.
    expect(firsts((await rollout({ ...of, sample: 0 }, context)).truth)).toEqual([1]);
    expect(firsts((await rollout({ ...of, sample: 2 }, context)).truth)).toEqual([102, 103]);
    expect(firsts((await rollout({ ...of, sample: 4 }, context)).truth)).toEqual([201, 202]);
  });

  test("is shown in the data's units where the network works in others", async () => {
    const { prediction } = await rollout({ ...input, normalise: "pooled", steps: 1 }, context);
    // Two more in units of the data's standard deviation: of {0, 1, 2, 3, 100, 101, 102, 103}.
    const std = Math.sqrt(50 ** 2 + 1.25);
    expect(firsts(prediction)[0]).toBeCloseTo(100 + 2 * std, 3);
  });

  test("refuses a sample that is not there", async () => {
    await expect(rollout({ ...input, sample: 6 }, context)).rejects.toMatchObject({
      code: "data/no-sample",
    });
  });
});
