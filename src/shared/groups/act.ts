/**
 * The exact action of an element on fields: a permutation of grid points and a signed permutation of components, so it
 * commutes with float rounding and costs one pass over the data.
 */
import { UserError } from "../errors";
import type { FieldSpec } from "../fields/spec";
import { channelMoves } from "./channelMoves";
import { isShift, transpose, type Element, type SignedPermutation } from "./element";

type FloatArray = Float32Array | Float64Array;

/**
 * g·u: (g·u)(p) = ρ(M) u(M⁻¹(p − shift)), with ρ from the field spec.
 * @param values [B, C, H, W] row-major, any shape for the identity
 * @param out written when given (same length, not `values` itself); otherwise allocated
 * @throws UserError "group/not-square", "group/no-grid-shift", "group/no-grid"
 */
export function act<A extends FloatArray>(
  element: Element,
  values: A,
  shape: readonly number[],
  spec: FieldSpec,
  out?: A,
): A {
  return actMixing(element, element.matrix, values, shape, spec, out);
}

/**
 * As `act`, but components of vectors and tensors are mixed by `mixing` instead of the element's own matrix, and
 * pseudoscalars take its determinant. This is no symmetry unless the two agree; it serves to find out which convention a file follows.
 */
export function actMixing<A extends FloatArray>(
  element: Element,
  mixing: SignedPermutation,
  values: A,
  shape: readonly number[],
  spec: FieldSpec,
  out: A = like(values),
): A {
  if (element.id === "e" && mixing === element.matrix) {
    out.set(values);
    return out;
  }
  const [batch, channels, height, width] = gridShape(element, shape);
  const { source, sign } = channelMoves(mixing, spec, channels);
  const [fromRow, fromColumn] = pointMoves(element, height, width);
  const plane = height * width;
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      const base = (b * channels + source[c]!) * plane;
      const factor = sign[c]!;
      let o = (b * channels + c) * plane;
      for (let y = 0; y < height; y++) {
        const row = base + fromRow[y]!;
        for (let x = 0; x < width; x++) out[o++] = factor * values[row + fromColumn[x]!]!;
      }
    }
  }
  return out;
}

function like<A extends FloatArray>(values: A): A {
  return (
    values instanceof Float32Array
      ? new Float32Array(values.length)
      : new Float64Array(values.length)
  ) as A;
}

function gridShape(element: Element, shape: readonly number[]): [number, number, number, number] {
  if (shape.length !== 4) {
    throw new UserError(
      "group/no-grid",
      `${element.label} acts on states [batch, channel, y, x], not on [${shape.join(", ")}].`,
      { todo: "Choose the trivial group for data without a plane grid." },
    );
  }
  return [shape[0]!, shape[1]!, shape[2]!, shape[3]!];
}

/**
 * The offset of a point's source is a function of its row plus one of its column, also where the axes are exchanged;
 * two short tables therefore do for the whole plane.
 */
function pointMoves(element: Element, height: number, width: number): [Int32Array, Int32Array] {
  const back = transpose(element.matrix);
  const swaps = back[0][0] === 0;
  if (swaps && height !== width) {
    throw new UserError(
      "group/not-square",
      `${element.label} exchanges the axes and needs a square grid, not ${height} × ${width} points.`,
    );
  }
  const [shiftX, shiftY] = isShift(element) ? wholeShift(element, height, width) : [0, 0];
  const sourceX = (x: number, sign: number): number => (sign > 0 ? x : width - 1 - x);
  const sourceY = (y: number, sign: number): number => (sign > 0 ? y : height - 1 - y);
  const unshiftedX = (x: number): number => (x - shiftX + width) % width;
  const unshiftedY = (y: number): number => (y - shiftY + height) % height;
  const fromRow = Int32Array.from({ length: height }, (_, y) =>
    swaps ? sourceX(unshiftedY(y), back[0][1]) : sourceY(unshiftedY(y), back[1][1]) * width,
  );
  const fromColumn = Int32Array.from({ length: width }, (_, x) =>
    swaps ? sourceY(unshiftedX(x), back[1][0]) * width : sourceX(unshiftedX(x), back[0][0]),
  );
  return [fromRow, fromColumn];
}

function wholeShift(element: Element, height: number, width: number): [number, number] {
  const { steps, of } = element.shift;
  const points = [(width * steps[0]) / of, (height * steps[1]) / of] as const;
  if (!points.every(Number.isInteger)) {
    throw new UserError(
      "group/no-grid-shift",
      `${element.label} shifts by a fraction of a grid spacing on ${height} × ${width} points.`,
      { todo: `Choose a number of parts that divides both ${height} and ${width}.` },
    );
  }
  return [points[0], points[1]];
}
