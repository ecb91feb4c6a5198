/** A tensor with its axes in another order. */
import { allocate, sizeOf, stridesOf, type Tensor } from "../../shared/tensor";

/** @param axes the axis of `tensor` that each axis of the result is */
export function permuted(tensor: Tensor, axes: readonly number[]): Tensor {
  const { dtype, data } = tensor;
  const shape = axes.map((axis) => tensor.shape[axis]!);
  const from = stridesOf(tensor.shape);
  const strides = axes.map((axis) => from[axis]!);
  const out = allocate(dtype, sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data: out };
}
