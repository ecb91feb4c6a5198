import { describe, expect, test } from "vitest";
import {
  lieDerivative as definition,
  type LieDerivativeParameters,
} from "../../../shared/analyses/lieDerivative";
import { unitGrid } from "../../../shared/fields/spec";
import { defaultsOf } from "../../../shared/parameters";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { positionsOf } from "../../fields/generators/apply";
import type { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import type { AnalysisResult, Network, StatesContext } from "../context";
import {
  contextOf,
  inVariables,
  networkOf,
  never,
  randomTensor,
  type ContextOptions,
} from "../testing";
import { lieDerivative } from "./index";

const run = (
  context: StatesContext,
  params: Partial<LieDerivativeParameters> = {},
): Promise<AnalysisResult> =>
  lieDerivative.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    never,
  );

const read = (result: AnalysisResult, name: string): number[] => [
  ...toFloat64(result.arrays[name]!.tensor),
];

/** Smooth periodic states of a few waves, with a mean of `offset`. */
function waves(n: number, channels: number, size: number, offset = 0): Tensor {
  const coefficients = toFloat64(randomTensor([n * channels * 8], 5));
  const data = Array.from({ length: n * channels }, (_, plane) =>
    positionsOf(unitGrid([size, size])).map(([x = 0, y = 0]) =>
      [0, 1, 2, 3].reduce(
        (sum, k) =>
          sum +
          coefficients[plane * 8 + k]! *
            Math.cos(2 * Math.PI * ((k - 1) * x + (k % 3) * y) + coefficients[plane * 8 + k + 4]!),
        offset,
      ),
    ),
  ).flat();
  return { dtype: "float64", shape: [n, channels, size, size], data: Float64Array.from(data) };
}

const context = (model: Network, input: Tensor, options: Partial<ContextOptions> = {}) => ({
  ...contextOf({ model, input, target: input, ...options }),
  target: null,
});

/** A circular convolution, linear: commutes with every shift. */
const convolution = (g: Builder, x: Value, w: Value): Value =>
  g.conv(g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }), w);

const linear = networkOf([3, 16, 16], { w: randomTensor([3, 3, 3, 3], 1, 0.4) }, (g, x, p) =>
  convolution(g, x, p.w!),
);

/** ε cos 2πx. */
function cosine(epsilon: number): Tensor {
  const values = positionsOf(unitGrid([16, 16])).map(
    ([x = 0]) => epsilon * Math.cos(2 * Math.PI * x),
  );
  return { dtype: "float64", shape: [1, 16, 16], data: Float64Array.from(values) };
}

/** f(x) = x + ε cos 2πx, for states of one channel on 16² points. */
const pinned = (epsilon: number): Network =>
  networkOf([1, 16, 16], { b: cosine(epsilon) }, (g, x, p) => g.add(x, p.b!));

describe("the Lie derivative", () => {
  test("vanishes along shifts for a circular convolution, and not along rotations", async () => {
    const result = await run(context(linear, waves(3, 3, 16), { fields: "scalar:p,vector:v" }));
    const [tx, ty, rot] = [0, 1, 2].map((k) => read(result, "lie_error").slice(3 * k, 3 * k + 3));
    for (const value of [...tx!, ...ty!]) expect(value).toBeLessThan(1e-12);
    for (const value of rot!) expect(value).toBeGreaterThan(0.1);
  });

  test("vanishes for pointwise maps of scalars along every flow as the grid resolves them", async () => {
    const gate = networkOf([1, 64, 64], {}, (g, x) => g.mul(x, g.mul(x, x)));
    const result = await run(context(gate, waves(2, 1, 64, 3), { fields: "scalar:p" }), {
      generators: "tx,ty,rot,scale,shear-x,shear-y,squeeze",
    });
    for (const value of read(result, "lie_error")) expect(value).toBeLessThan(1e-11);
  });

  test("is as large as the symmetry is broken: ε‖∂ₓb‖/‖f‖ for f(x) = x + εb with a field b that stays", async () => {
    const states = waves(2, 1, 16, 1);
    for (const epsilon of [0.1, 0.001]) {
      const result = await run(context(pinned(epsilon), states, { fields: "scalar:p" }), {
        generators: "tx,ty",
      });
      const norms = read(result, "output_norm");
      read(result, "lie_error").forEach((value, i) => {
        // b = cos 2πx on 16² points: ‖∂ₓb‖ = 2π √128; along y it has no slope.
        const wanted = i < 2 ? (epsilon * 2 * Math.PI * Math.sqrt(128)) / norms[i]! : 0;
        expect(value).toBeCloseTo(wanted, 12);
      });
    }
  });

  test("vanishes along rotations for a vector scaled by its length, also in normalised variables", async () => {
    const units = { mean: [1, -0.5], std: [2, 0.5] };
    const gated = (g: Builder, v: Value): Value =>
      g.mul(v, g.add(1, g.sum(g.mul(v, v), [1], true)));
    const row = (values: readonly number[]): Tensor => ({
      dtype: "float64",
      shape: [1, 2, 1, 1],
      data: Float64Array.from(values),
    });
    const plain = networkOf([2, 64, 64], {}, gated);
    const normalised = networkOf(
      [2, 64, 64],
      { mean: row(units.mean), std: row(units.std) },
      (g, x, { mean, std }) => g.div(g.sub(gated(g, g.add(g.mul(x, std!), mean!)), mean!), std!),
    );
    const params = { generators: "rot" };
    const states = waves(2, 2, 64);
    const options = { fields: "vector:v" };
    for (const value of read(await run(context(plain, states, options), params), "lie_error")) {
      expect(value).toBeLessThan(1e-11);
    }
    const physical = context(inVariables(normalised, units), states, options);
    for (const value of read(await run(physical, params), "lie_error")) {
      expect(value).toBeLessThan(1e-11);
    }
    const unaware = await run(context(normalised, states, options), params);
    for (const value of read(unaware, "lie_error")) expect(value).toBeGreaterThan(0.01);
  });

  test("of a boost sees what is not carried: Δt ∂ₓv where nothing moves, and adds up along a rollout", async () => {
    const still = networkOf([2, 16, 16], {}, (_, x) => x);
    const v = waves(1, 2, 16);
    const flow = context(still, v, { fields: "vector:v" });
    const result = await run(flow, { generators: "gx", dt: 0.25, steps: 2 });
    const slope = read(
      await run(flow, { generators: "own", own: "own: flow (1, 0) mix [0,0;0,0] out none" }),
      "lie_error",
    );
    const [one, two] = read(result, "lie_error");
    expect(one).toBeCloseTo(0.25 * slope[0]!, 12);
    expect(two).toBeCloseTo(0.5 * slope[0]!, 12);
  });

  test("on a line takes the one motion that fits, and follows it through the layers", async () => {
    const square = networkOf([1, 32], {}, (g, x) => {
      const half = g.at("/half/Mul", () => g.mul(x, 0.5));
      return g.at("/square/Mul", () => g.mul(half, half));
    });
    const wave = Float64Array.from({ length: 32 }, (_, j) => 2 + Math.cos((2 * Math.PI * j) / 32));
    const line = context(square, { dtype: "float64", shape: [1, 1, 32], data: wave });
    const result = await run(line, { layers: 1 });
    expect(result.summary).toMatchObject({ generators: [{ id: "tx" }], sides: [1] });
    for (const name of ["lie_error", "layer_contribution", "grid_error"]) {
      for (const value of read(result, name)) expect(value).toBeLessThan(1e-5);
    }
  });

  test("of invariants of features is their slope along the motion", async () => {
    const states = randomTensor([3, 2], 8);
    const turn = { generators: "", own: "turn: mix [0, -1; 1, 0] out none" };
    const length = networkOf([2], {}, (g, x) => g.sum(g.mul(x, x), [1], true));
    for (const value of read(await run(context(length, states), turn), "lie_error")) {
      expect(value).toBeLessThan(1e-14);
    }
    const first = networkOf([2], {}, (g, x) =>
      g.slice(g.mul(x, x), [{ axis: 1, start: 0, end: 1 }]),
    );
    const data = states.data as Float64Array;
    read(await run(context(first, states), turn), "lie_error").forEach((value, i) => {
      const [a, b] = [data[2 * i]!, data[2 * i + 1]!];
      expect(value).toBeCloseTo(Math.abs(2 * a * b) / a ** 2, 12);
    });
  });

  test("of a mean over space vanishes: what lies on no grid does not move", async () => {
    const mean = networkOf([1, 16, 16], {}, (g, x) => g.mean(g.mul(x, x), [2, 3]));
    const result = await run(context(mean, waves(2, 1, 16, 1), { fields: "scalar:p" }), {
      generators: "tx",
    });
    for (const value of read(result, "lie_error")) expect(value).toBeLessThan(1e-14);
  });

  test("by layer lies in the layer that breaks the symmetry, and there is the whole of it", async () => {
    const broken = networkOf(
      [1, 16, 16],
      { w: randomTensor([1, 1, 3, 3], 2), v: randomTensor([1, 1, 3, 3], 3), b: cosine(0.3) },
      (g, x, p) => {
        const before = g.at("/first/Conv", () => convolution(g, x, p.w!));
        const middle = g.at("/middle/Add", () => g.add(before, p.b!));
        const skip = g.at("/second/Conv", () => convolution(g, middle, p.v!));
        return g.at("/Add", () => g.add(skip, before));
      },
    );
    const result = await run(context(broken, waves(2, 1, 16, 1), { fields: "scalar:p" }), {
      generators: "tx",
      layers: 2,
    });
    const { names } = result.summary.layers as { names: string[] };
    expect(names).toEqual(["first", "middle", "second", "output"]);
    const parts = read(result, "layer_contribution");
    const whole = read(result, "lie_error");
    [0, 1].forEach((i) => {
      expect(parts[2 + i]).toBeCloseTo(whole[i]!, 10);
      for (const l of [0, 2, 3]) expect(parts[2 * l + i]).toBeLessThan(1e-12);
    });
  });

  test("over a disc does not see what lies outside", async () => {
    const outside = positionsOf(unitGrid([16, 16])).map(([x = 0, y = 0]) =>
      Math.hypot(x, y) > 0.45 ? 0.3 : 0,
    );
    const b: Tensor = { dtype: "float64", shape: [1, 16, 16], data: Float64Array.from(outside) };
    const edge = networkOf([1, 16, 16], { b }, (g, x, p) => g.mul(x, g.add(p.b!, 1)));
    const flow = context(edge, waves(1, 1, 16, 1), { fields: "scalar:p" });
    const own = { generators: "", own: "hold: flow (0*x, 0) mix [0] shift (1) out-shift (1)" };
    expect(read(await run(flow, own), "lie_error")[0]).toBeGreaterThan(0.01);
    expect(read(await run(flow, { ...own, disc: 0.8 }), "lie_error")[0]).toBeLessThan(1e-14);
  });

  test("says which motions the box itself breaks", async () => {
    const still = networkOf([1, 16, 16], {}, (_, x) => x);
    const flow = context(still, waves(1, 1, 16), { fields: "scalar:p" });
    const notices = async (periodic: boolean, disc: number, own = ""): Promise<string> => {
      const where = { ...flow, grid: { ...unitGrid([16, 16]), periodic: [periodic, true] } };
      const told = { ...where, notices: [] as string[] };
      await run(told, own === "" ? { disc } : { generators: "", own, disc });
      return told.notices.join(" ");
    };
    expect(await notices(true, 0)).toContain("periodic box itself breaks rotation:");
    expect(await notices(true, 0)).not.toContain("walls");
    expect(await notices(false, 0)).toContain("The walls break translation along x");
    expect(await notices(false, 0.5)).not.toMatch(/walls|itself breaks/);
    expect(await notices(true, 0, "swirl: flow (-sin(2*pi*y), sin(2*pi*x))")).not.toMatch("itself");
    expect(await notices(true, 0, "turn: flow (-y, x)")).toContain("itself breaks turn:");
  });

  test("does not take float32's spelling of a constant for a broken symmetry", async () => {
    const resolved = async (by: number): Promise<unknown> => {
      const dt: Tensor = { dtype: "float32", shape: [1, 1], data: Float32Array.of(0.1 + by) };
      const drift = networkOf([4], { dt }, (g, x, p) => {
        const [q, v] = [0, 2].map((start) => g.slice(x, [{ axis: 1, start, end: start + 2 }]));
        return g.concat([g.add(q!, g.mul(v!, p.dt!)), v!], 1);
      });
      const place = { ...context(drift, randomTensor([4, 4], 3)), grid: null, fields: null };
      const { summary } = await run(place, {
        ...{ generators: "", own: "boost: shift (0, 0, 1, 2) out-shift (0.1, 0.2, 1, 2)" },
      });
      return (summary.generators as { resolved: boolean }[])[0]!.resolved;
    };
    // The nearest to 0.1 is 0.100000001490…; what is a thousand times as far off is no spelling.
    expect(await resolved(0)).toBe(false);
    expect(await resolved(1e-6)).toBe(true);
  });

  test("says in its summary what the grid resolves, and what was recomputed", async () => {
    const rough = networkOf([1, 16, 16], {}, (g, x) => g.relu(x));
    const result = await run(
      context(rough, randomTensor([4, 1, 16, 16], 4), { fields: "scalar:p" }),
      { generators: "tx,amp", verify: 3 },
    );
    expect(result.summary).toMatchObject({
      generators: [
        { id: "tx", resolved: false, flow: ["1", "0"] },
        { id: "amp", resolved: false, grid_error: { median: 0 }, lie_error: { median: 0 } },
      ],
      verified: { entries: 3, largest: 0 },
    });
  });

  test("takes the grid's own error at the size of the network's aliasing, where shifts tell", async () => {
    const weights = { w: randomTensor([3, 3, 3, 3], 1, 0.4) };
    /** A small step through a nonlinearity; `at` makes it depend on the place. */
    const step = (at: number): Network =>
      networkOf([3, 16, 16], { ...weights, b: cosine(at) }, (g, x, p) =>
        g.add(x, g.mul(g.tanh(convolution(g, g.mul(x, g.add(p.b!, 1)), p.w!)), 0.05)),
      );
    const shown = async (model: Network): Promise<{ grid: number; told: string; rot: unknown }> => {
      const flow = context(model, waves(3, 3, 16), { fields: "scalar:p,vector:v" });
      const told = { ...flow, notices: [] as string[] };
      const { summary } = await run(told, { generators: "tx,ty,rot" });
      const [, , rot] = summary.generators as {
        grid_error: { median: number };
        resolved: boolean;
      }[];
      return { grid: rot!.grid_error.median, told: told.notices.join(" "), rot: rot!.resolved };
    };
    const [commuting, pinnedDown] = [await shown(step(0)), await shown(step(0.5))];
    expect(commuting.told).toContain("commutes with shifts by one cell");
    expect(pinnedDown.told).not.toContain("commutes with shifts");
    expect(commuting.grid).toBeLessThan(pinnedDown.grid / 4);
    expect(commuting.rot).toBe(true);
  });

  test("stops when it is told to, and refuses a rollout of what is no step", async () => {
    const stop = new AbortController();
    stop.abort();
    const flow = context(linear, waves(1, 3, 16), { fields: "scalar:p,vector:v" });
    const params = defaultsOf(definition.parameters);
    await expect(lieDerivative.compute(flow, params, () => undefined, stop.signal)).rejects.toThrow(
      "abort",
    );
    const mean = networkOf([1, 16, 16], {}, (g, x) => g.mean(x, [2, 3]));
    await expect(
      run(context(mean, waves(1, 1, 16), { fields: "scalar:p" }), { generators: "tx", steps: 2 }),
    ).rejects.toThrow("no next state");
    // Before anything runs, too.
    const asked = { ...params, generators: "tx", steps: 2 };
    expect(() => lieDerivative.fits!(flow, [1, 16, 16], [1], asked)).toThrow("no next state");
  });
});
