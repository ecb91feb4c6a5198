/**
 * What the catalogue states of balances: in any window of space, an integral changes by its rate less what its flux
 * carries out. The fields are arbitrary, the window closes on nothing, and d/dt is taken along the equation itself.
 */
import { describe, expect, test } from "vitest";
import { parseFieldSpec, type Grid } from "../../shared/fields/spec";
import { catalogue } from "../../shared/physics/catalogue";
import { mechanicalSystems } from "../../shared/physics/particles";
import { chooseQuantities, physicsNamed } from "../../shared/physics/choose";
import { derivatives } from "../fields/generators/derivatives";
import { positionsOf } from "../fields/generators/apply";
import { integralsOf, outflowOf, StateBlock } from "./integrals";
import { layoutOf } from "./layout";

type Field = Float64Array;

/** Arithmetic of fields on a window. */
class Window {
  readonly grid: Grid;

  constructor(axes: number) {
    // Values at the middles of cells, whose integrals and outflows are of second order.
    const points = axes === 1 ? 400 : 96;
    const each = <T>(value: T): T[] => new Array<T>(axes).fill(value);
    this.grid = { size: each(points), length: each(1.3), periodic: each(false) };
  }

  /** Smooth, positive where it is asked to be, and different for every seed. */
  field(seed: number, mean = 0): Field {
    return Float64Array.from(
      positionsOf(this.grid),
      ([x = 0, y = 0]) =>
        mean +
        0.3 * Math.sin(1.7 * x + 0.9 * y + seed) +
        0.2 * Math.cos(2.3 * y - x + 2 * seed) * Math.exp(0.3 * x),
    );
  }

  d(f: Field, axis: number): Field {
    return derivatives(f, 1, this.grid)[axis]!;
  }

  laplacian(f: Field): Field {
    return this.grid.size
      .map((_, axis) => this.d(this.d(f, axis), axis))
      .reduce((a, b) => of((one, other) => one + other, a, b));
  }

  mean(f: Field): Field {
    return f.map(() => f.reduce((sum, value) => sum + value, 0) / f.length);
  }

  /** v·∇f */
  along(v: readonly Field[], f: Field): Field {
    return v
      .map((component, axis) => of((a, b) => a * b, component, this.d(f, axis)))
      .reduce((a, b) => of((one, other) => one + other, a, b));
  }

  divergence(v: readonly Field[]): Field {
    return v
      .map((component, axis) => this.d(component, axis))
      .reduce((a, b) => of((one, other) => one + other, a, b));
  }
}

function of(f: (...values: number[]) => number, ...fields: readonly Field[]): Field {
  return fields[0]!.map((_, i) => f(...fields.map((field) => field[i]!)));
}

interface Equation {
  readonly axes: number;
  readonly fields: string;
  readonly coefficients?: Readonly<Record<string, number>>;
  /** Not carried by a flux, with the reason. */
  readonly without?: readonly string[];
  state(w: Window): Field[];
  /** Of the channels. */
  rate(w: Window, state: readonly Field[]): Field[];
}

const fluid = (axes: number, fields: string): Pick<Equation, "axes" | "fields" | "state"> => ({
  axes,
  fields,
  state: (w) => [
    w.field(1, 2),
    ...[2, 3].slice(0, axes).map((s) => w.field(s, 0.4)),
    w.field(4, 3),
  ],
});

const [kappa, nu, alpha, beta, c, g, gamma, epsilon] = [0.7, 0.3, 1.5, 0.2, 1.3, 2, 1.4, 0.4];
const [Du, Dv, F, k] = [0.3, 0.2, 0.5, 0.1];
/** The greatest and least values are no integrals. */
const extremes = ["max u", "min u"];

const equations: Readonly<Record<string, readonly Equation[]>> = {
  advection: [
    {
      axes: 1,
      fields: "scalar:u",
      coefficients: { c },
      state: (w) => [w.field(1)],
      rate: (w, [u]) => [of((slope) => -c * slope, w.d(u!, 0))],
    },
    {
      axes: 2,
      fields: "scalar:u",
      coefficients: { cx: 0.8, cy: -0.5 },
      state: (w) => [w.field(1)],
      rate: (w, [u]) => [of((x, y) => -0.8 * x + 0.5 * y, w.d(u!, 0), w.d(u!, 1))],
    },
  ],
  diffusion: [1, 2].map((axes) => ({
    axes,
    fields: "scalar:u",
    coefficients: { kappa },
    without: extremes,
    state: (w) => [w.field(1)],
    rate: (w, [u]) => [w.laplacian(u!).map((value) => kappa * value)],
  })),
  burgers: [
    {
      axes: 1,
      fields: "scalar:u",
      coefficients: { nu },
      state: (w) => [w.field(1)],
      rate: (w, [u]) => [of((a, b, d) => -a * b + nu * d, u!, w.d(u!, 0), w.laplacian(u!))],
    },
  ],
  kdv: [
    {
      axes: 1,
      fields: "scalar:u",
      coefficients: { alpha, beta },
      state: (w) => [w.field(1)],
      rate: (w, [u]) => [
        of((a, b, d) => -alpha * a * b - beta * d, u!, w.d(u!, 0), w.d(w.laplacian(u!), 0)),
      ],
    },
  ],
  wave: [1, 2].map((axes) => ({
    axes,
    fields: "scalar:u,scalar:v",
    coefficients: { c },
    state: (w) => [w.field(1), w.field(2, 0.5)],
    rate: (w, [u, v]) => [v!, w.laplacian(u!).map((value) => c ** 2 * value)],
  })),
  "allen-cahn": [1, 2].map((axes) => ({
    axes,
    fields: "scalar:u",
    coefficients: { epsilon },
    state: (w) => [w.field(1)],
    rate: (w, [u]) => [of((a, d) => epsilon ** 2 * d + a - a ** 3, u!, w.laplacian(u!))],
  })),
  "conservative-allen-cahn": [1, 2].map((axes) => ({
    axes,
    fields: "scalar:u",
    coefficients: { epsilon },
    state: (w) => [w.field(1, 0.5)],
    rate: (w, [u]) => {
      const reaction = u!.map((a) => a - a ** 3);
      return [
        of(
          (d, a, mean) => epsilon ** 2 * d + a - mean,
          w.laplacian(u!),
          reaction,
          w.mean(reaction),
        ),
      ];
    },
  })),
  "gray-scott": [
    {
      axes: 2,
      fields: "scalar:u,scalar:v",
      coefficients: { Du, Dv, F, k },
      state: (w) => [w.field(1, 1), w.field(2, 0.5)],
      rate: (w, [u, v]) => [
        of((a, b, d) => Du * d - a * b ** 2 + F * (1 - a), u!, v!, w.laplacian(u!)),
        of((a, b, d) => Dv * d + a * b ** 2 - (F + k) * b, u!, v!, w.laplacian(v!)),
      ],
    },
  ],
  "fitzhugh-nagumo": [
    {
      axes: 2,
      fields: "scalar:u,scalar:v",
      coefficients: { Du, Dv, k },
      state: (w) => [w.field(1), w.field(2)],
      rate: (w, [u, v]) => [
        of((a, b, d) => Du * d + a - a ** 3 - k - b, u!, v!, w.laplacian(u!)),
        of((a, b, d) => Dv * d + a - b, u!, v!, w.laplacian(v!)),
      ],
    },
  ],
  "shallow-water": [
    {
      ...fluid(2, "density:h,vector:v,scalar:dye"),
      coefficients: { g },
      rate(w, [h, x, y, dye]) {
        const v = [x!, y!];
        return [
          w.divergence(v.map((one) => of((a, b) => -a * b, one, h!))),
          ...v.map((one, axis) => of((a, slope) => -a - g * slope, w.along(v, one), w.d(h!, axis))),
          w.along(v, dye!).map((value) => -value),
        ];
      },
    },
  ],
  euler: [1, 2].map((axes) => ({
    ...fluid(axes, "density:rho,vector:v,scalar:p"),
    coefficients: { gamma },
    rate(w, state) {
      const [rho, p] = [state[0]!, state.at(-1)!];
      const v = state.slice(1, -1);
      return [
        w.divergence(v.map((one) => of((a, b) => -a * b, one, rho))),
        ...v.map((one, axis) =>
          of((a, slope, r) => -a - slope / r, w.along(v, one), w.d(p, axis), rho),
        ),
        of((a, b, d) => -a - gamma * b * d, w.along(v, p), p, w.divergence(v)),
      ];
    },
  })),
  "navier-stokes": [
    {
      axes: 2,
      fields: "vector:v,scalar:p",
      coefficients: { nu },
      state(w) {
        const stream = w.field(1);
        return [w.d(stream, 1), w.d(stream, 0).map((value) => -value), w.field(2)];
      },
      rate(w, [x, y, p]) {
        const v = [x!, y!];
        return [
          ...v.map((one, axis) =>
            of(
              (a, slope, d) => -a - slope + nu * d,
              w.along(v, one),
              w.d(p!, axis),
              w.laplacian(one),
            ),
          ),
          new Float64Array(p!.length),
        ];
      },
    },
  ],
};

test("every physics of fields is looked at", () => {
  const other = ["auto", ...mechanicalSystems.map(({ id }) => id)];
  const all = catalogue.map(({ id }) => id).filter((id) => !other.includes(id));
  expect(all.sort()).toEqual(Object.keys(equations).sort());
});

describe.each(
  Object.entries(equations).flatMap(([id, all]) => all.map((one) => [id, one.axes, one] as const)),
)("in a window, by %s in %d dimensions,", (id, axes, equation) => {
  const w = new Window(axes);
  const fields = parseFieldSpec(equation.fields, axes);
  const state = equation.state(w);
  const layout = layoutOf([state.length, ...w.grid.size], w.grid, fields, { walls: "cells" });
  const coefficients = { ...physicsNamed(id).coefficients, ...equation.coefficients };
  const quantities = chooseQuantities(
    { quantities: "auto", own: "", physics: id },
    fields,
    state.length,
    axes,
  ).filter(({ id: name }) => equation.without?.includes(name) !== true);
  const rate = equation.rate(w, state);
  const block = (t: number): StateBlock =>
    new StateBlock(
      Float64Array.from(
        state.flatMap((field, c) => [...field.map((u, i) => u + t * rate[c]![i]!)]),
      ),
      1,
      layout,
    );
  const step = 1e-4;
  const [ahead, behind, now] = [block(step), block(-step), block(0)];

  test.each(quantities.map((quantity) => [quantity.id, quantity] as const))(
    "%s changes by its rate less what flows out",
    (_, { integrand, rate: source, flux }) => {
      expect(flux).toBeDefined();
      const value = (at: StateBlock): number => integralsOf(integrand, at, coefficients).value[0]!;
      const change = (value(ahead) - value(behind)) / (2 * step);
      const inside = source === undefined ? 0 : integralsOf(source, now, coefficients).value[0]!;
      const leaving = outflowOf(flux!, now, coefficients)[0]!;
      const scale = Math.abs(inside) + Math.abs(leaving);
      expect(scale).toBeGreaterThan(1e-4);
      // Cells and one-sided slopes of the second and higher derivatives leave 1e-3.
      expect(Math.abs(change - (inside - leaving)) / scale).toBeLessThan(5e-3);
    },
  );
});
