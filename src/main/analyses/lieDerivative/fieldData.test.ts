/** Lie derivatives of data on a grid, from laws of motion whose symmetries are known. */
import { expect, test } from "vitest";
import {
  lieDerivative as definition,
  type LieDerivativeParameters,
} from "../../../shared/analyses/lieDerivative";
import { unitGrid } from "../../../shared/fields/spec";
import { defaultsOf } from "../../../shared/parameters";
import { normals, randomFrom } from "../../../shared/random";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { positionsOf } from "../../fields/generators/apply";
import { derivatives } from "../../fields/generators/derivatives";
import type { AnalysisResult, DataContext } from "../context";
import { contextOf, networkOf, never } from "../testing";
import { lieDerivative } from "./index";

const grid = unitGrid([16, 16]);

function waves(seed: number): Float64Array {
  const a = normals(randomFrom(seed), 12);
  return Float64Array.from(positionsOf(grid), ([x = 0, y = 0]) =>
    [0, 1, 2, 3, 4].reduce(
      (sum, k) =>
        sum + a[k]! * Math.cos(2 * Math.PI * ((k - 2) * x + ((k * 2) % 3) * y) + a[k + 6]!),
      0,
    ),
  );
}

/** Pairs of states a short step apart, so that the change halfway is the law there. */
function data(law: (u: Float64Array) => Float64Array, dt = 1e-3): DataContext {
  const middle = Array.from({ length: 16 }, (_, k) => waves(k));
  const side = (sign: number): Tensor => ({
    dtype: "float64",
    shape: [16, 1, 16, 16],
    data: Float64Array.from(
      middle.flatMap((u) => {
        const rate = law(u);
        return [...u.map((x, p) => x + (sign * dt * rate[p]!) / 2)];
      }),
    ),
  });
  const context = contextOf({
    model: networkOf([1, 16, 16], {}, (_, x) => x),
    input: side(-1),
    target: side(1),
    fields: "scalar:u",
  });
  return { ...context, model: null, dt };
}

const run = (
  context: DataContext,
  params: Partial<LieDerivativeParameters>,
): Promise<AnalysisResult> =>
  lieDerivative.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    never,
  );

async function medians(context: DataContext, generators: string): Promise<Record<string, number>> {
  const { summary } = await run(context, { generators });
  const found = summary.generators as { id: string; lie_error: { median: number } }[];
  return Object.fromEntries(found.map(({ id, lie_error }) => [id, lie_error.median]));
}

const slopes = (u: Float64Array): Float64Array[] => derivatives(u, 1, grid);
const laplacian = (u: Float64Array): Float64Array => {
  const [x, y] = slopes(u);
  const [xx, yy] = [slopes(x!)[0]!, slopes(y!)[1]!];
  return xx.map((value, p) => value + yy[p]!);
};

test("heat is symmetric under shifts, turns and amplitudes; not along other flows", async () => {
  const found = await medians(
    data((u) => laplacian(u).map((x) => 0.02 * x)),
    "tx,ty,rot,amp,shear-x",
  );
  for (const id of ["tx", "ty", "rot", "amp"]) expect(found[id], id).toBeLessThan(1e-4);
  expect(found["shear-x"]).toBeGreaterThan(0.1);
});

test("a wind along x leaves the shifts, and breaks the turn; a place of its own breaks the shift across it", async () => {
  const wind = await medians(
    data((u) => slopes(u)[0]!.map((ux) => -0.7 * ux)),
    "tx,ty,rot",
  );
  expect(wind.tx).toBeLessThan(1e-4);
  expect(wind.rot).toBeGreaterThan(0.1);
  const bumpy = Float64Array.from(positionsOf(grid), ([x = 0]) => Math.cos(2 * Math.PI * x));
  const source = await medians(
    data((u) => u.map((x, p) => -x * (1 + 0.5 * bumpy[p]!))),
    "tx,ty",
  );
  expect(source.ty).toBeLessThan(1e-4);
  // ‖½ sin·2π·u‖/‖(1 + ½cos)u‖
  expect(source.tx).toBeGreaterThan(1);
  expect(source.tx).toBeLessThan(4);
});

test("a network's step stands beside the data's in the same measure", async () => {
  const context = data((u) => slopes(u)[0]!.map((ux) => -0.7 * ux), 0.01);
  // A network that turns its back on the wind: nothing moves, so nothing breaks.
  const model = networkOf([1, 16, 16], {}, (_, x) => x);
  const result = await run({ ...context, model }, { generators: "rot", "with-data": true });
  const [own, beside] = ["lie_error", "data_error"].map((name) => [
    ...toFloat64(result.arrays[name]!.tensor),
  ]);
  for (const value of own!) expect(value).toBeLessThan(1e-12);
  for (const value of beside!) {
    // Δt ‖[rot, 0.7 ∂ₓ]u‖/‖u‖ = Δt 0.7 ‖∂ᵧu‖/‖u‖ with waves of one to two a side.
    expect(value).toBeGreaterThan(0.01);
    expect(value).toBeLessThan(0.3);
  }
});

test("states without successors are refused", async () => {
  const { target: _, ...alone } = data((u) => u);
  await expect(run({ ...alone, target: null }, { generators: "tx" })).rejects.toThrow(
    "successive states",
  );
});
