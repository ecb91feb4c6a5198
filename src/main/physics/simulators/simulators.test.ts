import { describe, expect, test } from "vitest";
import { parseFieldSpec, type Grid } from "../../../shared/fields/spec";
import { defaultsOf } from "../../../shared/parameters";
import { physicsNamed, chooseQuantities } from "../../../shared/physics/choose";
import { parseIntegrand } from "../../../shared/physics/integrand";
import { randomFrom } from "../../../shared/random";
import { integralsOf, StateBlock } from "../integrals";
import { layoutOf, type Layout } from "../layout";
import { burgers } from "./burgers";
import { kdv } from "./kdv";
import { navierStokes } from "./navierStokes";
import { nBody } from "./nBody";
import { simulators } from "./index";
import type { Coefficients, Simulator } from "./simulator";

const seed = 3;

function gridOf({ axes }: Simulator, size: number, length: number): Grid | null {
  if (axes === 0) return null;
  const each = <T>(value: T): T[] => new Array<T>(axes).fill(value);
  return { size: each(size), length: each(length), periodic: each(true) };
}

interface Followed {
  readonly states: Float64Array[];
  readonly layout: Layout;
  readonly coefficients: Coefficients;
  /** I of each state. */
  integral(formula: string): number[];
}

/** A trajectory of `steps` kept steps. */
function follow(
  simulator: Simulator,
  size: number,
  steps: number,
  changes: Coefficients = {},
): Followed {
  const coefficients = { ...defaultsOf(simulator.parameters), ...changes };
  const evolution = simulator.start(randomFrom(seed), size, coefficients);
  const states = [evolution.state()];
  for (let k = 0; k < steps; k++) {
    evolution.advance();
    states.push(evolution.state());
  }
  const grid = gridOf(simulator, size, coefficients.length ?? 1);
  const layout = layoutOf(simulator.shape(size), grid, parseFieldSpec(simulator.fields));
  return {
    states,
    layout,
    coefficients,
    integral: (formula) =>
      states.map(
        (state) =>
          integralsOf(parseIntegrand(formula), new StateBlock(state, 1, layout), coefficients)
            .value[0]!,
      ),
  };
}

const worst = (values: readonly number[]): number =>
  Math.max(...values.map((value) => Math.abs(value - values[0]!)));

/** Root mean square of the difference. */
function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
}

const sizes: Readonly<Record<string, number>> = {
  burgers: 128,
  kdv: 64,
  "n-body": 3,
  // Among many, some pass each other so closely that the direction of their spring turns within a step.
  springs: 3,
  oscillators: 2,
};

describe.each(simulators.map((simulator) => [simulator.id, simulator] as const))(
  "%s",
  (id, simulator) => {
    const size = sizes[id] ?? 32;
    const steps = 10;

    test("keeps what its physics declares as kept, and lets the rest go one way only", () => {
      const run = follow(simulator, size, steps);
      const axes = simulator.axes;
      const quantities = chooseQuantities(
        { quantities: "auto", own: "", physics: simulator.physics },
        parseFieldSpec(simulator.fields),
        run.layout.channels,
        axes,
      );
      const coefficients = { ...physicsNamed(simulator.physics).coefficients, ...run.coefficients };
      for (const { id: name, integrand, nature } of quantities) {
        const all = run.states.map((state) =>
          integralsOf(integrand, new StateBlock(state, 1, run.layout), coefficients),
        );
        const values = all.map(({ value }) => value[0]!);
        const scale = Math.max(all[0]!.size[0]!, 1e-3);
        // Time stepping of fourth order is all that may change a conserved integral of the truncated equations.
        if (nature === "conserved") {
          expect(worst(values) / scale, name).toBeLessThan(1e-7);
          continue;
        }
        const sign = nature === "increasing" ? -1 : nature === "decreasing" ? 1 : 0;
        // The extremes of a truncated series overshoot by a little between its points.
        const slack = name.startsWith("m") ? 1e-3 : 1e-9;
        values.slice(1).forEach((value, k) => {
          expect(sign * (value - values[k]!), name).toBeLessThan(slack * scale);
        });
      }
    });

    test("commutes with every motion that it declares", () => {
      const coefficients = defaultsOf(simulator.parameters);
      const choices = defaultsOf(simulator.choices);
      const { motions } = simulator.symmetry(size, coefficients, choices);
      const start = simulator.initial(randomFrom(seed), size, coefficients, choices);
      const after = (state: Float64Array): Float64Array => {
        const evolution = simulator.evolve(state, size, coefficients, choices);
        evolution.advance();
        evolution.advance();
        return evolution.state();
      };
      const end = after(start);
      const change = distance(end, start);
      for (const motion of motions) {
        const moved = motion.act(start, 0);
        // A motion that leaves the state as it is would prove nothing.
        expect(distance(moved, start), motion.label).toBeGreaterThan(1e-3);
        const expected = motion.act(end, 2 * coefficients["dt"]!);
        expect(distance(after(moved), expected) / change, motion.label).toBeLessThan(1e-10);
      }
    });

    test("starts from states that the seed repeats", () => {
      const [a, b] = [follow(simulator, size, 1), follow(simulator, size, 1)];
      expect(a.states).toEqual(b.states);
    });
  },
);

describe("budgets", () => {
  /** (I_{k+1} − I_k)/Δt against the mean of the rates at both ends, O(Δt²). */
  const residual = (run: Followed, formula: string, rate: string, dt: number): number => {
    const [values, rates] = [run.integral(formula), run.integral(rate)];
    const scale = Math.max(...rates.map(Math.abs));
    return Math.max(
      ...values
        .slice(1)
        .map(
          (value, k) =>
            Math.abs((value - values[k]!) / dt - (rates[k]! + rates[k + 1]!) / 2) / scale,
        ),
    );
  };

  test("Burgers loses ∫u² at the rate 2ν∫u_x², to second order in the sampling", () => {
    const of = (dt: number): number =>
      residual(follow(burgers, 256, 8, { dt, nu: 0.02 }), "u^2", "-2*nu*dx(u)^2", dt);
    const [coarse, fine] = [of(0.004), of(0.002)];
    expect(fine).toBeLessThan(5e-3);
    expect(coarse / fine).toBeGreaterThan(3.5);
  });

  test("Navier–Stokes loses energy at the rate ν∫ω² and enstrophy at ν∫|∇ω|²", () => {
    const dt = 0.002;
    const run = follow(navierStokes, 32, 6, { dt, nu: 0.005 });
    const vorticity = "(dx(vy)-dy(vx))";
    expect(residual(run, "(vx^2+vy^2)/2", `-nu*${vorticity}^2`, dt)).toBeLessThan(1e-3);
    expect(
      residual(run, `${vorticity}^2/2`, `-nu*(dx${vorticity}^2+dy${vorticity}^2)`, dt),
    ).toBeLessThan(1e-3);
  });

  test("inviscid flow keeps energy and enstrophy, and stays free of divergence", () => {
    const run = follow(navierStokes, 32, 10, { nu: 0 });
    for (const formula of ["(vx^2+vy^2)/2", "(dx(vy)-dy(vx))^2/2"]) {
      const values = run.integral(formula);
      expect(worst(values) / values[0]!).toBeLessThan(1e-6);
    }
    expect(Math.max(...run.integral("abs(dx(vx)+dy(vy))"))).toBeLessThan(1e-10);
  });

  test("bodies keep momentum and angular momentum to rounding", () => {
    const run = follow(nBody, 3, 50);
    for (const formula of ["px", "py", "qx*py-qy*px"]) {
      expect(worst(run.integral(formula))).toBeLessThan(1e-12);
    }
  });
});

test("a size that the transforms cannot take is refused", () => {
  expect(() => follow(kdv, 100, 1)).toThrow("no power of two");
});
