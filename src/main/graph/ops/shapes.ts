/** Shape arithmetic that operator rules share: broadcasting, reduction, axes. */
import { showType, type DType, type TensorType } from "../../../shared/tensor";
import { ShapeError } from "../rule";

/** The common shape of operands that broadcast as in NumPy: aligned at the right, extent 1 stretches. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((extent, axis) => {
      const at = rank - shape.length + axis;
      if (result[at] === 1) result[at] = extent;
      else if (extent !== 1 && extent !== result[at]) {
        throw new ShapeError(
          `shapes ${shapes.map((each) => `[${each.join(", ")}]`).join(" and ")} do not broadcast`,
        );
      }
    });
  }
  return result;
}

/** Strides with which an operand of `shape` is read over the broadcast shape `over`: 0 along stretched axes. */
export function broadcastStrides(shape: readonly number[], over: readonly number[]): number[] {
  const result = new Array<number>(over.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis]!;
    if (extent !== 1) result[over.length - shape.length + axis] = stride;
    stride *= extent;
  }
  return result;
}

/** Axes of `over` along which an operand of `shape` was stretched, the missing leading ones included. */
export function stretchedAxes(shape: readonly number[], over: readonly number[]): number[] {
  const missing = over.length - shape.length;
  return over.flatMap((extent, axis) =>
    axis < missing || (shape[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  );
}

/** `shape` reduced over `axes`. */
export function reducedShape(
  shape: readonly number[],
  axes: readonly number[],
  keepdims: boolean,
): number[] {
  if (keepdims) return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  return shape.filter((_, axis) => !axes.includes(axis));
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Exactly `count` inputs, or a ShapeError. */
export function expectInputs(inputs: readonly TensorType[], count: number): void {
  if (inputs.length !== count) {
    throw new ShapeError(`takes ${count} input${count === 1 ? "" : "s"}, not ${inputs.length}`);
  }
}

/** The element type that all inputs have. */
export function commonDType(inputs: readonly TensorType[]): DType {
  const dtype = inputs[0]!.dtype;
  if (inputs.some((input) => input.dtype !== dtype)) {
    throw new ShapeError(`element types differ: ${inputs.map(showType).join(" and ")}`);
  }
  return dtype;
}

/** `axis` is one of the axes of a tensor of rank `rank`; negative axes were resolved before. */
export function expectAxis(axis: number, rank: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
    throw new ShapeError(`axis ${axis} is not one of the ${rank} axes`);
  }
}

export function expectAxes(axes: readonly number[], rank: number): void {
  for (const axis of axes) expectAxis(axis, rank);
  if (new Set(axes).size !== axes.length) throw new ShapeError(`axes ${axes.join(", ")} repeat`);
}

/** The permutation that undoes `perm`. */
export function inversePermutation(perm: readonly number[]): number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}

/** 0, 1 … count − 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
