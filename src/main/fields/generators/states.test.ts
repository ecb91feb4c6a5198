/** Generators on states of particles: exact finite motions against closed forms, and generators as their slopes. */
import { describe, expect, test } from "vitest";
import { defaultOptions, type GeneratorOptions } from "../../../shared/generators/catalogue";
import type { Infinitesimal, Side } from "../../../shared/generators/generator";
import { ownGenerators } from "../../../shared/generators/own";
import { namedStateGenerators, stateGenerators } from "../../../shared/generators/states";
import { normals, randomFrom } from "../../../shared/random";
import { layoutOf } from "../../../shared/states/layout";
import { sizeOf } from "../../../shared/tensor";
import { action } from "./action";
import { GeneratorAction } from "./apply";

const sideOf = (state: readonly number[], split: string, more: Partial<Side> = {}): Side => ({
  fields: null,
  channels: sizeOf(state),
  axes: 0,
  steps: 0,
  layout: layoutOf(state, split),
  ...more,
});

const options: GeneratorOptions = { ...defaultOptions, dt: 0.25 };
const named = (id: string, side: Side, own: Partial<GeneratorOptions> = {}): Infinitesimal =>
  stateGenerators(id, side.layout!, { ...options, ...own })[0]!.on(side);
const typed = (text: string, side: Side): Infinitesimal => ownGenerators(text)[0]!.on(side);

const apply = (generator: Infinitesimal, x: Float64Array): Float64Array =>
  new GeneratorAction([generator], x.length, null).of(x);
const move = (generator: Infinitesimal, s: number, x: Float64Array): Float64Array =>
  action(generator, s, x.length, null)(x);
const numbers = (count: number, seed = 3): Float64Array => normals(randomFrom(seed), count);

function expectNear(a: ArrayLike<number>, b: ArrayLike<number>, bound: number): void {
  expect(a.length).toBe(b.length);
  const worst = Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
  expect(worst).toBeLessThan(bound);
}

/** Rounding of exponentials of norms of a few. */
const EXACT = 1e-13;

const layouts = [
  { state: [5, 6], split: "5x(q:3,p:3)" },
  { state: [12], split: "q:3x2,p:3x2" },
  { state: [10], split: "q:5,p:5" },
  { state: [3, 5], split: "3x(q:2,v:2,m:1)" },
];

const laws = layouts.flatMap(({ state, split }) =>
  namedStateGenerators(layoutOf(state, split), options).map(({ id }) => ({ state, split, id })),
);

describe.each(laws)("$id on $split", ({ state, split, id }) => {
  const side = sideOf(state, split);
  const x = numbers(sizeOf(state));

  test("is the slope of its exact motion, which composes", () => {
    const generator = named(id, side);
    const h = 1e-5;
    const [ahead, behind] = [h, -h].map((s) => move(generator, s, x));
    // Central differences: h² from the third derivative, 1e-16/h of rounding.
    expectNear(
      ahead!.map((value, i) => (value - behind![i]!) / (2 * h)),
      apply(generator, x),
      1e-8,
    );
    expectNear(move(generator, 0.7, move(generator, -1.9, x)), move(generator, -1.2, x), 1e-12);
  });

  test("of a prediction after no time acts as on a state", () => {
    const later = named(id, { ...side, steps: 1 }, { dt: 0 });
    expectNear(apply(later, x), apply(named(id, side), x), EXACT);
  });
});

describe("the finite motion", () => {
  test("of a rotation turns all vectors of all particles by its angle", () => {
    const x = numbers(12);
    const moved = move(named("rot-yz", sideOf([2, 6], "2x(q:3,v:3)")), 0.8, x);
    const [c, s] = [Math.cos(0.8), Math.sin(0.8)];
    const wanted = Float64Array.from(x);
    for (let v = 0; v < 4; v++) {
      const [y, z] = [x[3 * v + 1]!, x[3 * v + 2]!];
      wanted.set([c * y - s * z, s * y + c * z], 3 * v + 1);
    }
    expectNear(moved, wanted, EXACT);
  });

  test("of a boost carries positions along, and gives momenta their masses", () => {
    const side = sideOf([2, 5], "2x(q:2,p:2,m:1)");
    const x = Float64Array.from([1, 2, 3, 4, 2, 5, 6, 7, 8, 0.5]);
    const boosted = move(named("gy", { ...side, steps: 4 }), 2, x);
    // After four steps of ¼ a boost by 2 has moved everything by 2.
    expectNear(boosted, [1, 4, 3, 4 + 2 * 2, 2, 5, 8, 7, 8 + 2 * 0.5, 0.5], EXACT);
    const stated = named("gx", sideOf([8], "q:2x2,p:2x2"), { masses: [3, 7] });
    expectNear(apply(stated, new Float64Array(8)), [0, 0, 0, 0, 3, 0, 7, 0], EXACT);
  });

  test("of a phase turn is that of oscillators, and keeps what unitary motions keep", () => {
    const x = numbers(10);
    const side = sideOf([10], "q:5,p:5");
    const turned = move(named("u-2", side), 0.6, x);
    const wanted = Float64Array.from(x);
    const [c, s] = [Math.cos(0.6), Math.sin(0.6)];
    wanted[1] = c * x[1]! + s * x[6]!;
    wanted[6] = c * x[6]! - s * x[1]!;
    expectNear(turned, wanted, EXACT);
    for (const generator of stateGenerators("u", side.layout!, options)) {
      const y = move(generator.on(side), 1.3, x);
      const norm = (v: Float64Array): number => v.reduce((sum, one) => sum + one ** 2, 0);
      expect(norm(y)).toBeCloseTo(norm(x), 12);
    }
    expect(stateGenerators("u", side.layout!, options)).toHaveLength(25);
  });

  test("of a scaling multiplies each part by e to its weight", () => {
    const side = sideOf([5], "q:2,p:2,m:1");
    const x = numbers(5);
    const factors = [Math.exp(0.5), Math.exp(0.5), Math.exp(-0.25), Math.exp(-0.25), 1];
    expectNear(
      move(named("scale", side, { weights: { p: -0.5 } }), 0.5, x),
      x.map((value, i) => value * factors[i]!),
      EXACT,
    );
  });

  test("of an affine field of one's own is that of its matrix, and of another its solution", () => {
    const side = sideOf([2, 2], "2x(q:1,p:1)");
    const x = numbers(4);
    const field = typed("turn: field (2*p1, -2*q1 + 1)", side);
    const same = typed("turn: mix [0, 2; -2, 0] shift (0, 1)", side);
    expect(field.field).toBeUndefined();
    expectNear(move(field, 1.7, x), move(same, 1.7, x), EXACT);
    // dq/ds = q² from q: q/(1 − sq).
    const bent = typed("bend: field (q^2, 0)", side);
    const small = x.map((value) => 0.3 * value);
    expectNear(
      move(bent, 0.5, small),
      small.map((q, i) => (i % 2 === 0 ? q / (1 - 0.5 * q) : q)),
      1e-9,
    );
  });
});

describe("a prediction", () => {
  test("of forces turns though it has no positions, and of numbers stays", () => {
    const forces = { ...sideOf([3, 2], "3x(force:2)"), steps: 1 };
    const energy = { ...sideOf([1], "energy:1"), steps: 1 };
    const input = layoutOf([3, 4], "3x(q:2,v:2)");
    const [tx, , rot] = stateGenerators("se", input, options);
    expectNear(apply(tx!.on(forces), numbers(6)), new Float64Array(6), EXACT);
    expectNear(
      apply(rot!.on(forces), Float64Array.from([1, 0, 0, 1, 0, 0])),
      [0, 1, -1, 0, 0, 0],
      EXACT,
    );
    expectNear(apply(rot!.on(energy), numbers(1)), [0], EXACT);
  });
});
