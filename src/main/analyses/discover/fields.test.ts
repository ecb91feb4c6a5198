import { describe, expect, test } from "vitest";
import { discover as definition, type DiscoverParameters } from "../../../shared/analyses/discover";
import { parseFieldSpec, unitGrid } from "../../../shared/fields/spec";
import { defaultsOf } from "../../../shared/parameters";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { positionsOf } from "../../fields/generators/apply";
import type { AnalysisResult, DataContext, Network } from "../context";
import { contextOf, inVariables, networkOf, never, randomTensor } from "../testing";
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

  test("a map without a direction in a volume has se(3)", async () => {
    const size = 16;
    const grid = unitGrid([size, size, size]);
    const random = toFloat64(randomTensor([9 * 4 * 4], 3));
    const data = Array.from({ length: 9 * 4 }, (_, field) => {
      const [a, b, c, d] = random.subarray(4 * field, 4 * field + 4);
      return positionsOf(grid).map(([x = 0, y = 0, z = 0]) => {
        const r2 = (x - 0.04 * a!) ** 2 + (y - 0.04 * b!) ** 2 + (z - 0.04 * c!) ** 2;
        return 0.5 * d! * Math.exp(-r2 / 0.025);
      });
    }).flat();
    const shape = [4, size, size, size];
    const flow = networkOf(shape, {}, (g, x) => {
      const [rho, v] = [
        g.slice(x, [{ axis: 1, end: 1 }]),
        g.slice(x, [{ axis: 1, start: 1, end: 4 }]),
      ];
      return g.concat([g.add(rho, g.sum(g.mul(v, v), [1], true)), g.add(v, g.mul(v, rho))], 1);
    });
    const fields = parseFieldSpec("scalar:rho,vector:v", 3);
    const input: Tensor = { dtype: "float64", shape: [9, ...shape], data: Float64Array.from(data) };
    const context = contextOf({ model: flow, input, target: input });
    const { summary } = await run(
      { ...context, target: null, grid, fields, outputFields: fields },
      { generators: "tx,ty,tz,rot,amp" },
    );
    expect(summary).toMatchObject({
      names: ["tx", "ty", "tz", "rot-xy", "rot-yz", "rot-zx", "amp"],
      dimension: 6,
      algebra: "se(3)",
    });
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

  test("finds the weight of a predicted field along: of the square of an amplitude twice the field", async () => {
    // Two channels to one: p = |v|² ρ-weighted, whose kind nobody states.
    const pressure = networkOf([2, 40, 40], {}, (g, v) => g.sum(g.mul(v, v), [1], true));
    const data = on(pressure, blobs(8, 2, 40), "vector:v");
    const result = await run({ ...data, outputFields: null }, { generators: "tx,ty,rot,amp" });
    expect(result.summary).toMatchObject({ output: "free", dimension: 4 });
    const coefficients = toFloat64(result.arrays.generators!.tensor);
    const actions = toFloat64(result.arrays.output_generators!.tensor);
    expect(result.arrays.output_generators!.tensor.shape).toEqual([4, 1, 2]);
    for (let k = 0; k < 4; k++) {
      // A scalar: only the amplitude does anything to it beside the flow.
      expect(actions[2 * k]!).toBeCloseTo(2 * coefficients[4 * k + 3]!, 6);
      expect(actions[2 * k + 1]!).toBeCloseTo(0, 6);
    }
  });

  test("finds along that a predicted vector turns and a scalar does not", async () => {
    // (−v₂, v₁)·|v|² and |v|²: as fields of their own, not told to be a vector and a scalar.
    const mixed = networkOf([2, 48, 48], {}, (g, v) => {
      const square = g.sum(g.mul(v, v), [1], true);
      return g.concat([g.mul(v, square), square], 1);
    });
    const data = { ...on(mixed, blobs(8, 2, 48), "vector:v"), outputFields: null };
    const result = await run(data, { generators: "rot" });
    expect(result.summary).toMatchObject({ dimension: 1, algebra: "so(2)" });
    const sign = Math.sign(toFloat64(result.arrays.generators!.tensor)[0]!);
    const action = [...toFloat64(result.arrays.output_generators!.tensor)].map((a) => a * sign);
    [0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0].forEach((wanted, k) => {
      expect(action[k]).toBeCloseTo(wanted, 6);
    });
    // With its fields stated they move by their kinds, and nothing need be found.
    const stated = await run(
      { ...data, outputFields: parseFieldSpec("vector:w,scalar:p") },
      { generators: "rot" },
    );
    expect(stated.summary).toMatchObject({ output: "same", prediction: "rate", dimension: 1 });
    expect(stated.arrays.output_generators).toBeUndefined();
  });

  test("finds an action along in the data’s variables where the network has its own", async () => {
    const square = networkOf([1, 16, 16], {}, (g, x) => {
      const u = g.add(g.mul(x, 2), 3);
      return g.div(g.sub(g.mul(u, u), 3), 2);
    });
    const model = inVariables(square, { mean: [3], std: [2] });
    const result = await run(on(model, blobs(6, 1, 16), "scalar:u"), {
      generators: "amp",
      output: "free",
    });
    expect(result.summary).toMatchObject({ dimension: 1, exact: 1 });
    const [a, c] = toFloat64(result.arrays.output_generators!.tensor);
    // (u²)˙ = 2 u² where u̇ = u.
    expect(Math.abs(a!)).toBeCloseTo(2, 6);
    expect(c).toBeCloseTo(0, 5);
  });

  test("draws the grid's own error beside each direction, smaller the finer the grid", async () => {
    const floors = await Promise.all(
      [24, 48].map(async (size) => {
        const gate = networkOf([1, size, size], {}, (g, x) => g.mul(x, g.add(1, g.mul(x, x))));
        const { arrays } = await run(on(gate, blobs(6, 1, size), "scalar:p"), {
          generators: "tx,ty",
        });
        return toFloat64(arrays.singular_values_grid!.tensor);
      }),
    );
    for (const k of [0, 1]) {
      expect(floors[0]![k]).toBeGreaterThan(0.001);
      expect(floors[1]![k]! / floors[0]![k]!).toBeLessThan(0.3);
    }
  });

  test("counts what only the grid breaks among the symmetries, beside one that is exact", async () => {
    // Too coarse for these blobs: the amplitude is exact, the flows are off by some per cent.
    const square = networkOf([1, 24, 24], {}, (g, x) => g.mul(x, x));
    const result = await run(on(square, blobs(8, 1, 24), "scalar:p"), {
      generators: "tx,ty,amp",
      output: "free",
    });
    expect(result.summary).toMatchObject({ dimension: 3, exact: 1 });
    const generators = result.summary.generators as { resolved: boolean; grid_error: number }[];
    expect(generators.filter(({ resolved }) => !resolved)).toHaveLength(2);
  });

  test("scales the grid's own error to the aliasing of a network that commutes with whole cells", async () => {
    // On white noise all of a translation's defect is aliasing.
    const square = networkOf([1, 16, 16], {}, (g, x) => g.mul(x, x));
    const states = on(square, randomTensor([8, 1, 16, 16], 3), "scalar:p");
    const { arrays, summary } = await run(states, { generators: "tx,ty", output: "free" });
    const [defects, limits] = ["singular_values", "singular_values_grid"].map((name) =>
      toFloat64(arrays[name]!.tensor),
    );
    expect(Math.max(...limits!) / Math.max(...defects!)).toBeCloseTo(1, 1);
    expect(summary.dimension).toBe(0);
  });

  test("says what does not go together", async () => {
    const still = networkOf([1, 16, 16], {}, (_, x) => x);
    const fields = on(still, blobs(2, 1, 16), "scalar:p");
    const flat = networkOf([1, 16, 16], {}, (g, x) => g.reshape(x, [1, 256]));
    const numbers = on(flat, blobs(2, 1, 16), "scalar:p");
    await expect(run(numbers, { output: "free" })).rejects.toThrow("too many");
    await expect(run(fields, { generators: "tw" })).rejects.toThrow("no generator “tw”");
    await expect(run({ ...fields, model: null })).rejects.toThrow("none is given");
  });
});
