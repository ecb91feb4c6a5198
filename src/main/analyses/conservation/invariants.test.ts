import { describe, expect, test } from "vitest";
import { parseFieldSpec, type Grid } from "../../../shared/fields/spec";
import { defaultsOf } from "../../../shared/parameters";
import { normals, randomFrom } from "../../../shared/random";
import { layoutOf } from "../../physics/layout";
import { kdv } from "../../physics/simulators/kdv";
import { nBody } from "../../physics/simulators/nBody";
import { oscillators } from "../../physics/simulators/oscillators";
import type { Simulator } from "../../physics/simulators/simulator";
import { candidatesOf } from "./candidates";
import { inventedInvariants } from "./invented";
import { invariantCount, invariantSpectrum, seriesDefect, simplestBasis } from "./invariants";
import { emptyNumbers, Meter } from "./numbers";

interface Plan {
  readonly simulator: Simulator;
  readonly size: number;
  readonly samples: number;
  readonly steps: number;
  readonly choice: string;
  readonly changes?: Readonly<Record<string, number>>;
}

/** Candidates along simulated trajectories. */
function measured({ simulator, size, samples, steps, choice, changes }: Plan) {
  const coefficients = { ...defaultsOf(simulator.parameters), ...changes };
  const shape = simulator.shape(size);
  const grid: Grid | null =
    simulator.axes === 0
      ? null
      : { size: [size], length: [coefficients.length!], periodic: [true] };
  const layout = layoutOf(shape, grid, parseFieldSpec(simulator.fields));
  const candidates = candidatesOf(choice, layout, shape)!;
  const meter = new Meter([candidates], coefficients, samples, steps);
  const numbers = emptyNumbers(meter.quantities.length, samples, steps);
  for (let i = 0; i < samples; i++) {
    const evolution = simulator.start(randomFrom(7, i), size, coefficients);
    for (let k = 0; k <= steps; k++) {
      if (k > 0) evolution.advance();
      meter.note(numbers, evolution.state(), i, 1, k);
    }
  }
  return { candidates: candidates.quantities, values: numbers.value, samples, steps };
}

function spectrumOf(plan: Plan) {
  const { candidates, values, samples, steps } = measured(plan);
  const spectrum = invariantSpectrum(values, candidates.length, samples, steps);
  const { count } = invariantCount(spectrum.defects, spectrum.heldOut);
  const basis = simplestBasis(spectrum.directions.slice(0, count), spectrum.deviation);
  return { ...spectrum, count, basis, terms: candidates.map(({ id }) => id) };
}

describe("invariants that nobody named", () => {
  test("of KdV are u, u² and αu³/6 − βu_x²/2, with their coefficients", () => {
    const { count, basis, terms, defects } = spectrumOf({
      simulator: kdv,
      size: 64,
      samples: 8,
      steps: 12,
      choice: "gradients",
      changes: { alpha: 6, beta: 1 },
    });
    expect(terms).toEqual(["u", "u^2", "u^3", "dx(u)^2"]);
    expect(count).toBe(3);
    expect(defects[2]!).toBeLessThan(1e-5);
    expect(basis[0]).toEqual([1, 0, 0, 0]);
    expect(basis[1]).toEqual([0, 1, 0, 0]);
    // αu³/6 − βu_x²/2 is u³ − u_x²/2 here.
    expect(basis[2]!.slice(0, 3)).toEqual([0, 0, 1]);
    expect(basis[2]![3]).toBeCloseTo(-0.5, 4);
  });

  test("of n isotropic oscillators in one dimension each are n²", () => {
    // A body in the plane is two such oscillators: 4 quadratic invariants.
    const { count, defects } = spectrumOf({
      simulator: oscillators,
      size: 1,
      samples: 20,
      steps: 10,
      choice: "quadratic",
      changes: { dt: 0.7 },
    });
    expect(count).toBe(4);
    // The root of double precision: defects are roots of variances.
    expect(defects[3]!).toBeLessThan(1e-6);
    expect(defects[4]!).toBeGreaterThan(0.1);
  });

  test("of three bodies in the plane are the seven of momentum and angular momentum", () => {
    const { count, defects } = spectrumOf({
      simulator: nBody,
      size: 3,
      samples: 60,
      steps: 12,
      choice: "quadratic",
      changes: { dt: 0.5 },
    });
    expect(count).toBe(7);
    expect(defects[6]!).toBeLessThan(1e-6);
  });

  test("are named where they are what is known", () => {
    const { candidates, values, samples, steps } = measured({
      simulator: kdv,
      size: 64,
      samples: 6,
      steps: 8,
      choice: "quadratic",
    });
    const { summary } = inventedInvariants(
      candidates,
      { model: values, reference: values, repaired: values },
      candidates.map((one, q) => ({ ...one, id: ["mass", "energy"][q]! })),
      values,
      samples,
      steps,
    );
    expect(summary).toMatchObject({
      dimension: 2,
      dimensionOfData: 2,
      found: [
        { formula: "u", names: ["mass"] },
        { formula: "u^2", names: ["energy"] },
      ],
    });
    // The defect is what the simulator itself leaves, whoever's rollouts these are.
    for (const one of summary["found"] as Record<string, number>[]) {
      expect(one["defect"]).toBeLessThan(1e-4);
      expect(one["defect_data"]).toBe(one["defect"]);
      expect(one["defect_repaired"]).toBe(one["defect"]);
    }
  });

  test("have a defect each, over the spread of what is finite", () => {
    // Changes 1 and 1, of a spread of 2 and 4 about 3.
    expect(seriesDefect(Float64Array.of(1, 2, NaN, 3, 4, NaN), 2)).toBe(1);
    expect(seriesDefect(Float64Array.of(1, 1, 1, 3, 3, 3), 2)).toBe(0);
    expect(seriesDefect(Float64Array.of(1, NaN, NaN), 2)).toBeNaN();
  });

  test("are not claimed where the spectrum has no gap", () => {
    expect(invariantCount([0.01, 0.02, 0.045, 0.1, 0.2]).count).toBe(0);
    expect(invariantCount([0.2, 0.9]).count).toBe(0);
    expect(invariantCount([1e-9, 1e-8, 0.3]).count).toBe(2);
  });

  test("are not made of what is still by chance among few rollouts", () => {
    // Slow random walks: any two steps are alike, so combinations that hardly move are easily found.
    const [candidates, samples, steps] = [12, 6, 20];
    const random = normals(randomFrom(2), candidates * samples * (steps + 1));
    const values = random.map((value, at) => (at % (steps + 1) === 0 ? value : 0));
    for (let at = 0; at < values.length; at++) {
      if (at % (steps + 1) > 0) values[at] = values[at - 1]! + 0.05 * random[at]!;
    }
    const { defects, heldOut } = invariantSpectrum(values, candidates, samples, steps);
    expect(defects[0]!).toBeLessThan(0.05);
    expect(heldOut[0]!).toBeGreaterThan(0.05);
    expect(invariantCount(defects, heldOut).count).toBe(0);
  });

  test("need states enough, and it is said how many", () => {
    const { candidates, values, steps } = measured({
      simulator: nBody,
      size: 3,
      samples: 2,
      steps: 5,
      choice: "quadratic",
    });
    expect(() => invariantSpectrum(values, candidates.length, 2, steps)).toThrow(
      "10 changes along 2 rollouts do not tell 90 functionals apart",
    );
  });
});
