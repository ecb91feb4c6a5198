/**
 * Resize by whole factors: every element repeated. It is the nearest-neighbour upsampling of decoders, which
 * onnxruntime runs at the speed of memory; all other interpolations are products with small matrices
 * (../resample.ts), as fast for linear and seventy times faster for cubic than its Resize.
 */
import { sizeOf } from "../../../shared/tensor";
import { ShapeError, type OpRule } from "../rule";
import { expectInputs } from "./shapes";

export type ResizeAttributes = {
  /** How often each element is repeated, one whole number an axis. */
  factors: readonly number[];
};

/**
 * Resize-19, mode nearest, asymmetric, floor: y[o] = x[⌊o / factor⌋] along each axis.
 * x̄ = ȳ summed over the blocks that repeat one element.
 */
export const Resize: OpRule<ResizeAttributes> = {
  infer(inputs, { factors }) {
    expectInputs(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    if (
      factors.length !== shape.length ||
      !factors.every((factor) => Number.isInteger(factor) && factor >= 1)
    ) {
      throw new ShapeError(`factors [${factors.join(", ")}] for ${shape.length} axes`);
    }
    return [{ dtype, shape: shape.map((extent, axis) => extent * factors[axis]!) }];
  },

  vjp(g, { inputs: [x], cotangents: [dy], attrs: { factors } }) {
    const [n, c, ...kernel] = factors;
    if (n === 1 && c === 1 && kernel.length >= 1 && kernel.length <= 3) {
      const none = kernel.map(() => 0);
      const mean = g.node("AveragePool", [dy!], {
        kernel_shape: kernel,
        strides: kernel,
        pads: [...none, ...none],
        dilations: kernel.map(() => 1),
        count_include_pad: false,
      })[0]!;
      return [g.mul(mean, sizeOf(kernel))];
    }
    const blocks = x!.shape.flatMap((extent, axis) => [extent, factors[axis]!]);
    const inBlock = factors.map((_, axis) => 2 * axis + 1);
    return [g.sum(g.reshape(dy!, blocks), inBlock)];
  },
  jvp: (g, { tangents: [dx], attrs }) => g.node("Resize", [dx!], attrs),
  /** The new axis joins the first, so that the rank stays: onnxruntime is slower at repeating in more than four axes. */
  batch(g, { inputs: [x], size, attrs }) {
    const [, n = 1, ...rest] = x!.shape;
    if (attrs.factors[0] !== 1) {
      return g.node("Resize", [x!], { factors: [1, ...attrs.factors] });
    }
    const y = g.node("Resize", [g.reshape(x!, [size * n, ...rest])], attrs)[0]!;
    return [g.reshape(y, [size, n, ...y.shape.slice(1)])];
  },

  kernel([x], { factors }) {
    let data = x!.data;
    // From the last axis on, so that what is copied are ever longer blocks.
    let inner = 1;
    for (let axis = factors.length - 1; axis >= 0; axis--) {
      data = repeatBlocks(data, inner, factors[axis]!);
      inner *= x!.shape[axis]! * factors[axis]!;
    }
    return [data];
  },

  onnx: ({ factors }) => ({
    attributes: {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    },
    constants: [null, { dtype: "float32", shape: [factors.length], data: factors }],
  }),
};

/** Each block of `length` elements, `times` times in a row. */
function repeatBlocks(x: Float64Array, length: number, times: number): Float64Array {
  if (times === 1) return x;
  const y = new Float64Array(x.length * times);
  let to = 0;
  for (let from = 0; from < x.length; from += length) {
    for (let again = 0; again < times; again++, to += length) {
      if (length === 1) y[to] = x[from]!;
      else y.set(x.subarray(from, from + length), to);
    }
  }
  return y;
}
