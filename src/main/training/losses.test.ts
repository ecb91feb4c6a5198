import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../shared/random";
import { toFloat64, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { grad } from "../graph/grad";
import { createReferenceExecutor } from "../runtime/reference";
import { lossIds, lossPerSample, type LossId } from "./losses";

const shape = [2, 3, 2, 2];
const draw = (seed: number): Float64Array => normals(randomFrom(seed), 24);
const tensor = (data: Float64Array): Tensor => ({ dtype: "float64", shape, data });

/** Loss of each sample and the gradient of their sum with respect to the prediction, in float64. */
async function evaluate(
  loss: LossId,
  prediction: Float64Array,
  target: Float64Array,
): Promise<{ values: Float64Array; gradient: Float64Array }> {
  const g = new Builder();
  const p = g.input("p", { dtype: "float64", shape });
  const t = g.input("t", { dtype: "float64", shape });
  const values = lossPerSample(g, loss, p, t);
  const [gradient] = grad(g, g.sum(values), [p]);
  const program = await createReferenceExecutor().compile({
    inputs: [p, t],
    outputs: [
      { name: "values", value: values },
      { name: "gradient", value: gradient! },
    ],
  });
  const outputs = await program.run(
    new Map([
      ["p", tensor(prediction)],
      ["t", tensor(target)],
    ]),
  );
  return {
    values: toFloat64(outputs.get("values")!),
    gradient: toFloat64(outputs.get("gradient")!),
  };
}

/** The definitions, element by element. */
const plain: Record<LossId, (p: Float64Array, t: Float64Array) => number> = {
  mse: (p, t) => t.reduce((sum, v, k) => sum + (v - p[k]!) ** 2, 0) / t.length,
  smse: (p, t) => {
    let sum = 0;
    for (let c = 0; c < 3; c++) {
      const of = (values: Float64Array): Float64Array => values.subarray(4 * c, 4 * c + 4);
      const scale = Math.sqrt(of(t).reduce((s, v) => s + v * v, 0) / 4) + 1e-6;
      sum += of(t).reduce((s, v, k) => s + (v - of(p)[k]!) ** 2 / scale, 0);
    }
    return sum / 12;
  },
  "relative-l2": (p, t) => Math.hypot(...t.map((v, k) => v - p[k]!)) / Math.hypot(...t),
};

describe.each(lossIds)("the loss %s", (loss) => {
  const [prediction, target] = [draw(1), draw(2)];

  test("is its definition, for each sample by itself", async () => {
    const { values } = await evaluate(loss, prediction, target);
    [0, 1].forEach((i) => {
      const one = (all: Float64Array): Float64Array => all.subarray(12 * i, 12 * i + 12);
      expect(values[i]).toBeCloseTo(plain[loss](one(prediction), one(target)), 12);
    });
  });

  test("has the gradient of central differences", async () => {
    const { gradient } = await evaluate(loss, prediction, target);
    const step = 1e-5;
    for (const k of [0, 5, 11, 12, 23]) {
      const total = async (shift: number): Promise<number> => {
        const moved = prediction.slice();
        moved[k]! += shift;
        const { values } = await evaluate(loss, moved, target);
        return values[0]! + values[1]!;
      };
      const difference = ((await total(step)) - (await total(-step))) / (2 * step);
      // The error of the difference is of the order of its step squared.
      expect(gradient[k]).toBeCloseTo(difference, 8);
    }
  });

  test("has gradient 0, not NaN, at a perfect prediction", async () => {
    const { values, gradient } = await evaluate(loss, target, target);
    expect([...values]).toEqual([0, 0]);
    for (const value of gradient) expect(Math.abs(value)).toBe(0);
  });

  test("is the same for a state and its mirror image", async () => {
    // Reversed along x within each channel; smse would notice if it mixed channels.
    const mirror = (values: Float64Array): Float64Array => values.map((_, k) => values[k ^ 1]!);
    const { values } = await evaluate(loss, prediction, target);
    const mirrored = await evaluate(loss, mirror(prediction), mirror(target));
    values.forEach((value, i) => expect(mirrored.values[i]).toBeCloseTo(value, 12));
  });
});
