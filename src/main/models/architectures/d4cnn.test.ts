import { describe, expect, test } from "vitest";
import { act } from "../../../shared/groups/act";
import { d4, groupByName } from "../../../shared/groups/catalogue";
import { normals, randomFrom } from "../../../shared/random";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { networkPlan, type NetworkStates } from ".";
import { evaluated, onGrid } from "./testing";

/** Float64 sums of some hundred products each, in another order for each element: 1e-14 and less. */
const ROUNDING = 1e-12;

const small = { width: 3, depth: 2 };

/** Largest ‖f(g·x) − g·f(x)‖ over ‖f(x)‖ of the group's elements. */
function defect(
  states: NetworkStates,
  settings: Record<string, unknown>,
  {
    group = d4,
    weights,
  }: { group?: typeof d4; weights?: (drawn: Map<string, Tensor>) => void } = {},
): number {
  const plan = networkPlan(
    { id: "d4-cnn", preset: null, parameters: { ...small, ...settings } },
    states,
  );
  const drawn = plan.draw(1);
  weights?.(drawn);
  const f = evaluated(plan, drawn);
  const [shape, out] = [
    [1, ...states.shape],
    [1, states.outputChannels, ...states.shape.slice(1)],
  ];
  const x = normals(randomFrom(2), sizeOf(shape));
  const y = f(x);
  const norm = Math.hypot(...y);
  const defects = group.elements.map((element) => {
    const [moved, wanted] = [f(act(element, x, shape, states.fields!)), act(element, y, out, states.outputFields!)]; // prettier-ignore
    return Math.hypot(...moved.map((value, i) => value - wanted[i]!)) / norm;
  });
  return Math.max(...defects);
}

const scalar = onGrid("scalar:u", [8, 8]);
const vector = onGrid("vector:v", [8, 8]);
const mixed = onGrid("density:rho,vector:v,scalar:p,pseudoscalar:w", [8, 8]);

describe("commutes with all eight elements of D4", () => {
  test.each([
    ["scalars", scalar],
    ["vectors", vector],
    ["densities, vectors, scalars and pseudoscalars together", mixed],
    ["tensors", onGrid("tensor:T,vector:v", [8, 8])],
    ["fields between walls", onGrid("scalar:p,vector:v", [8, 8], [false, false])],
    ["a grid of odd size", onGrid("vector:v", [7, 7])],
    [
      "a target of another kind",
      { ...vector, outputChannels: 1, outputFields: onGrid("pseudoscalar:w", [8, 8]).fields },
    ],
  ] as [string, NetworkStates][])("%s", (_, states) => {
    const prediction = states.outputChannels === states.shape[0] ? "change" : "state";
    expect(defect(states, { prediction })).toBeLessThan(ROUNDING);
  });

  test.each([
    ["kernels of five points", { kernel: 5 }],
    ["kernels of one point", { kernel: 1 }],
    ["no normalisation", { norm: "none" }],
    ["groups of several channels", { width: 8, depth: 1 }],
    ["zeros beyond edges", { edges: "zeros" }],
    ["another activation", { activation: "tanh" }],
  ])("with %s", (_, settings) => {
    expect(defect(mixed, settings)).toBeLessThan(ROUNDING);
  });

  test("after any change of its weights", () => {
    const random = randomFrom(7);
    const weights = (drawn: Map<string, Tensor>): void => {
      for (const { data } of drawn.values()) {
        const step = normals(random, data.length);
        (data as Float32Array).set((data as Float32Array).map((value, i) => value + step[i]!));
      }
    };
    expect(defect(mixed, {}, { weights })).toBeLessThan(ROUNDING);
  });
});

test("a subgroup is built in and no more: the other elements are broken", () => {
  for (const id of ["c4", "v4", "v4-axes", "c2"]) {
    expect(defect(vector, { symmetry: id }, { group: groupByName(id) })).toBeLessThan(ROUNDING);
    expect(defect(vector, { symmetry: id })).toBeGreaterThan(1e-3);
  }
});

test("free weights are a kernel a pair of channels and element, 72 for 3 × 3 and D4", () => {
  const plan = networkPlan({ id: "d4-cnn", preset: null, parameters: small }, vector);
  const shapes = new Map(plan.parameters.map(({ name, shape }) => [name, shape]));
  expect(shapes.get("stem.weight")).toEqual([3, 2, 3, 3]);
  expect(shapes.get("blocks.0.conv1.weight")).toEqual([3, 3, 8, 3, 3]);
  expect(shapes.get("head.weight")).toEqual([3, 2, 3, 3]);
  // A constant vector would have a direction.
  expect(shapes.has("head.bias")).toBe(false);
});

test.each([
  ["a grid that is not square", onGrid("scalar:u", [8, 16]), /need a square grid/],
  ["one periodic axis of two", onGrid("scalar:u", [8, 8], [true, false]), /same boundary/],
  ["a line", onGrid("scalar:u", [16]), /plane grid/],
  [
    "channels that nobody explained",
    { ...scalar, fields: undefined, outputFields: undefined },
    /how the channels transform/,
  ],
] as [string, NetworkStates, RegExp][])("refuses %s", (_, states, sentence) => {
  const asked = { id: "d4-cnn", preset: null, parameters: small };
  expect(() => networkPlan(asked, states)).toThrow(sentence);
});
