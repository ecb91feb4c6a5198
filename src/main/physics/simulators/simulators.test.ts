import { describe, expect, test } from "vitest";
import { parseFieldSpec, type Grid } from "../../../shared/fields/spec";
import { defaultsOf } from "../../../shared/parameters";
import { physicsNamed, chooseQuantities } from "../../../shared/physics/choose";
import { parseIntegrand } from "../../../shared/physics/integrand";
import { randomFrom } from "../../../shared/random";
import { integralsOf, StateBlock } from "../integrals";
import { layoutOf, type Layout } from "../layout";
import { burgers } from "./burgers";
import { Fourier } from "./fourier";
import { kdv } from "./kdv";
import { navierStokes } from "./navierStokes";
import { nBody } from "./nBody";
import { simulators } from "./index";
import { evolve, squareFlux } from "./scalarField";
import type { Coefficients, Simulator } from "./simulator";
import { symplecticStep } from "./symplectic";

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

describe("exact solutions", () => {
  test("KdV's soliton travels at its speed", () => {
    // u = (c/2) sech²(√c (x − ct)/2) solves u_t + 6uu_x + u_xxx = 0 (Drazin and Johnson 1989, §2.2).
    const [n, length, c, time] = [256, 40, 2, 1];
    const soliton = (t: number): Float64Array =>
      Float64Array.from({ length: n }, (_, j) => {
        const x = (j * length) / n - length / 2 - c * t;
        return c / 2 / Math.cosh((Math.sqrt(c) * x) / 2) ** 2;
      });
    const fourier = new Fourier([n], length);
    const error = (step: number): number => {
      const run = evolve(fourier, fourier.forward(soliton(0)), time, {
        linear: ([k = 0]) => [0, k ** 3],
        nonlinear: squareFlux(3),
        step: () => step,
      });
      run.advance();
      const exact = soliton(time);
      return Math.max(...run.state().map((u, j) => Math.abs(u - exact[j]!)));
    };
    const [coarse, fine] = [error(0.02), error(0.01)];
    expect(fine).toBeLessThan(1e-5);
    // Fourth order: 16 a halving.
    expect(Math.log2(coarse / fine)).toBeGreaterThan(3.7);
  });

  test("a flow of waves of one length does not stir itself and decays by exp(−νk²t)", () => {
    const n = 32;
    const [nu, dt] = [0.01, 0.5];
    // The simulator starts from random waves: those with one wave a side, |k| = 2π, are such a flow.
    const run = follow(navierStokes, n, 1, { nu, dt, waves: 1, mean: 0 });
    const [before, after] = run.states as [Float64Array, Float64Array];
    const factor = Math.exp(-4 * Math.PI ** 2 * nu * dt);
    after.forEach((v, i) => {
      expect(v).toBeCloseTo(factor * before[i]!, 9);
    });
  });

  test("the symplectic method is of fourth order", () => {
    // A pendulum of unit length and gravity from rest at 1 rad, against a run with much smaller steps.
    const force = (q: Float64Array): Float64Array => Float64Array.of(-Math.sin(q[0]!));
    const at = (steps: number): number => {
      const [q, p] = [Float64Array.of(1), Float64Array.of(0)];
      for (let k = 0; k < steps; k++) symplecticStep(q, p, force, 4 / steps);
      return q[0]!;
    };
    const exact = at(4096);
    const [coarse, fine] = [at(32), at(64)].map((q) => Math.abs(q - exact));
    expect(Math.log2(coarse! / fine!)).toBeGreaterThan(3.7);
    expect(Math.log2(coarse! / fine!)).toBeLessThan(4.3);
  });
});

test("a size that the transforms cannot take is refused", () => {
  expect(() => follow(kdv, 100, 1)).toThrow("no power of two");
});
