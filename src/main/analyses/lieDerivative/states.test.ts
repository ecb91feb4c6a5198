/** Lie derivatives of states of particles, of data alone, and what stands beside them, where the answers are known. */
import { describe, expect, test } from "vitest";
import {
  lieDerivative as definition,
  type LieDerivativeParameters,
} from "../../../shared/analyses/lieDerivative";
import { defaultsOf } from "../../../shared/parameters";
import { normals, randomFrom } from "../../../shared/random";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import type { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import { createOnnxRuntimeExecutor } from "../../runtime/onnxruntime/executor";
import type { AnalysisResult, DataContext, Network } from "../context";
import { contextOf, networkOf, never, randomTensor } from "../testing";
import { lieDerivative } from "./index";

const run = (
  context: DataContext,
  params: Partial<LieDerivativeParameters> = {},
): Promise<AnalysisResult> =>
  lieDerivative.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    never,
  );

const on = (model: Network, input: Tensor, more: Partial<DataContext> = {}): DataContext => ({
  ...contextOf({ model, input, target: input }),
  target: null,
  grid: null,
  notices: [],
  ...more,
});

/** Of each generator by its name, the largest over the samples. */
function worst(result: AnalysisResult, name = "lie_error"): Record<string, number> {
  const { tensor } = result.arrays[name]!;
  const values = toFloat64(tensor);
  const n = values.length / tensor.shape[0]!;
  const { generators } = result.summary as { generators: { id: string }[] };
  return Object.fromEntries(
    generators.map(({ id }, k) => [
      id,
      Math.max(...values.subarray(k * n, (k + 1) * n).filter((value) => !Number.isNaN(value))),
    ]),
  );
}

const part = (g: Builder, x: Value, axis: number, start: number, end: number): Value =>
  g.slice(x, [{ axis, start, end }]);

/** Vector field of particles [P, (q, v)] that fall towards their centre and along `gravity`; rates (v, a). */
function swarm(particles: number, n: number, gravity: readonly number[] | null, anisotropy = 0) {
  const stretch: Tensor = {
    dtype: "float64",
    shape: [1, 1, n],
    data: Float64Array.from({ length: n }, (_, i) => 1 + (i === 0 ? anisotropy : 0)),
  };
  const down: Tensor = {
    dtype: "float64",
    shape: [1, 1, n],
    data: Float64Array.from(gravity ?? new Array<number>(n).fill(0)),
  };
  return networkOf([particles, 2 * n], { stretch, down }, (g, x, p) => {
    const q = part(g, x, 2, 0, n);
    const v = part(g, x, 2, n, 2 * n);
    const r = g.sub(q, g.mean(q, [1], true));
    const near = g.node("Tanh", [g.sum(g.mul(r, r), [2], true)])[0]!;
    const a = g.add(g.neg(g.mul(p.stretch!, g.mul(near, r))), p.down!);
    return g.concat([v, a], 2);
  });
}

const split = { split: "4x(q:3,v:3)", prediction: "rate" };
const states = randomTensor([12, 4, 6], 5);
/** Rounding in float64 of a few sums. */
const EXACT = 1e-13;

describe("on particles", () => {
  test("a swarm without gravity has all of Galilei's motions, and is symmetric in its particles", async () => {
    const result = await run(on(swarm(4, 3, null), states), { ...split, generators: "galilei" });
    expect(Object.keys(worst(result))).toEqual([
      ...["tx", "ty", "tz", "rot-xy", "rot-yz", "rot-zx", "gx", "gy", "gz"],
    ]);
    for (const value of Object.values(worst(result))) expect(value).toBeLessThan(EXACT);
    const exchanges = toFloat64(result.arrays.exchange_error!.tensor);
    expect(exchanges).toHaveLength(3 * 12);
    for (const value of exchanges) expect(value).toBeLessThan(EXACT);
  });

  test("gravity along z leaves the shifts and the turns about z", async () => {
    const result = await run(on(swarm(4, 3, [0, 0, -2]), states), { ...split, generators: "se" });
    const { tx, ty, tz, "rot-xy": about, ...tilts } = worst(result);
    for (const value of [tx, ty, tz, about]) expect(value).toBeLessThan(EXACT);
    for (const value of Object.values(tilts)) expect(value).toBeGreaterThan(0.1);
  });

  test("a broken turn is broken in proportion to what breaks it", async () => {
    const broken = async (epsilon: number): Promise<number> =>
      worst(
        await run(on(swarm(4, 2, null, epsilon), randomTensor([5, 4, 4], 2)), {
          split: "4x(q:2,v:2)",
          prediction: "rate",
          generators: "rot",
        }),
      ).rot!;
    const [small, smaller] = [await broken(1e-3), await broken(1e-4)];
    expect(small).toBeGreaterThan(1e-5);
    expect(small / smaller).toBeCloseTo(10, 1);
  });

  test("a step is boosted with its time, and the values tell a step from a rate", async () => {
    const drift = networkOf([2, 4], {}, (g, x) =>
      g.concat(
        [g.add(part(g, x, 2, 0, 2), g.mul(part(g, x, 2, 2, 4), 0.25)), part(g, x, 2, 2, 4)],
        2,
      ),
    );
    const context = on(drift, randomTensor([6, 2, 4], 3), { notices: [] });
    const params = { split: "2x(q:2,v:2)", generators: "galilei", dt: 0.25 };
    const result = await run(context, params);
    expect(result.summary).toMatchObject({ prediction: "state", particles: 2 });
    expect(context.notices.join(" ")).toContain("later states");
    for (const value of Object.values(worst(result))) expect(value).toBeLessThan(EXACT);
    const wrong = worst(await run(on(drift, context.input), { ...params, dt: 0.5 }));
    expect(wrong.tx).toBeLessThan(EXACT);
    expect(wrong.gx).toBeGreaterThan(0.05);
    // Along a rollout the boost has drifted for three times as long.
    const rolled = await run(on(drift, context.input), { ...params, steps: 3 });
    for (const value of toFloat64(rolled.arrays.lie_error!.tensor)) {
      expect(value).toBeLessThan(EXACT);
    }
  });

  test("oscillators have all of U(3), and unequal ones only their own turns", async () => {
    const oscillators = (rates: readonly number[]): Network =>
      networkOf(
        [6],
        { w: { dtype: "float64", shape: [1, 3], data: Float64Array.from(rates) } },
        (g, x, p) =>
          g.concat([g.mul(part(g, x, 1, 3, 6), p.w!), g.neg(g.mul(part(g, x, 1, 0, 3), p.w!))], 1),
      );
    const params = { split: "q:3,p:3", generators: "u", prediction: "rate" };
    const input = randomTensor([8, 6], 4);
    const equal = worst(await run(on(oscillators([1, 1, 1]), input), params));
    expect(Object.keys(equal)).toHaveLength(9);
    for (const value of Object.values(equal)) expect(value).toBeLessThan(EXACT);
    const unequal = worst(await run(on(oscillators([1, 1, 2]), input), params));
    for (const id of ["u-x", "u-y", "u-z", "u-xy", "rot-xy"]) {
      expect(unequal[id]).toBeLessThan(EXACT);
    }
    for (const id of ["u-yz", "u-zx", "rot-yz"]) expect(unequal[id]).toBeGreaterThan(0.1);
  });

  test("forces turn with the states that they are made from, and energies stay", async () => {
    const forces = networkOf([3, 2], {}, (g, q) => g.sub(q, g.mean(q, [1], true)));
    const flat = networkOf([3, 2], {}, (g, q) => {
      const r = g.sub(q, g.mean(q, [1], true));
      return g.sum(g.mul(r, r), [1, 2]);
    });
    const input = randomTensor([5, 3, 2], 6);
    for (const [model, params] of [
      [forces, { "output-split": "3x(force:2)" }],
      [flat, {}],
    ] as const) {
      const result = await run(on(model, input), { split: "3x(q:2)", ...params });
      expect(Object.keys(worst(result))).toEqual(["tx", "ty", "rot"]);
      for (const value of Object.values(worst(result))) expect(value).toBeLessThan(EXACT);
    }
  });

  test("one's own field is judged as its matrix is, and a bent one by its slope", async () => {
    const square = networkOf([2], {}, (g, x) => g.mul(x, x));
    const positive = randomTensor([4, 2], 7);
    const input: Tensor = { ...positive, data: toFloat64(positive).map(Math.abs) as Float64Array };
    const result = await run(on(square, input), {
      generators: "",
      // y = x² grows twice as fast as x; of dx/ds = x² by 2x·x² = 2y^{3/2}.
      own: "grow: field (x1, x2) out-field (2*x1, 2*x2); bend: field (x1^2, x2^2) out-field (2*x1^1.5, 2*x2^1.5); wrong: field (x1, x2)",
      prediction: "state",
    });
    const { grow, bend, wrong } = worst(result);
    expect(grow).toBeLessThan(EXACT);
    expect(bend).toBeLessThan(EXACT);
    // ‖2y − y‖/‖y‖
    expect(wrong).toBeCloseTo(1, 12);
  });

  test("finite motions agree with the derivative at small s, and vanish with it", async () => {
    const model = swarm(4, 3, [0, 0, -2]);
    const params = { ...split, generators: "se", finite: 1e-3 };
    const result = await run(on(model, states), params);
    const [slope, moved] = [worst(result), worst(result, "finite_error")];
    // How rates move is a difference of moved states, which loses digits to its step of 1e-4.
    for (const id of ["tx", "ty", "tz", "rot-xy"]) expect(moved[id]).toBeLessThan(1e-11);
    for (const id of ["rot-yz", "rot-zx"]) {
      expect(moved[id]! / 1e-3 / slope[id]!).toBeCloseTo(1, 2);
    }
    const far = worst(await run(on(model, states), { ...params, finite: 2 }), "finite_error");
    expect(far["rot-xy"]).toBeLessThan(1e-11);
    expect(far["rot-yz"]).toBeGreaterThan(0.1);
  });

  test("a particle that is not like the others shows in its exchanges alone", async () => {
    const mass: Tensor = {
      dtype: "float64",
      shape: [1, 3, 1],
      data: Float64Array.from([1, 1, 3]),
    };
    const model = networkOf([3, 2], { mass }, (g, q, p) =>
      g.mul(g.sub(q, g.mean(q, [1], true)), p.mass!),
    );
    const result = await run(on(model, randomTensor([6, 3, 2], 9)), {
      split: "3x(q:2)",
      "output-split": "3x(force:2)",
    });
    const [first, second] = [0, 1].map((pair) =>
      Math.max(...toFloat64(result.arrays.exchange_error!.tensor).subarray(6 * pair, 6 * pair + 6)),
    );
    expect(first).toBeLessThan(EXACT);
    expect(second).toBeGreaterThan(0.1);
    expect(result.summary).toMatchObject({ exchanges: [{ id: "1↔2" }, { id: "2↔3" }] });
  });

  test("checkpoints are measured as the network itself, in their order, and others are refused", async () => {
    const strengths = [2, 1, 0.5];
    const pull = (gravity: number): Network => swarm(4, 3, [0, 0, -gravity]);
    const checkpoints = strengths.map((gravity) => ({
      name: `g-${gravity}`,
      open: () => Promise.resolve(pull(gravity)),
    }));
    const params = { ...split, generators: "tx,rot-yz" };
    const result = await run(on(pull(2), states, { checkpoints }), params);
    const { tensor, axes } = result.arrays.checkpoint_error!;
    expect(tensor.shape).toEqual([3, 2, 12]);
    expect(axes).toEqual(["checkpoint", "generator", "sample"]);
    const all = toFloat64(tensor);
    expect([...all.subarray(0, 24)]).toEqual([...toFloat64(result.arrays.lie_error!.tensor)]);
    const tilts = [0, 1, 2].map((c) => all[c * 24 + 12]!);
    expect(tilts[0]).toBeGreaterThan(tilts[1]!);
    expect(tilts[1]).toBeGreaterThan(tilts[2]!);
    expect(result.summary.checkpoints).toMatchObject([{ name: "g-2" }, { name: "g-1" }, {}]);
    const other = { name: "other", open: () => Promise.resolve(swarm(3, 3, null)) };
    await expect(run(on(pull(2), states, { checkpoints: [other] }), params)).rejects.toThrow(
      "The checkpoint other maps [3, 6] to [3, 6], but the run’s network maps [4, 6]",
    );
  });

  test("numbers that nobody named are refused with the way out", async () => {
    await expect(run(on(swarm(4, 3, null), states), {})).rejects.toThrow("nothing says which");
    await expect(
      run(on(swarm(4, 3, null), states), { split: "4x6", generators: "gx" }),
    ).rejects.toThrow("“gx”");
    await expect(
      run(on(swarm(4, 3, null), states), { split: "4x(q:3,s:3)", generators: "gx" }),
    ).rejects.toThrow("no velocities or momenta");
    await expect(
      run(on(swarm(4, 3, null), states), { ...split, generators: "", own: "k: field (q1, z9)" }),
    ).rejects.toThrow("but a particle has 6");
    await expect(
      run(on(swarm(4, 3, null), states), {
        ...split,
        generators: "",
        own: "k: field (q1, z9, 0, 0, 0, 0)",
      }),
    ).rejects.toThrow("speaks of z9");
  });
});

describe("what rounding leaves", () => {
  const model = swarm(4, 3, null);

  test("in float32 is what the symmetric motions show, and bounds them", async () => {
    const executor = createOnnxRuntimeExecutor();
    const single: Tensor = {
      dtype: "float32",
      shape: states.shape,
      data: Float32Array.from(toFloat64(states)),
    };
    const result = await run(on(model, single, { executor }), { ...split, generators: "se,amp" });
    await executor.dispose();
    const floor = toFloat64(result.arrays.rounding!.tensor);
    const errors = worst(result);
    const { generators } = result.summary as {
      generators: { id: string; bound: string | null; resolved: boolean }[];
    };
    generators.forEach(({ id, bound, resolved }, k) => {
      expect(floor[k], id).toBeLessThan(1e-5);
      if (id === "amp") return expect({ bound, resolved }).toEqual({ bound: null, resolved: true });
      // Rounding differs between samples by a few times.
      expect(errors[id], id).toBeLessThan(10 * Math.max(floor[k]!, 1e-8));
    });
    expect(result.summary.rounding).toMatchObject({ by: "float64" });
  });

  test("in float64 is found by a second evaluation, and not below what float32 leaves of constants", async () => {
    // Whatever the data's own precision.
    const single = Float32Array.from(toFloat64(states));
    const input: Tensor = { dtype: "float32", shape: states.shape, data: single };
    const result = await run(on(model, input), { ...split, generators: "amp" });
    const [floor] = toFloat64(result.arrays.rounding!.tensor);
    // Some times 2⁻²⁴: both terms are as large as the prediction, more or less.
    expect(floor).toBeGreaterThan(1e-8);
    expect(floor).toBeLessThan(1e-6);
    expect(result.summary.rounding).toMatchObject({ by: "a second evaluation" });
  });

  test("is as small as float64 is where the network holds no number of its own", async () => {
    const cube = networkOf([4, 6], {}, (g, x) => g.mul(g.mul(x!, x!), x!));
    const single = Float32Array.from(toFloat64(states));
    const input: Tensor = { dtype: "float32", shape: states.shape, data: single };
    const result = await run(on(cube, input), { ...split, generators: "amp" });
    const [floor] = toFloat64(result.arrays.rounding!.tensor);
    expect(floor).toBeGreaterThan(1e-18);
    expect(floor).toBeLessThan(1e-14);
    expect(result.summary.rounding).toMatchObject({ by: "a second evaluation" });
  });
});

describe("of data alone", () => {
  /** Exact trajectories of a plane oscillator about the origin, unequal along its axes by ε. */
  function orbits(epsilon: number): DataContext {
    const [trajectories, times, dt] = [40, 10, 0.05];
    const start = normals(randomFrom(3), trajectories * 4);
    const rates = [1, 1 + epsilon];
    const at = (trajectory: number, time: number): number[] => {
      const [a, b, c, d] = start.subarray(4 * trajectory, 4 * trajectory + 4);
      return [
        ...[a!, b!].map(
          (q, i) =>
            q * Math.cos(rates[i]! * time) +
            ([c!, d!][i]! / rates[i]!) * Math.sin(rates[i]! * time),
        ),
        ...[a!, b!].map(
          (q, i) =>
            [c!, d!][i]! * Math.cos(rates[i]! * time) - q * rates[i]! * Math.sin(rates[i]! * time),
        ),
      ];
    };
    const samples = Array.from({ length: trajectories * (times - 1) }, (_, index) => ({
      index,
      trajectory: Math.floor(index / (times - 1)),
      time: index % (times - 1),
    }));
    const after = (positions: readonly number[], steps: number): Tensor => ({
      dtype: "float64",
      shape: [positions.length, 4],
      data: Float64Array.from(
        positions.flatMap((position) => {
          const { trajectory, time } = samples[position]!;
          return time + steps < times
            ? at(trajectory, (time + steps) * dt)
            : new Array<number>(4).fill(NaN);
        }),
      ),
    });
    const all = samples.map((_, k) => k);
    const context = contextOf({
      model: networkOf([4], {}, (_, x) => x),
      input: after(all, 0),
      target: after(all, 1),
      samples,
    });
    return {
      ...context,
      model: null,
      grid: null,
      dt,
      later: (positions, steps) => Promise.resolve(after(positions, steps)),
    };
  }

  test("an oscillator's turn is found whole, and broken by as much as it is", async () => {
    const params = { split: "q:2,v:2", generators: "rot,tx", degree: 2 };
    const whole = await run(orbits(0), params);
    const { rot, tx } = worst(whole);
    // Central differences of order 8 at Δt = 0.05 and a linear fit: 1e-10.
    expect(rot).toBeLessThan(1e-7);
    expect(tx).toBeGreaterThan(0.1);
    expect(whole.summary).toMatchObject({
      generators: [
        { id: "rot", bound: "fit_error", resolved: false },
        { id: "tx", bound: null, resolved: true },
      ],
      prediction: "rate",
      data: { samples: expect.any(Number) },
    });
    expect(whole.executor).toBe("float64");
    // a = −ω²q: ‖L f‖ = |1 − (1 + ε)²|·‖q‖, of ‖(v, a)‖.
    const broken = worst(await run(orbits(0.1), params)).rot!;
    expect(broken).toBeGreaterThan(0.02);
    expect(broken).toBeLessThan(0.22);
  });

  test("stands beside a network in the same measure", async () => {
    const data = orbits(0);
    const model = networkOf([4], {}, (g, x) =>
      g.concat([part(g, x, 1, 2, 4), g.neg(part(g, x, 1, 0, 2))], 1),
    );
    const result = await run(
      { ...data, model },
      { split: "q:2,v:2", generators: "rot,tx", prediction: "rate", "with-data": true, degree: 2 },
    );
    const [own, beside] = [worst(result), toFloat64(result.arrays.data_error!.tensor)];
    const n = beside.length / 2;
    expect(own.rot).toBeLessThan(EXACT);
    const known = [...beside.keys()].filter((k) => k >= n && Number.isFinite(beside[k]!));
    const errors = toFloat64(result.arrays.lie_error!.tensor);
    // The data's rates hold at the middle of their stencil, four steps of 0.05 on.
    for (const k of known) expect(Math.abs(beside[k]! - errors[k]!)).toBeLessThan(0.5 * errors[k]!);
    expect(known.length).toBeGreaterThan(30);
  });

  test("states alone are refused, and so are too few", async () => {
    const data = orbits(0);
    const params = { split: "q:2,v:2", generators: "rot" };
    const { later: _, ...alone } = data;
    await expect(run({ ...alone, target: null }, params)).rejects.toThrow("states alone");
    const few = data.samples.slice(0, 2);
    const first = (tensor: Tensor): Tensor => ({
      dtype: "float64",
      shape: [2, 4],
      data: Float64Array.from(toFloat64(tensor).subarray(0, 8)),
    });
    await expect(
      run(
        { ...alone, samples: few, input: first(data.input), target: first(data.target!) },
        params,
      ),
    ).rejects.toThrow("too few");
  });
});
