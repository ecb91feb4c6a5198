import { describe, expect, test } from "vitest";
import { fromFloat64, toFloat64 } from "../../shared/tensor";
import { relativeDeviation } from "./deviation";
import type { Executor } from "./executor";
import { createExecutor } from "./executors";
import { probe, roundsToTf32 } from "./probe";

/** The reference, with its feeds rounded to the ten bits of TF32. */
function roundingToTf32(): Executor {
  const right = createExecutor("reference");
  const round = (value: number): number => {
    const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
    return Math.round(value / unit) * unit;
  };
  return {
    ...right,
    async compile(graph, options) {
      const program = await right.compile(graph, options);
      return {
        ...program,
        run: (feeds) =>
          program.run(
            new Map(
              [...feeds].map(([name, tensor]) => {
                const values = [...toFloat64(tensor)].map(round);
                return [name, fromFloat64("float64", tensor.shape, values)];
              }),
            ),
          ),
      };
    },
  };
}

/** The reference, with one element of its last result changed by a part in a thousand. */
function slightlyWrong(): Executor {
  const right = createExecutor("reference");
  return {
    ...right,
    async compile(graph, options) {
      const program = await right.compile(graph, options);
      return {
        ...program,
        async run(feeds) {
          const results = await program.run(feeds);
          const [name, tensor] = [...results].at(-1)!;
          const values = toFloat64(tensor);
          const largest = values.reduce(
            (best, x, i) => (x ** 2 > values[best]! ** 2 ? i : best),
            0,
          );
          const wrong = values.with(largest, values[largest]! * 1.001);
          return results.set(name, fromFloat64("float64", tensor.shape, [...wrong]));
        },
      };
    },
  };
}

describe("a probe", () => {
  test("passes onnxruntime within float32 rounding, but not to the bit", async () => {
    const executor = createExecutor("onnxruntime");
    const deviation = await probe(executor);
    await executor.dispose();
    expect(deviation).toBeGreaterThan(0);
    expect(deviation).toBeLessThan(2e-6);
  });

  test("finds one gradient that is a part in a thousand off", async () => {
    await expect(probe(slightlyWrong())).rejects.toMatchObject({
      code: "runtime/wrong",
      message: expect.stringContaining("deviate by 0.0010"),
    });
  });
});

test("rounding to TF32 is told from float32's", async () => {
  expect(await roundsToTf32(roundingToTf32())).toBe(true);
  const executor = createExecutor("onnxruntime");
  expect(await roundsToTf32(executor)).toBe(false);
  await executor.dispose();
});

describe("a deviation", () => {
  const vector = (...values: number[]) => fromFloat64("float64", [values.length], values);

  test("is relative to the largest element expected", () => {
    expect(relativeDeviation(vector(1, -8, 0.5), vector(1, -10, 0))).toBeCloseTo(0.2, 15);
  });

  test("is infinite for NaN, another shape, and what is missing", () => {
    expect(relativeDeviation(vector(NaN, 1), vector(0, 1))).toBe(Infinity);
    expect(relativeDeviation(vector(1, 2), vector(1))).toBe(Infinity);
    expect(relativeDeviation(undefined, vector(1))).toBe(Infinity);
  });

  test("is none between infinities and NaN at the same places", () => {
    expect(relativeDeviation(vector(Infinity, NaN, 1), vector(Infinity, NaN, 1))).toBe(0);
  });
});
