/** Tensors of order 2 under D4 and the shifts of a periodic plane: components against M T Mᵀ, and laws that make and take them. */
import { describe, expect, test } from "vitest";
import { parseFieldSpec, type FieldSpec } from "../../shared/fields/spec";
import { act } from "../../shared/groups/act";
import { d4, groupByName } from "../../shared/groups/catalogue";
import type { Element } from "../../shared/groups/element";
import { divergence, gradient, type Plane } from "./operators";

const n = 8;
const points = n * n;
const plane: Plane = { shape: [n, n], length: [1, 1] };
const vector = parseFieldSpec("vector:v");
const tensor = parseFieldSpec("tensor:T");

const numbers = (channels: number): Float64Array =>
  Float64Array.from({ length: channels * points }, (_, i) => Math.sin(12.9898 * (i + 1)));
const of = (values: Float64Array, channel: number): Float64Array =>
  values.subarray(channel * points, (channel + 1) * points);
const together = (...fields: readonly Float64Array[]): Float64Array =>
  Float64Array.from(fields.flatMap((field) => [...field]));

/** T_ij = ∂_j v_i, in rows: unlike a strain it tells rows from columns. */
const slopes = (v: Float64Array): Float64Array =>
  together(...gradient(of(v, 0), plane), ...gradient(of(v, 1), plane));

/** Σ_j ∂_j T_ij: the force of a stress. */
const force = (T: Float64Array): Float64Array =>
  together(divergence([of(T, 0), of(T, 1)], plane), divergence([of(T, 2), of(T, 3)], plane));

const difference = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

const moved = (g: Element, values: Float64Array, spec: FieldSpec): Float64Array =>
  act(g, values, [1, values.length / points, n, n], spec);

test("at every point the components become those of M T Mᵀ", () => {
  const T = numbers(4);
  const parts = parseFieldSpec("scalar:a,scalar:b,scalar:c,scalar:d");
  for (const g of d4.elements) {
    // Scalars are carried to where they belong, and what is left is to mix them at each point.
    const carried = moved(g, T, parts);
    const expected = new Float64Array(4 * points);
    for (let p = 0; p < points; p++) {
      for (const [i, j] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        let sum = 0;
        for (const k of [0, 1] as const) {
          for (const l of [0, 1] as const) {
            sum += g.matrix[i][k] * carried[(2 * k + l) * points + p]! * g.matrix[j][l];
          }
        }
        expected[(2 * i + j) * points + p] = sum;
      }
    }
    // Minus zero and zero are one number: only sums make the latter.
    expect(difference(moved(g, T, tensor), expected), g.id).toBe(0);
  }
});

describe.each(["d4", "c4", "translations:4"])("%s commutes with", (name) => {
  const { elements } = groupByName(name);

  test("the slopes of a velocity, which are a tensor", () => {
    const v = numbers(2);
    for (const g of elements) {
      // Spectral derivatives of values about 1 at wave numbers up to 2π·4: rounding times 25.
      expect(difference(slopes(moved(g, v, vector)), moved(g, slopes(v), tensor)), g.id).toBeLessThan(1e-12 * 25); // prettier-ignore
    }
  });

  test("the force of a stress, which is a vector", () => {
    const T = numbers(4);
    for (const g of elements) {
      expect(difference(force(moved(g, T, tensor)), moved(g, force(T), vector)), g.id).toBeLessThan(1e-12 * 25); // prettier-ignore
    }
  });
});

test("four scalars in a tensor’s place break both laws", () => {
  const scalars = parseFieldSpec("scalar:a,scalar:b,scalar:c,scalar:d");
  const g = d4.elements.find(({ id }) => id === "r")!;
  const [v, T] = [numbers(2), numbers(4)];
  expect(difference(slopes(moved(g, v, vector)), moved(g, slopes(v), scalars))).toBeGreaterThan(1);
  expect(difference(force(moved(g, T, scalars)), moved(g, force(T), vector))).toBeGreaterThan(1);
});
