import fc from "fast-check";
import { expect, test } from "vitest";
import { channelSigns, parseFieldSpec, showFieldSpec, type FieldSpec } from "../fields/spec";
import { act } from "./act";
import { d4 } from "./catalogue";
import { channelMoves } from "./channelMoves";
import { determinant, multiply } from "./element";

const size = 5;
const shape = [2, 6, size, size];
const straight = parseFieldSpec("scalar:p,vector:v,pseudoscalar:w,vector:b");
const readings = ["x,y", "x,-y", "-x,y", "-x,-y", "y,x", "y,-x", "-y,x", "-y,-x"];
const anySpec = fc
  .tuple(fc.constantFrom(...readings), fc.constantFrom(...readings))
  .map(([v, b]) => parseFieldSpec(`scalar:p,vector:v(${v}),pseudoscalar:w,vector:b(${b})`));
const anyElement = fc.constantFrom(...d4.elements);
const numbers = Float64Array.from({ length: 2 * 6 * size * size }, (_, i) => Math.sin(7 * i) + i);

/** P⁻¹: the channels of straight states as a file with that spec stores them. */
function stored(values: Float64Array, spec: FieldSpec): Float64Array {
  const signs = channelSigns(spec);
  const out = new Float64Array(values.length);
  const plane = size * size;
  spec.forEach(({ channels }, field) => {
    channels.forEach((to, i) => {
      const from = straight[field]!.channels[i]!;
      for (const b of [0, 1]) {
        for (let k = 0; k < plane; k++) {
          out[(b * 6 + to) * plane + k] = signs[to]! * values[(b * 6 + from) * plane + k]!;
        }
      }
    });
  });
  return out;
}

test("on components stored in any order and sign an element acts as P⁻¹ρ(g)P", () => {
  fc.assert(
    fc.property(anySpec, anyElement, (spec, g) => {
      const expected = stored(act(g, numbers, shape, straight), spec);
      expect(act(g, stored(numbers, spec), shape, spec)).toEqual(expected);
    }),
  );
});

test("the moves are a representation, whatever is stored", () => {
  fc.assert(
    fc.property(anySpec, anyElement, anyElement, (spec, a, b) => {
      const [first, second, both] = [b.matrix, a.matrix, multiply(a.matrix, b.matrix)].map(
        (matrix) => channelMoves(matrix, spec, 6),
      );
      second!.source.forEach((via, c) => {
        expect(both!.source[c]).toBe(first!.source[via]);
        expect(both!.sign[c]).toBe(second!.sign[c]! * first!.sign[via]!);
      });
    }),
  );
});

test("the sign of the whole vector does not matter, an exchange of components does", () => {
  const moves = (text: string) => channelMoves(d4.elements[1]!.matrix, parseFieldSpec(text), 2);
  expect(moves("vector:v(-x,-y)")).toEqual(moves("vector:v"));
  expect(moves("vector:v(y,x)")).not.toEqual(moves("vector:v"));
  expect(determinant(d4.elements[1]!.matrix)).toBe(1);
  expect(showFieldSpec(parseFieldSpec("vector:v(x,y)"))).toBe("vector:v");
});

test("an element moves the tensor v⊗w as the product of the vectors that it moves", () => {
  const vectors = parseFieldSpec("vector:v,vector:w");
  const spec = parseFieldSpec("tensor:T");
  const points = size * size;
  const product = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: 4 * points }, (_, at) => {
      const [component, point] = [Math.floor(at / points), at % points];
      const [i, j] = [Math.floor(component / 2), component % 2];
      return values[i * points + point]! * values[(2 + j) * points + point]!;
    });
  const values = numbers.slice(0, 4 * points);
  const four = [1, 4, size, size];
  for (const g of d4.elements) {
    // Signs and places only: not even rounding is between them.
    expect(act(g, product(values), four, spec), g.id).toEqual(product(act(g, values, four, vectors))); // prettier-ignore
  }
});
