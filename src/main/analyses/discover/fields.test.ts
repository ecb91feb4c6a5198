import { describe, expect, test } from "vitest";
import { discover as definition, type DiscoverParameters } from "../../../shared/analyses/discover";
import { unitGrid } from "../../../shared/fields/spec";
import { defaultsOf } from "../../../shared/parameters";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { positionsOf } from "../../fields/generators/apply";
import type { AnalysisResult, DataContext, Network } from "../context";
import { contextOf, networkOf, never, randomTensor } from "../testing";
import { discover } from "./index";

const run = (
  context: DataContext,
  params: Partial<DiscoverParameters> = {},
): Promise<AnalysisResult> =>
  discover.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    never,
  );

/** Smooth blobs that vanish towards the edges, where flows leave the box. */
function blobs(n: number, channels: number, size: number): Tensor {
  const random = toFloat64(randomTensor([n * channels * 6], 9));
  const data = Array.from({ length: n * channels }, (_, plane) =>
    positionsOf(unitGrid([size, size])).map(([x = 0, y = 0]) => {
      const [a, b, c, d, e, f] = random.subarray(6 * plane, 6 * plane + 6);
      const [dx, dy] = [x - 0.05 * a!, y - 0.05 * b!];
      const wide = 1 / (0.008 + 0.002 * Math.abs(c!));
      return (d! + 4 * e! * dx + 4 * f! * dy) * Math.exp(-wide * (dx * dx + dy * dy));
    }),
  ).flat();
  return { dtype: "float64", shape: [n, channels, size, size], data: Float64Array.from(data) };
}

const on = (model: Network, input: Tensor, fields: string): DataContext => ({
  ...contextOf({ model, input, target: input, fields }),
  target: null,
});

describe("on fields", () => {
  test("a pointwise map of a scalar commutes with every affine flow, and aff(2) is recognised", async () => {
    const gate = networkOf([1, 32, 32], {}, (g, x) => g.mul(x, g.add(1, g.mul(x, x))));
    const result = await run(on(gate, blobs(12, 1, 32), "scalar:p"));
    expect(result.summary).toMatchObject({
      candidates: { family: "fields" },
      names: ["tx", "ty", "rot", "scale", "shear-x", "shear-y", "squeeze", "amp"],
      dimension: 6,
      algebra: "aff(2)",
      prediction: "state",
    });
    // Shears and rotation are three of the four linear maps besides scaling: seven flows span six.
    expect(result.arrays.generators!.tensor.shape).toEqual([6, 8]);
    expect(result.summary.trivial).toBe(1);
  });

  test("a field that stays leaves only the turns about it", async () => {
    const round = positionsOf(unitGrid([32, 32])).map(([x = 0, y = 0]) =>
      Math.exp(-12 * (x * x + y * y)),
    );
    const b: Tensor = { dtype: "float64", shape: [1, 32, 32], data: Float64Array.from(round) };
    const pinned = networkOf([1, 32, 32], { b }, (g, x, p) => g.mul(x, g.add(x, p.b!)));
    const result = await run(on(pinned, blobs(8, 1, 32), "scalar:p"), {
      generators: "tx,ty,rot,scale",
    });
    expect(result.summary).toMatchObject({ dimension: 1, algebra: "so(2)" });
    const coefficients = toFloat64(result.arrays.generators!.tensor);
    expect(Math.abs(coefficients[2]!)).toBeCloseTo(1, 4);
  });

  test("linear maps of the channels, alike at every point: |v|² v turns", async () => {
    const cubic = networkOf([2, 8, 8], {}, (g, v) => g.mul(v, g.sum(g.mul(v, v), [1], true)));
    const result = await run(on(cubic, randomTensor([6, 2, 8, 8], 2), "scalar:a,scalar:b"), {
      candidates: "matrices",
    });
    expect(result.summary).toMatchObject({
      dimension: 1,
      exact: 1,
      algebra: "so(2)",
      generators: [{ formula: expect.stringMatching(/∂/) }],
    });
    expect(result.arrays.generators!.tensor.shape).toEqual([1, 2, 2]);
  });

  test("a mean over space does not move with what is moved", async () => {
    const mean = networkOf([1, 16, 16], {}, (g, x) => g.mean(g.mul(x, x), [2, 3]));
    const result = await run(on(mean, blobs(10, 1, 16), "scalar:p"), { generators: "tx,ty,amp" });
    expect(result.summary).toMatchObject({
      output: "invariant",
      dimension: 2,
      algebra: "translations(2)",
    });
  });

  test("says what does not go together", async () => {
    const still = networkOf([1, 16, 16], {}, (_, x) => x);
    const fields = on(still, blobs(2, 1, 16), "scalar:p");
    await expect(run(fields, { output: "free" })).rejects.toThrow("not for fields");
    await expect(run(fields, { generators: "tw" })).rejects.toThrow("no generator “tw”");
    await expect(run({ ...fields, model: null })).rejects.toThrow("none is given");
  });
});
