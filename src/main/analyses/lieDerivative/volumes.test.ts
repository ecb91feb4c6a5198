/** Lie derivatives of maps of fields in a volume, where the answers are known. */
import { describe, expect, test } from "vitest";
import {
  lieDerivative as definition,
  type LieDerivativeParameters,
} from "../../../shared/analyses/lieDerivative";
import { parseFieldSpec, unitGrid } from "../../../shared/fields/spec";
import { defaultsOf } from "../../../shared/parameters";
import { normals, randomFrom } from "../../../shared/random";
import { positionsOf } from "../../fields/generators/apply";
import type { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import type { DataContext } from "../context";
import { contextOf, networkOf, never } from "../testing";
import { lieDerivative } from "./index";

const N = 16;
const grid = unitGrid([N, N, N]);
const [SAMPLES, CHANNELS] = [3, 4];

/** A scalar and a vector, bumps off the centre that vanish at the edges. */
function states(): Float64Array {
  const positions = positionsOf(grid);
  const a = normals(randomFrom(2), SAMPLES * CHANNELS * 4);
  return Float64Array.from(
    Array.from({ length: SAMPLES * CHANNELS }, (_, at) =>
      positions.map(([x = 0, y = 0, z = 0]) => {
        const [size, x0, y0, z0] = a.subarray(4 * at, 4 * at + 4);
        const r2 = (x - 0.03 * x0!) ** 2 + (y - 0.03 * y0!) ** 2 + (z - 0.03 * z0!) ** 2;
        return 0.5 * size! * Math.exp(-r2 / 0.02);
      }),
    ).flat(),
  );
}

function on(build: (g: Builder, x: Value) => Value): DataContext {
  const shape = [CHANNELS, N, N, N];
  const input = { dtype: "float64", shape: [SAMPLES, ...shape], data: states() } as const;
  const fields = parseFieldSpec("scalar:rho,vector:v", 3);
  const context = contextOf({ model: networkOf(shape, {}, build), input, target: input });
  return { ...context, target: null, grid, fields, outputFields: fields, notices: [] };
}

interface Told {
  readonly id: string;
  readonly resolved: boolean;
  readonly lie_error: { readonly median: number };
  readonly finite_error?: { readonly median: number };
}

async function told(
  build: (g: Builder, x: Value) => Value,
  params: Partial<LieDerivativeParameters>,
): Promise<Record<string, Told>> {
  const all = { ...defaultsOf(definition.parameters), ...params };
  const { summary } = await lieDerivative.compute(on(build), all, () => undefined, never);
  const { generators } = summary as unknown as { generators: Told[] };
  return Object.fromEntries(generators.map((one) => [one.id, one]));
}

/** (ρ, v) ↦ (ρ + ρ², (1 + ρ) v + pull·v_z e_z): of degree two, so that a grid of this size holds it. */
const flow =
  (pull: number) =>
  (g: Builder, x: Value): Value => {
    const part = (start: number, end: number): Value => g.slice(x, [{ axis: 1, start, end }]);
    const [rho, v, along] = [part(0, 1), part(1, 4), part(3, 4)];
    const grown = g.add(rho, g.mul(rho, rho));
    const carried = g.add(v, g.mul(v, rho));
    const still = g.mul(part(1, 3), 0);
    return g.concat([grown, g.add(carried, g.concat([still, g.mul(along, pull)], 1))], 1);
  };

describe("in a volume", () => {
  test("a map without a direction has all six isometries, and finite turns show it", async () => {
    const found = await told(flow(0), { generators: "auto", finite: 0.3 });
    expect(Object.keys(found)).toEqual(["tx", "ty", "tz", "rot-xy", "rot-yz", "rot-zx"]);
    for (const { id, resolved, lie_error: error, finite_error: moved } of Object.values(found)) {
      expect(resolved, id).toBe(false);
      // Products of bumps of two points' width: the grid's own error.
      expect(error.median, id).toBeLessThan(2e-2);
      expect(moved!.median, id).toBeLessThan(5e-2);
    }
  });

  test("a pull along z leaves the turn about it and breaks the other two", async () => {
    const found = await told(flow(0.5), { generators: "tz,rot", finite: 0.3 });
    expect(found["rot-xy"]!.resolved).toBe(false);
    for (const id of ["rot-yz", "rot-zx"]) {
      expect(found[id], id).toMatchObject({ resolved: true });
      expect(found[id]!.lie_error.median, id).toBeGreaterThan(0.1);
      expect(found[id]!.finite_error!.median / 0.3 / found[id]!.lie_error.median).toBeCloseTo(1, 0);
    }
  });

  test("a boost along z of a map that moves nothing is broken by what it should have drifted", async () => {
    const still = async (dt: number): Promise<Record<string, Told>> =>
      told((_, x) => x, { generators: "gz,amp", dt });
    const [slow, fast] = [await still(0.1), await still(0.2)];
    expect(slow.amp!.lie_error.median).toBeLessThan(1e-14);
    // ‖Δt ∂_z u‖
    expect(slow.gz!.lie_error.median).toBeGreaterThan(0.1);
    expect(fast.gz!.lie_error.median / slow.gz!.lie_error.median).toBeCloseTo(2, 12);
  });

  test("what belongs to a plane is refused in a sentence", async () => {
    await expect(told(flow(0), { generators: "shear-x" })).rejects.toThrow(
      "The generator shear-x does not fit: it needs fields on a plane, and these data are on a grid with 3 axes.",
    );
  });
});
