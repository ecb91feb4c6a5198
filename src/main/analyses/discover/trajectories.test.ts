import { describe, expect, test } from "vitest";
import { discover as definition, type DiscoverParameters } from "../../../shared/analyses/discover";
import { UserError } from "../../../shared/errors";
import { defaultsOf } from "../../../shared/parameters";
import { normals, randomFrom } from "../../../shared/random";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import type { AnalysisResult, DataContext, SampleRef } from "../context";
import { contextOf, networkOf, never } from "../testing";
import { discover } from "./index";

type Field = (x: readonly number[]) => number[];

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

/** One step of Runge and Kutta's fourth order, which commutes with every affine motion as the field does. */
function stepped(f: Field, x: readonly number[], dt: number): number[] {
  const along = (k: readonly number[], by: number): number[] => x.map((v, i) => v + by * k[i]!);
  const k1 = f(x);
  const k2 = f(along(k1, dt / 2));
  const k3 = f(along(k2, dt / 2));
  const k4 = f(along(k3, dt));
  return x.map((v, i) => v + (dt / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
}

/** Trajectories alone, as a file of them gives samples; `inner` steps of the solver between two states. */
function trajectories(
  f: Field,
  d: number,
  { count, steps, dt, inner = 10 }: { count: number; steps: number; dt: number; inner?: number },
): DataContext {
  const starts = normals(randomFrom(4), count * d);
  const states: number[][][] = Array.from({ length: count }, (_, n) => {
    const all = [[...starts.subarray(n * d, (n + 1) * d)].map((value) => 0.7 * value)];
    for (let k = 0; k < steps; k++) {
      let x = all.at(-1)!;
      for (let i = 0; i < inner; i++) x = stepped(f, x, dt / inner);
      all.push(x);
    }
    return all;
  });
  const samples: SampleRef[] = states.flatMap((_, trajectory) =>
    Array.from({ length: steps }, (_, time) => ({
      index: trajectory * steps + time,
      trajectory,
      time,
    })),
  );
  const at = (positions: readonly number[], later: number): Tensor => ({
    dtype: "float64",
    shape: [positions.length, d],
    data: Float64Array.from(
      positions.flatMap((position) => {
        const { trajectory, time } = samples[position]!;
        return states[trajectory!]![time! + later] ?? new Array<number>(d).fill(NaN);
      }),
    ),
  });
  const all = samples.map((_, k) => k);
  return {
    ...contextOf({
      model: networkOf([d], {}, (_, x) => x),
      input: at(all, 0),
      target: at(all, 1),
      samples,
    }),
    model: null,
    dt,
    later: (positions, later) => Promise.resolve(at(positions, later)),
  };
}

const hopf: Field = ([x = 0, y = 0]) => {
  const r2 = x * x + y * y;
  return [(1 - r2) * x - y, (1 - r2) * y + x];
};

describe("from trajectories alone", () => {
  test("the turn of a Hopf field is found to rounding, by differences along them", async () => {
    const result = await run(trajectories(hopf, 2, { count: 30, steps: 30, dt: 0.01 }));
    expect(result.summary).toMatchObject({
      of: "data",
      fit: { of: "rates", degree: 3, order: 8 },
      dimension: 1,
      algebra: "so(2)",
    });
    const [smallest, next] = toFloat64(result.arrays.singular_values!.tensor);
    expect(smallest).toBeLessThan(1e-6);
    expect(next).toBeGreaterThan(0.1);
  });

  test("also where trajectories rush in faster than the time step resolves", async () => {
    const fast: Field = (x) => hopf(x.map((value) => 3 * value)).map((value) => value / 3);
    const result = await run(trajectories(fast, 2, { count: 30, steps: 40, dt: 0.05 }));
    expect(result.summary).toMatchObject({ dimension: 1, algebra: "so(2)" });
    expect(toFloat64(result.arrays.singular_values!.tensor)[0]).toBeLessThan(1e-6);
  });

  test("and from successive states, as a map", async () => {
    const result = await run(trajectories(hopf, 2, { count: 30, steps: 30, dt: 0.01 }), {
      prediction: "state",
    });
    expect(result.summary).toMatchObject({
      fit: { of: "next states" },
      prediction: "state",
      dimension: 1,
      algebra: "so(2)",
    });
    // The flow of a polynomial is none: the fit itself is off by some 1e-7 of the change.
    expect(toFloat64(result.arrays.singular_values!.tensor)[0]).toBeLessThan(1e-5);
  });

  test("an isotropic oscillator in two dimensions has u(2)’s four and scalings, being linear", async () => {
    // Linear motions that commute with q′ = p, p′ = −q are the complex 2 × 2 matrices: gl(2, C), of which 8 are real.
    const oscillator: Field = ([a = 0, b = 0, p = 0, q = 0]) => [p, q, -a, -b];
    const context = trajectories(oscillator, 4, { count: 20, steps: 20, dt: 0.1 });
    const result = await run(context, { candidates: "matrices" });
    expect(result.summary).toMatchObject({ dimension: 8 });
    const turning = await run(context, { candidates: "rotations" });
    expect(turning.summary).toMatchObject({ dimension: 4, algebra: "u(2)" });
  });

  test("one friction that differs breaks a turn by as much", async () => {
    const drag =
      (epsilon: number): Field =>
      ([x = 0, y = 0]) => {
        const r2 = x * x + y * y;
        return [-x - r2 * x, -(1 + epsilon) * y - r2 * y];
      };
    const defects = await Promise.all(
      [0.01, 0.02].map(async (epsilon) => {
        const { arrays, summary } = await run(
          trajectories(drag(epsilon), 2, { count: 30, steps: 20, dt: 0.02 }),
          { candidates: "rotations" },
        );
        expect(summary).toMatchObject({ dimension: 1, exact: 0 });
        return toFloat64(arrays.singular_values!.tensor)[0]!;
      }),
    );
    expect(defects[1]! / defects[0]!).toBeCloseTo(2, 1);
  });

  test("says what it lacks", async () => {
    const context = trajectories(hopf, 2, { count: 1, steps: 3, dt: 0.01 });
    await expect(run(context)).rejects.toThrow(/too few to fit a map of 2 numbers; at least \d+/);
    const alone = { ...context, target: null };
    await expect(run(alone)).rejects.toThrow("the file has states alone");
    await expect(run(context, { candidates: "fields" })).rejects.toBeInstanceOf(UserError);
  });
});
