import { describe, expect, test } from "vitest";
import { parseFieldSpec } from "../../../shared/fields/spec";
import { actMixing } from "../../../shared/groups/act";
import { d4 } from "../../../shared/groups/catalogue";
import { normals, randomFrom } from "../../../shared/random";
import type { Tensor } from "../../../shared/tensor";
import type { AnalysisContext } from "../context";
import type { Reals } from "../innerProducts";
import { realsOf, tensorOf } from "../orbit";
import { checkMixings } from "./mixings";

const shape = [4, 2, 8, 8];
const states = tensorOf(normals(randomFrom(4), 4 * 2 * 64), shape);
const fields = parseFieldSpec("vector:v");
const context = {
  elements: d4.elements,
  input: states,
  target: states,
  fields,
  outputFields: fields,
} as unknown as AnalysisContext;

/** |v|² v, which commutes with every rotation and reflection of components as of the grid. */
function cubic(x: Tensor): Promise<Reals> {
  const v = realsOf(x);
  const out = new Float64Array(v.length);
  for (let i = 0; i < v.length; i += 128) {
    for (let p = 0; p < 64; p++) {
      const square = v[i + p]! ** 2 + v[i + 64 + p]! ** 2;
      out[i + p] = square * v[i + p]!;
      out[i + 64 + p] = square * v[i + 64 + p]!;
    }
  }
  return Promise.resolve(out);
}

/** −∂v/∂x·v in stored order: its x is the last axis; equivariant only under the stated convention. */
function advection(x: Tensor): Promise<Reals> {
  const v = realsOf(x);
  const out = new Float64Array(v.length);
  const at = (i: number, c: number, row: number, column: number): number =>
    v[i * 128 + c * 64 + ((row + 8) % 8) * 8 + ((column + 8) % 8)]!;
  for (let i = 0; i < 4; i++) {
    for (let c = 0; c < 2; c++) {
      for (let y = 0; y < 8; y++) {
        for (let k = 0; k < 8; k++) {
          const dx = at(i, c, y, k + 1) - at(i, c, y, k - 1);
          const dy = at(i, c, y + 1, k) - at(i, c, y - 1, k);
          out[i * 128 + c * 64 + y * 8 + k] = -(at(i, 0, y, k) * dx + at(i, 1, y, k) * dy);
        }
      }
    }
  }
  return Promise.resolve(out);
}

/** Components exchanged before and after. */
const exchanged =
  (f: (x: Tensor) => Promise<Reals>) =>
  async (x: Tensor): Promise<Reals> => {
    const swap = (values: Reals): Reals =>
      actMixing(
        d4.identity,
        [
          [0, 1],
          [1, 0],
        ],
        values,
        shape,
        fields,
      );
    return swap(await f(tensorOf(swap(realsOf(x)), shape)));
  };

const outputs = async (f: (x: Tensor) => Promise<Reals>): Promise<Tensor> =>
  tensorOf(await f(states), shape);

describe("mixings of components", () => {
  test("the stated one fits a function that is equivariant under it, and nothing is remarked", async () => {
    const result = (await checkMixings(context, await outputs(advection), advection))!;
    expect(result.notices).toEqual([]);
    const errors = result.arrays.mixing_error!.tensor.data as Float64Array;
    const r = d4.elements.findIndex(({ id }) => id === "r");
    expect(Math.min(...errors.subarray(8 * r, 8 * r + 8))).toBeLessThan(1e-12);
  });

  test("with components stored in the other order another mixing stands out, and is named", async () => {
    const f = exchanged(advection);
    const result = (await checkMixings(context, await outputs(f), f))!;
    expect(result.notices).toHaveLength(1);
    expect(result.notices[0]).toMatch(/as stated/);
  });

  test("where every mixing commutes, nothing is remarked", async () => {
    const result = (await checkMixings(context, await outputs(cubic), cubic))!;
    expect(result.notices).toEqual([]);
  });

  test("scalars are not asked about", async () => {
    const scalars = { ...context, fields: parseFieldSpec("scalar:a,scalar:b") };
    expect(await checkMixings(scalars, states, cubic)).toBeNull();
  });
});
