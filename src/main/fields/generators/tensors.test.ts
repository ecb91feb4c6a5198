/** Generators on tensors of order 2, against the product of two vectors: X(v⊗w) = Xv⊗w + v⊗Xw, and exp(sX) of each factor. */
import { describe, expect, test } from "vitest";
import { parseFieldSpec, unitGrid } from "../../../shared/fields/spec";
import { defaultOptions, generatorByName } from "../../../shared/generators/catalogue";
import type { Infinitesimal } from "../../../shared/generators/generator";
import { ownGenerators } from "../../../shared/generators/own";
import { moved } from "./action";
import { GeneratorAction, positionsOf } from "./apply";

const shear = "shear: flow (y + 0.3*x, x*y)";
const twist = "twist: flow (y*z, x - z, x*y + 0.2*z)";

/** v_i w_j for every point. @param values v and then w, [2d, points] */
function product(values: ArrayLike<number>, d: number): Float64Array {
  const points = values.length / (2 * d);
  return Float64Array.from({ length: d * d * points }, (_, at) => {
    const [component, point] = [Math.floor(at / points), at % points];
    const [i, j] = [Math.floor(component / d), component % d];
    return values[i * points + point]! * values[(d + j) * points + point]!;
  });
}

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe.each([
  [2, 8, ["rot", "scale", shear]],
  [3, 6, ["rot-xy", "rot-yz", "rot-zx", "scale", twist]],
] as const)("in %i dimensions", (d, n, names) => {
  const grid = unitGrid(Array.from({ length: d }, () => n));
  const positions = positionsOf(grid);
  const on = (name: string, fields: string, channels: number): Infinitesimal => {
    const side = { fields: parseFieldSpec(fields, d), channels, axes: d, steps: 0 };
    const generator = name.includes(":")
      ? ownGenerators(name)[0]!
      : generatorByName(name, defaultOptions);
    return generator.on(side);
  };
  /** Fields that are the same everywhere: derivatives are 0, and what is left is the mixing of components. */
  const uniform = Float64Array.from(
    { length: 2 * d * positions.length },
    (_, at) => Math.sin(3 * Math.floor(at / positions.length) + 1) + 0.2,
  );

  test.each(names)("%s changes each factor in turn", (name) => {
    const vectors = on(name, "vector:v,vector:w", 2 * d);
    const tensor = on(name, "tensor:T", d * d);
    const change = new GeneratorAction([vectors], 2 * d, grid).of(uniform);
    const of = new GeneratorAction([tensor], d * d, grid).of(product(uniform, d));
    const half = uniform.length / 2;
    const changedV = Float64Array.from(uniform, (u, i) => (i < half ? change[i]! : u));
    const changedW = Float64Array.from(uniform, (u, i) => (i < half ? u : change[i]!));
    const [first, second] = [product(changedV, d), product(changedW, d)];
    expect(largest(of)).toBeGreaterThan(0.1);
    // Float64 sums of a dozen terms.
    expect(largest(of.map((value, i) => value - first[i]! - second[i]!))).toBeLessThan(1e-13);
  });

  test.each(names)("%s for a finite time moves both factors", (name) => {
    const s = 0.7;
    const vectors = moved(on(name, "vector:v,vector:w", 2 * d), s, uniform, 2 * d, grid);
    const start = product(uniform, d);
    const tensor = moved(on(name, "tensor:T", d * d), s, start, d * d, grid);
    const both = product(vectors, d);
    expect(largest(tensor.map((value, i) => value - start[i]!))).toBeGreaterThan(0.1);
    // Steps of fourth order along the paths where components change from point to point; else exponentials.
    const tolerance = name.includes(":") ? 1e-5 : 1e-12;
    expect(largest(tensor.map((value, i) => value - both[i]!))).toBeLessThan(tolerance * largest(both)); // prettier-ignore
  });
});
