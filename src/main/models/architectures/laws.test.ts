/** What each architecture's symmetry by construction is, and what it is not. */
import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../../shared/random";
import { sizeOf, stridesOf } from "../../../shared/tensor";
import { networkPlan, type NetworkStates } from ".";
import { evaluated, ofParticles, onGrid } from "./testing";

/** Float64 sums in another order. */
const ROUNDING = 1e-12;
/** What a network without the symmetry shows with random weights. */
const BROKEN = 1e-4;

type Act = (values: Float64Array) => Float64Array;

/** ‖f(g·x) − g·f(x)‖/‖f(x)‖ with random weights and a random state. */
function defect(
  id: string,
  parameters: Record<string, unknown>,
  states: NetworkStates,
  g: Act,
): number {
  const plan = networkPlan({ id, preset: null, parameters }, states);
  const f = evaluated(plan, plan.draw(1));
  const x = normals(randomFrom(2), sizeOf(states.shape));
  const y = f(x);
  const [moved, wanted] = [f(g(x)), g(y)];
  return Math.hypot(...moved.map((value, i) => value - wanted[i]!)) / Math.hypot(...y);
}

/** Each grid axis of [C, …] shifted by so many cells, going round. */
function shifted(shape: readonly number[], cells: readonly number[]): Act {
  const strides = stridesOf(shape);
  return (values) =>
    values.map((_, i) => {
      const from = shape.map((extent, axis) => {
        const at = Math.floor(i / strides[axis]!) % extent;
        return axis === 0 ? at : (at - cells[axis - 1]! + extent) % extent;
      });
      return values[from.reduce((sum, at, axis) => sum + at * strides[axis]!, 0)]!;
    });
}

const plane = onGrid("scalar:p,vector:v", [16, 16]);
const line = onGrid("scalar:u", [24]);
const volume = onGrid("scalar:u", [6, 8, 8]);

describe("shifts on a periodic grid", () => {
  test.each([
    ["cnn", { width: 4, depth: 1 }, plane, [1, 3]],
    ["cnn", { width: 4, depth: 1, kernel: 5 }, line, [5]],
    ["cnn", { width: 4, depth: 1 }, volume, [1, 2, 3]],
    ["fno", { width: 3, depth: 2, modes: 3 }, plane, [1, 3]],
    ["fno", { width: 3, depth: 2, modes: 20 }, plane, [1, 3]],
    ["fno", { width: 3, depth: 2, modes: 13 }, line, [5]],
    ["fno", { width: 3, depth: 1, modes: 2 }, volume, [1, 2, 3]],
    ["d4-cnn", { width: 2, depth: 1 }, plane, [1, 3]],
    ["unet", { width: 4, levels: 2 }, plane, [4, 8]],
    ["unet", { width: 4, levels: 2 }, line, [4]],
  ] as [string, Record<string, unknown>, NetworkStates, number[]][])(
    "%s %o commutes with those that it should",
    (id, parameters, states, cells) => {
      expect(defect(id, parameters, states, shifted(states.shape, cells))).toBeLessThan(ROUNDING);
    },
  );

  test.each([
    ["unet, by less than its coarsest cell", "unet", { width: 4, levels: 2 }],
    ["vit, even by a patch", "vit", { width: 8, depth: 1, heads: 2, patch: 1 }],
    ["mlp", "mlp", { width: 8 }],
  ])("are broken by %s", (_, id, parameters) => {
    expect(defect(id, parameters, plane, shifted(plane.shape, [1, 0]))).toBeGreaterThan(BROKEN);
  });

  test("along an axis with walls are broken, along the periodic one not", () => {
    const channel = onGrid("scalar:u", [8, 8], [false, true]);
    for (const [id, parameters] of [
      ["cnn", { width: 4, depth: 1 }],
      ["fno", { width: 3, depth: 2, modes: 3, margin: 3 }],
    ] as const) {
      const along = shifted(channel.shape, [0, 3]);
      const across = shifted(channel.shape, [3, 0]);
      expect(defect(id, parameters, channel, along)).toBeLessThan(ROUNDING);
      expect(defect(id, parameters, channel, across)).toBeGreaterThan(BROKEN);
    }
  });
});

/** Particles of q, p and a mass each: 2·d + 1 numbers. */
const particlesIn = (d: number): NetworkStates => ofParticles("vector:q,scalar:m,vector:p", 6, d);

function eachParticle(d: number, move: (q: number[], p: number[]) => [number[], number[]]): Act {
  const size = 2 * d + 1;
  return (values) => {
    const out = values.slice();
    for (let at = 0; at < values.length; at += size) {
      const [q, p] = move(
        [...values.subarray(at, at + d)],
        [...values.subarray(at + d + 1, at + size)],
      );
      out.set(q, at);
      out.set(p, at + d + 1);
    }
    return out;
  };
}

const cycled: Act = (values) => {
  const size = values.length / 6;
  return values.map((_, i) => values[(i + size) % values.length]!);
};
const moved = eachParticle(2, (q, p) => [q.map((value, i) => value + 0.3 + i), p]);
const [cosine, sine] = [Math.cos(0.7), Math.sin(0.7)];
const turn = ([x = 0, y = 0]: number[]): number[] => [cosine * x - sine * y, sine * x + cosine * y];
const turned = eachParticle(2, (q, p) => [turn(q), turn(p)]);
const reflected = eachParticle(2, ([x = 0, ...q], [px = 0, ...p]) => [
  [-x, ...q],
  [-px, ...p],
]);
/** A turn about the axis (1, 1, 1)/√3 by 120°, and a reflection after it. */
const turnedInSpace = eachParticle(3, ([x = 0, y = 0, z = 0], [px = 0, py = 0, pz = 0]) => [
  [z, x, -y],
  [pz, px, -py],
]);

describe("particles", () => {
  const small = { width: 8, depth: 2 };
  const one = { ...small, depth: 1 };

  test.each(["none", "translations", "euclidean"])(
    "exchanges are symmetries with the symmetry %s",
    (symmetry) => {
      const found = defect("message-passing", { ...small, symmetry }, particlesIn(2), cycled);
      expect(found).toBeLessThan(ROUNDING);
    },
  );

  test.each([
    ["a shift of all", "translations", 2, moved],
    ["a shift of all", "euclidean", 2, moved],
    ["a turn", "euclidean", 2, turned],
    ["a reflection", "euclidean", 2, reflected],
    ["a turn and reflection in space", "euclidean", 3, turnedInSpace],
  ] as [string, string, number, Act][])(
    "%s is one with the symmetry %s in %i dimensions",
    (_, symmetry, d, g) => {
      const found = defect("message-passing", { ...one, symmetry }, particlesIn(d), g);
      expect(found).toBeLessThan(ROUNDING);
    },
  );

  test.each([
    ["a shift of all", "none", moved],
    ["a turn", "translations", turned],
  ] as [string, string, Act][])("%s is none with the symmetry %s", (_, symmetry, g) => {
    const found = defect("message-passing", { ...small, symmetry }, particlesIn(2), g);
    expect(found).toBeGreaterThan(BROKEN);
  });

  test("a network of all numbers knows no exchange", () => {
    expect(defect("mlp", { width: 8 }, particlesIn(2), cycled)).toBeGreaterThan(BROKEN);
  });

  test("positions alone, without any vector of their own, do", () => {
    const states = ofParticles("vector:q", 6);
    for (const symmetry of ["translations", "euclidean"]) {
      const plan = networkPlan({ id: "message-passing", preset: null, parameters: { ...small, symmetry } }, states); // prettier-ignore
      const y = evaluated(plan, plan.draw(1))(normals(randomFrom(2), 12));
      expect(y.every(Number.isFinite)).toBe(true);
    }
  });

  test.each([
    ["no vector", ofParticles("scalar:a,scalar:b", 4), {}, /No field is known to be a vector/],
    ["a name that no vector has", particlesIn(2), { positions: "r" }, /no vector field r/],
    [
      "predicted positions",
      particlesIn(2),
      { prediction: "state" },
      /breaks the symmetry under shifts/,
    ],
    [
      "a tensor under rotations",
      ofParticles("vector:q,tensor:T", 4),
      { symmetry: "euclidean" },
      /T is a tensor, and these networks turn vectors only/,
    ],
    [
      "a pseudoscalar under reflections",
      ofParticles("vector:q,pseudoscalar:w", 4),
      { symmetry: "euclidean" },
      /changes its sign/,
    ],
  ] as [string, NetworkStates, Record<string, unknown>, RegExp][])(
    "are refused with %s",
    (_, states, parameters, sentence) => {
      const asked = { id: "message-passing", preset: null, parameters };
      expect(() => networkPlan(asked, states)).toThrow(sentence);
    },
  );
});
