import { describe, expect, test } from "vitest";
import {
  conservation as definition,
  type ConservationParameters,
} from "../../../shared/analyses/conservation";
import { unitGrid } from "../../../shared/fields/spec";
import { defaultsOf } from "../../../shared/parameters";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { positionsOf } from "../../fields/generators/apply";
import type { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import { createReferenceExecutor } from "../../runtime/reference";
import type { AnalysisResult, Network, StatesContext } from "../context";
import { sampleNetwork } from "../network";
import { Predictions } from "../predictions";
import { contextOf, inVariables, networkOf, never, randomTensor } from "../testing";
import { conservation } from "./index";
import { repaired } from "./repair";

const size = 16;

/** Smooth periodic states about an offset that differs from sample to sample. */
function waves(n: number, channels: number): Tensor {
  const c = toFloat64(randomTensor([n * channels * 8], 5));
  const data = Array.from({ length: n * channels }, (_, plane) =>
    positionsOf(unitGrid([size, size])).map(([x = 0, y = 0]) =>
      [0, 1, 2, 3].reduce(
        (sum, k) =>
          sum +
          0.3 *
            c[plane * 8 + k]! *
            Math.cos(2 * Math.PI * ((k - 1) * x + (k % 3) * y) + c[plane * 8 + k + 4]!),
        1 + 0.3 * c[plane * 8]!,
      ),
    ),
  ).flat();
  return { dtype: "float64", shape: [n, channels, size, size], data: Float64Array.from(data) };
}

const shifted = (g: Builder, x: Value): Value =>
  g.slice(g.pad(x, [0, 0, 0, 1, 0, 0, 0, 0], { mode: "wrap" }), [{ axis: 3, end: size }]);

const network = (build: (g: Builder, x: Value) => Value, channels = 1): Network =>
  networkOf([channels, size, size], { unused: randomTensor([1], 1) }, (g, x) => build(g, x));

/** Moves everything by a point a step: keeps every integral. */
const shift = network(shifted);
/** What is left after a step: a number that single precision holds. */
const LEFT = 63 / 64;
const leak = network((g, x) => g.mul(shifted(g, x), LEFT));
/** Wrong in the mean, the size and the shape, but not by much. */
const wrong = (channels: number): Network =>
  network((g, x) => {
    const moved = shifted(g, x);
    return g.add(g.mul(moved, 0.97), g.add(g.mul(g.mul(moved, moved), 0.01), 0.005));
  }, channels);

/** Data that the shift makes exactly. */
function shiftData(input: Tensor): StatesContext["later"] {
  const values = toFloat64(input);
  const channels = input.shape[1]!;
  return (positions, k) => {
    const one = channels * size * size;
    const data = new Float64Array(positions.length * one);
    positions.forEach((position, row) => {
      for (let i = 0; i < one; i++) {
        const x = i % size;
        data[row * one + i] = values[position * one + i - x + ((x - k + size * k) % size)]!;
      }
    });
    return Promise.resolve({
      dtype: "float64",
      shape: [positions.length, ...input.shape.slice(1)],
      data,
    });
  };
}

const context = (model: Network, input: Tensor, fields: string | null): StatesContext => ({
  ...contextOf({ model, input, target: input, fields }),
  target: null,
  later: shiftData(input)!,
});

const run = (
  place: StatesContext,
  params: Partial<ConservationParameters> = {},
): Promise<AnalysisResult> =>
  conservation.compute(
    place,
    { ...defaultsOf(definition.parameters), steps: 8, increments: 8, ...params },
    () => undefined,
    never,
  );

const read = (result: AnalysisResult, name: string): Float64Array =>
  toFloat64(result.arrays[name]!.tensor);

interface QuantitySummary {
  id: string;
  drift: { median: number };
  slope: { median: number };
  exponent: number;
  against?: { rollouts: number; first: number | null };
  increments: { model: { bias: number; noise: number } };
}
const quantities = (result: AnalysisResult): QuantitySummary[] =>
  result.summary.quantities as QuantitySummary[];

describe("a rollout", () => {
  test("of a shift keeps every integral to rounding and is the data", async () => {
    const result = await run(context(network(shifted, 3), waves(3, 3), "density:rho,vector:v"));
    const ids = quantities(result).map(({ id }) => id);
    expect(ids).toEqual(["mass", "momentum.x", "momentum.y", "energy", "circulation", "enstrophy"]);
    for (const { drift } of quantities(result)) expect(drift.median).toBeLessThan(1e-13);
    expect(Math.max(...read(result, "error"))).toBeLessThan(1e-14);
    expect(result.arrays["value"]!.tensor.shape).toEqual([6, 3, 9]);
    expect(result.arrays["drift"]!.tensor.shape).toEqual([6, 3, 8]);
  });

  test("that loses a 64th a step drifts by (63/64)ᵏ − 1, as a bias", async () => {
    const input = waves(4, 1);
    const result = await run(context(leak, input, "density:rho"), { quantities: "mass,rho^2" });
    const [value, drift] = [read(result, "value"), read(result, "drift")];
    for (let i = 0; i < 4; i++) {
      for (let k = 1; k <= 8; k++) {
        const start = value[i * 9]!;
        expect(drift[i * 8 + k - 1]! / start).toBeCloseTo(LEFT ** k - 1, 10);
        expect(value[4 * 9 + i * 9 + k]! / value[4 * 9 + i * 9]!).toBeCloseTo(LEFT ** (2 * k), 10);
      }
    }
    const [mass] = quantities(result);
    expect(mass!.exponent).toBeGreaterThan(0.95);
    expect(mass!.increments.model.bias).toBeCloseTo(LEFT - 1, 2);
    expect(mass!.slope.median).toBeCloseTo(LEFT - 1, 2);
  });

  test("is held against the spread of the initial states where that is asked for", async () => {
    const input = waves(4, 1);
    const result = await run(context(leak, input, "density:rho"), {
      quantities: "mass",
      "relative-to": "spread",
    });
    const starts = [0, 1, 2, 3].map((i) => read(result, "value")[i * 9]!);
    const mean = starts.reduce((sum, start) => sum + start, 0) / 4;
    const spread = Math.sqrt(starts.reduce((sum, start) => sum + (start - mean) ** 2, 0) / 4);
    expect(read(result, "scale")[0]).toBeCloseTo(spread, 12);
    expect(read(result, "spread")[0]).toBeCloseTo(spread, 12);
    // The rate a step of what loses a 64th a step, but for the last terms of its series.
    expect(read(result, "slope")[0]! / starts[0]!).toBeCloseTo(LEFT - 1, 2);
  });

  test("that blows up is reported at its step, with statistics up to there", async () => {
    const place = context(
      network((g, x) => g.mul(x, 100)),
      waves(2, 1),
      "density:rho",
    );
    const result = await run(place, { quantities: "mass" });
    expect([...read(result, "end")]).toEqual([2, 2]);
    const value = read(result, "value");
    expect(value[1]! / value[0]!).toBeCloseTo(100, 10);
    expect(value[2]).toBeNaN();
    expect(place.notices.join(" ")).toContain(
      "blew up at step 2: its state left 1000 times the size of the initial states (root mean square). Its statistics cover 1 step of 8.",
    );
  });

  test("that is not finite is told from one that is only far away", async () => {
    const place = context(
      network((g, x) => g.log(g.sub(x, 100))),
      waves(1, 1),
      "density:rho",
    );
    await run(place, { quantities: "mass" });
    expect(place.notices.join(" ")).toContain(
      "blew up at step 1: its state is not finite there. Its statistics have no step.",
    );
  });

  test("of many that blow up tells the earliest, the median and the last step", async () => {
    // A constant c is c^(2^k) after k steps.
    const starts = [2, 2, 3, 5, 5];
    const input: Tensor = {
      dtype: "float64",
      shape: [5, 1, size, size],
      data: Float64Array.from(
        starts.flatMap((start) => Array.from({ length: size * size }, () => start)),
      ),
    };
    const place = context(
      network((g, x) => g.mul(x, x)),
      input,
      "density:rho",
    );
    const result = await run(place, { quantities: "mass" });
    // √((4+4+9+25+25)/5) = 3.66; beyond 3660 are 2^16, 3^8 = 6561 and 5^8.
    expect([...read(result, "end")]).toEqual([4, 4, 3, 3, 3]);
    expect(place.notices).toContain(
      "5 of 5 rollouts blew up, the earliest at step 3, the median at step 3, the last at step 4: their states left 1000 times the size of the initial states (root mean square). Their drifts cover 2 to 3 steps of 8.",
    );
  });

  test("is checked for the sign of what can only fall", async () => {
    const grows = network((g, x) => g.mul(x, 1.01));
    const result = await run(context(grows, waves(2, 1), "scalar:u"), { physics: "burgers" });
    const [u, square] = quantities(result);
    expect(u!.against).toBeUndefined();
    expect(square!.against).toEqual({ rollouts: 2, first: 1 });
  });
});

describe("a balance law", () => {
  const input = waves(2, 1);
  const dt = 0.1;
  // What the mean of the rates at both ends makes of a factor LEFT a step.
  const c = (2 * (1 - LEFT)) / (dt * (1 + LEFT));
  const place = (): StatesContext => ({ ...context(leak, input, "density:rho"), dt });

  test("that the network obeys leaves nothing, and one that the data break leaves the rate", async () => {
    const own = `m: rho rate -${c}*rho`;
    const result = await run(place(), { quantities: "", own });
    for (const left of read(result, "balance")) expect(Math.abs(left)).toBeLessThan(1e-10);
    const [balance] = result.summary.balances as { reference: { median: number } }[];
    // Over the largest rate of all rollouts.
    expect(balance!.reference.median).toBeGreaterThan(0.5);
  });

  test("of what should stay is not divided by the rounding of a rate", async () => {
    const result = await run(place(), { quantities: "", own: "m: rho rate 1e-12*rho" });
    const [balance] = result.summary.balances as { scale: number }[];
    const size = read(result, "scale")[0]!;
    const steps = result.arrays.balance!.tensor.shape[2]!;
    expect(balance!.scale).toBeCloseTo((0.01 * size) / (steps * dt), 12);
  });

  test("counts what flows out through walls", async () => {
    const level: Tensor = {
      dtype: "float64",
      shape: [2, 1, size, size],
      data: Float64Array.from({ length: 2 * size * size }, (_, i) => (i < size * size ? 1 : 3)),
    };
    const walls = { ...unitGrid([size, size]), periodic: [true, false] };
    const halves = network((g, x) => g.mul(x, LEFT));
    const place = { ...context(halves, level, "density:rho"), grid: walls, dt };
    // f = cρx leaves a uniform field at c times its integral.
    const result = await run(place, { quantities: "", own: `m: rho flux (${c}*rho*x, 0)` });
    for (const left of read(result, "balance")) expect(Math.abs(left)).toBeLessThan(1e-10);
    expect(place.notices.join()).not.toContain("walls");
    const unstated = { ...place, notices: [] as string[] };
    await run(unstated, { quantities: "mass" });
    expect(unstated.notices.join()).toContain("what flows through them");
    await expect(run(place, { own: "m: rho flux (rho)" })).rejects.toThrow("1 component");
  });

  test("of sides that are 1 is told from one of sides that nothing states", async () => {
    for (const sidesAssumed of [true, false]) {
      const assumed = { ...place(), sidesAssumed, notices: [] as string[] };
      await run(assumed, { quantities: "mass" });
      expect(assumed.notices.join().includes("states the sides")).toBe(sidesAssumed);
    }
  });

  test("of the catalogue is formed where its coefficients are given", async () => {
    const params = { physics: "burgers", quantities: "auto" };
    const without = await run(place(), params);
    expect(without.arrays["balance"]).toBeUndefined();
    const given = await run(place(), { ...params, coefficients: "nu=0.1" });
    expect(given.arrays["balance"]!.tensor.shape).toEqual([1, 2, 8]);
  });

  test("typed with a name that is nothing is refused at its place", async () => {
    await expect(run(place(), { own: "m: rho rate -k*rho" })).rejects.toThrow("rate -▸k*rho");
  });
});

describe("a repair", () => {
  const input = waves(3, 3);
  const cases = [
    ["linear", ["rho", "vx"], ["rho^2"]],
    ["zero-frequency", ["rho", "vx"], ["rho^2"]],
    ["scaling", ["rho", "vx"], ["rho^2"]],
    ["quadratic", ["rho^2", "speed"], ["rho"]],
    ["joint", ["rho", "vx", "rho^2", "speed"], []],
  ] as const;
  test.each(cases)("%s keeps %s", async (repair, kept, broken) => {
    const result = await run(context(wrong(3), input, "scalar:rho,vector:v"), {
      quantities: "rho,rho^2",
      own: "vx: vx; speed: vx^2+vy^2",
      repair,
    });
    const drift = read(result, "drift_repaired");
    const unrepaired = read(result, "drift");
    const ids = quantities(result).map(({ id }) => id);
    const worst = (values: Float64Array, id: string): number => {
      const q = ids.indexOf(id);
      return Math.max(...values.subarray(q * 24, (q + 1) * 24).map(Math.abs));
    };
    for (const id of kept) {
      expect(worst(drift, id)).toBeLessThan(1e-12);
      expect(worst(unrepaired, id)).toBeGreaterThan(1e-3);
    }
    for (const id of broken) expect(worst(drift, id)).toBeGreaterThan(1e-3);
  });

  test("is the nearest field that keeps both: no other one on the constraints is nearer", async () => {
    const net = sampleNetwork(wrong(1));
    const states = { fields: null, grid: unitGrid([size, size]) };
    const plan = { repair: "joint", repairFields: "", averageOver: "d4" } as const;
    const executor = createReferenceExecutor();
    const one = { ...waves(1, 1) };
    const of = async (n: typeof net): Promise<Float64Array> => {
      const predictions = await Predictions.compile(executor, wrong(1), n, 1);
      return Float64Array.from(await predictions.of(one, () => undefined));
    };
    const [u, y] = [await of(net), await of(repaired(net, plan, states))];
    const mean = (v: Float64Array): number => v.reduce((sum, a) => sum + a, 0) / v.length;
    const distance = (v: Float64Array): number =>
      v.reduce((sum, a, i) => sum + (a - u[i]!) ** 2, 0);
    // Rotations about the mean within the sphere of constant variance stay on both constraints.
    const m = mean(y);
    for (const angle of [0.01, -0.01, 0.1]) {
      const e = toFloat64(randomTensor([y.length], 3));
      const about = y.map((a) => a - m);
      const dot = (a: Float64Array, b: Float64Array): number =>
        a.reduce((sum, value, i) => sum + value * b[i]!, 0);
      const centred = e.map((a) => a - mean(e));
      const side = centred.map((a, i) => a - (dot(centred, about) / dot(about, about)) * about[i]!);
      const scale = Math.sqrt(dot(about, about) / dot(side, side));
      const other = about.map(
        (a, i) => m + Math.cos(angle) * a + Math.sin(angle) * scale * side[i]!,
      );
      expect(distance(other)).toBeGreaterThan(distance(y));
    }
  });

  test("by group average commutes with every element of the group", async () => {
    const crooked = networkOf(
      [3, size, size],
      { w: randomTensor([3, 3, 3, 3], 4, 0.2) },
      (g, x, p) => g.tanh(g.conv(g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }), p.w!)),
    );
    const place = context(crooked, waves(1, 3), "scalar:rho,vector:v");
    const { elements } = contextOf({ model: crooked, input, target: input });
    const plan = { repair: "group-average", repairFields: "", averageOver: "d4" } as const;
    const net = repaired(sampleNetwork(crooked), plan, place);
    const predictions = await Predictions.compile(createReferenceExecutor(), crooked, net, 1);
    const { image } = await import("../orbit");
    const f = async (x: Tensor): Promise<Tensor> => ({
      ...x,
      data: Float64Array.from(await predictions.of(x, () => undefined)),
    });
    for (const element of elements) {
      const there = toFloat64(await f(image(element, place.input, place.fields)));
      const back = toFloat64(image(element, await f(place.input), place.fields));
      there.forEach((value, i) => {
        expect(value).toBeCloseTo(back[i]!, 12);
      });
    }
  });

  test("works in the data’s units where the network has its own", async () => {
    const model = inVariables(wrong(1), { mean: [5], std: [2] });
    const result = await run(context(model, waves(2, 1), "density:rho"), {
      quantities: "mass,rho^2",
      repair: "joint",
    });
    for (const value of read(result, "drift_repaired")) expect(Math.abs(value)).toBeLessThan(1e-10);
  });
});

test("a run that is cancelled stops between steps", async () => {
  const controller = new AbortController();
  let stages = 0;
  const running = conservation.compute(
    context(shift, waves(2, 1), "scalar:u"),
    { ...defaultsOf(definition.parameters), steps: 50 },
    () => {
      stages++;
      if (stages === 5) controller.abort(new Error("cancelled"));
    },
    controller.signal,
  );
  await expect(running).rejects.toThrow("cancelled");
  expect(stages).toBe(5);
});

test("--verify finds the reference executor's own numbers again", async () => {
  const result = await run(context(shift, waves(2, 1), "scalar:u"), { verify: 4 });
  expect(result.summary.verified).toEqual({ quantity: "value", entries: 4, largest: 0 });
});

describe("what does not fit is said", () => {
  const place = context(shift, waves(2, 1), "scalar:u");
  test.each([
    [{ quantities: "mas" }, "no quantity “mas”"],
    [{ own: "a: u^2 + q" }, "▸q"],
    [{ own: "a: dz(u)" }, "2 axes only"],
    [{ repair: "joint", "repair-fields": "w" }, "no field “w”"],
  ] as const)("%o", async (params, message) => {
    await expect(run(place, params)).rejects.toThrow(message);
  });
});
