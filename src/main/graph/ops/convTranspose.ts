/** The transpose of convolution with respect to its input: upsampling layers, and strided gradients. */
import { sizeOf, type TensorType } from "../../../shared/tensor";
import { ShapeError, type OpRule } from "../rule";
import { batchConvolution, type ConvAttributes } from "./conv";
import { commonDType, expectInputs } from "./shapes";
import { overChannels } from "./channels";
import { expectWindow, reach } from "./window";

export type ConvTransposeAttributes = ConvAttributes & {
  /** Rows and columns added at the end of each axis, less than the stride: what a strided Conv left unread. */
  output_padding: readonly number[];
};

/**
 * ConvTranspose-11 without bias: x [N, C, …], w [C, M/group, …kernel] to y [N, M, …] of extents
 * stride·(extent − 1) + reach + output_padding − pads; with z = Conv(y, w), y here is ∂⟨x, z⟩/∂y.
 * x̄ = Conv(ȳ, w);  w̄ = ConvWeight(ȳ, x).
 */
export const ConvTranspose: OpRule<ConvTransposeAttributes> = {
  infer: (inputs, attrs) => [transposedType(inputs, attrs)],

  vjp(g, { inputs: [x, w], cotangents: [dy], attrs: { output_padding: _, ...attrs }, wanted }) {
    return [
      wanted[0] ? g.node("Conv", [dy!, w!], attrs)[0]! : null,
      wanted[1]
        ? g.node("ConvWeight", [dy!, x!], { ...attrs, kernel: w!.shape.slice(2) })[0]!
        : null,
    ];
  },

  jvp(g, { inputs: [x, w], tangents: [dx, dw], attrs }) {
    const terms = [
      ...(dx === null ? [] : g.node("ConvTranspose", [dx!, w!], attrs)),
      ...(dw === null ? [] : g.node("ConvTranspose", [x!, dw!], attrs)),
    ];
    return [terms.reduce((sum, term) => g.add(sum, term))];
  },

  batch: batchConvolution("ConvTranspose", (g, w) => {
    const [size, c, mg, ...kernel] = w.shape;
    const order = [1, 0, 2, ...kernel.map((_, axis) => axis + 3)];
    return g.reshape(g.transpose(w, order), [c!, size! * mg!, ...kernel]);
  }),

  kernel([x, w], attrs, [y]) {
    const out = new Float64Array(sizeOf(y!.shape));
    overChannels(
      { big: y!.shape, small: x!.shape, weights: w!.shape },
      attrs,
      ({ tap, big, small, count, step }, starts) => {
        const [xs, ws, sums] = [x!.data, w!.data, out];
        for (let r = 0; r < count.length; r++) {
          const weight = ws[starts.weights + tap[r]!]!;
          let from = starts.small + small[r]!;
          const end = from + count[r]!;
          for (let at = starts.big + big[r]!; from < end; from++, at += step) {
            sums[at]! += weight * xs[from]!;
          }
        }
      },
    );
    return [out];
  },

  onnx: (attrs, [, w]) => ({ attributes: { ...attrs, kernel_shape: w!.shape.slice(2) } }),
  work: ([x, w]) => sizeOf(x!.shape) * sizeOf(w!.shape.slice(1)),
};

function transposedType(inputs: readonly TensorType[], attrs: ConvTransposeAttributes): TensorType {
  expectInputs(inputs, 2);
  const dtype = commonDType(inputs);
  const [[n, c, ...extents], [weightsIn, mg, ...kernel]] = inputs.map(({ shape }) => shape) as [
    readonly number[],
    readonly number[],
  ];
  if (extents.length !== kernel.length) {
    throw new ShapeError(`a kernel over ${kernel.length} axes on an input with ${extents.length}`);
  }
  expectWindow(kernel, attrs);
  const { group, strides, pads, dilations, output_padding } = attrs;
  if (c !== weightsIn || c! % group !== 0) {
    throw new ShapeError(
      `${c} channels in ${group} group${group === 1 ? "" : "s"} do not fit weights [${weightsIn}, ${mg}, …]`,
    );
  }
  const fits = output_padding.every((extra, axis) => extra >= 0 && extra < strides[axis]!);
  if (output_padding.length !== kernel.length || !fits) {
    throw new ShapeError(
      `output_padding [${output_padding.join(", ")}] is not below strides [${strides.join(", ")}]`,
    );
  }
  const result = extents.map((extent, axis) => {
    const full = strides[axis]! * (extent - 1) + reach(kernel[axis]!, dilations[axis]!);
    return full + output_padding[axis]! - pads[axis]! - pads[kernel.length + axis]!;
  });
  if (result.some((extent) => extent < 1)) {
    throw new ShapeError(`pads [${pads.join(", ")}] leave nothing of the output`);
  }
  return { dtype, shape: [n!, mg! * group, ...result] };
}
