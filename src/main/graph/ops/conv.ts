/** Convolution (cross-correlation, as everywhere in deep learning) over one to three axes. */
import { sizeOf, type TensorType } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type BatchContext, type OpRule } from "../rule";
import { commonDType, expectInputs } from "./shapes";
import { overChannels } from "./channels";
import { expectWindow, positions, reach, type WindowAttributes } from "./window";

export type ConvAttributes = WindowAttributes & {
  /** Channels come in this many groups that do not see each other. */
  group: number;
};

/**
 * Conv-11 without bias (the importer adds it): x [N, C, …], w [M, C/group, …kernel] to y [N, M, …],
 * y[n, m, o] = Σ_{c, k} w[m, c, k] x[n, c, o·stride + k·dilation − pad].
 * x̄: ȳ convolved with the turned kernel (ConvTranspose if strided);  w̄ = ConvWeight(x, ȳ).
 */
export const Conv: OpRule<ConvAttributes> = {
  infer: (inputs, attrs) => [convType(inputs, attrs)],

  vjp: (g, { inputs: [x, w], cotangents: [dy], attrs, wanted }) => [
    wanted[0] ? inputCotangent(g, dy!, w!, x!.shape, attrs) : null,
    wanted[1] ? g.node("ConvWeight", [x!, dy!], { ...attrs, kernel: w!.shape.slice(2) })[0]! : null,
  ],

  jvp(g, { inputs: [x, w], tangents: [dx, dw], attrs }) {
    const terms = [
      ...(dx === null ? [] : g.node("Conv", [dx!, w!], attrs)),
      ...(dw === null ? [] : g.node("Conv", [x!, dw!], attrs)),
    ];
    return [terms.reduce((sum, term) => g.add(sum, term))];
  },

  batch: batchConvolution("Conv", (g, w, group) => {
    const [size, m, ...rest] = w.shape;
    const grouped = g.reshape(w, [size!, group, m! / group, ...rest]);
    const order = grouped.shape.map((_, axis) => (axis < 2 ? 1 - axis : axis));
    return g.reshape(g.transpose(grouped, order), [size! * m!, ...rest]);
  }),

  kernel([x, w], attrs, [y]) {
    const out = new Float64Array(sizeOf(y!.shape));
    overChannels(
      { big: x!.shape, small: y!.shape, weights: w!.shape },
      attrs,
      ({ tap, big, small, count, step }, starts) => {
        const [xs, ws, sums] = [x!.data, w!.data, out];
        for (let r = 0; r < count.length; r++) {
          const weight = ws[starts.weights + tap[r]!]!;
          let to = starts.small + small[r]!;
          const end = to + count[r]!;
          for (let at = starts.big + big[r]!; to < end; to++, at += step) {
            sums[to]! += weight * xs[at]!;
          }
        }
      },
    );
    return [out];
  },

  onnx: (attrs, [, w]) => ({ attributes: { ...attrs, kernel_shape: w!.shape.slice(2) } }),
  work: ([, w], _, [y]) => sizeOf(y!.shape) * sizeOf(w!.shape.slice(1)),
};

function convType(inputs: readonly TensorType[], attrs: ConvAttributes): TensorType {
  expectInputs(inputs, 2);
  const dtype = commonDType(inputs);
  const [[n, c, ...extents], [m, cg, ...kernel]] = inputs.map(({ shape }) => shape) as [
    readonly number[],
    readonly number[],
  ];
  if (extents.length !== kernel.length) {
    throw new ShapeError(`a kernel over ${kernel.length} axes on an input with ${extents.length}`);
  }
  expectWindow(kernel, attrs);
  const { group } = attrs;
  if (c !== cg! * group || m! % group !== 0) {
    throw new ShapeError(
      `${c} channels in ${group} group${group === 1 ? "" : "s"} do not fit weights [${m}, ${cg}, …]`,
    );
  }
  return { dtype, shape: [n!, m!, ...positions(extents, kernel, attrs)] };
}

/** x̄ of y = Conv(x, w). For stride 1 a Conv again, which onnxruntime runs in 0.6 of ConvTranspose's time. */
export function inputCotangent(
  g: Builder,
  dy: Value,
  w: Value,
  shape: readonly number[],
  attrs: ConvAttributes,
): Value {
  const { strides, pads, dilations } = attrs;
  const kernel = w.shape.slice(2);
  const rank = kernel.length;
  const turned = pads.map((pad, i) => reach(kernel[i % rank]!, dilations[i % rank]!) - 1 - pad);
  if (strides.every((stride) => stride === 1) && turned.every((pad) => pad >= 0)) {
    return g.node("Conv", [dy, turnedWeights(g, w, attrs.group)], { ...attrs, pads: turned })[0]!;
  }
  // What the last stride left unread at the end of an axis.
  const output_padding = kernel.map((taps, axis) => {
    const padded = shape[axis + 2]! + pads[axis]! + pads[rank + axis]!;
    return (padded - reach(taps, dilations[axis]!)) % strides[axis]!;
  });
  return g.node("ConvTranspose", [dy, w], { ...attrs, output_padding })[0]!;
}

/** w[m, c, k] as w[c, m, −k], within each group: the kernel of the transposed convolution. */
function turnedWeights(g: Builder, w: Value, group: number): Value {
  const [m, cg, ...kernel] = w.shape;
  const taps = sizeOf(kernel);
  const grouped = g.reshape(w, [group, m! / group, cg!, taps]);
  // Turned about all axes is reversed in row-major order.
  const turned = g.flip(g.transpose(grouped, [0, 2, 1, 3]), [3]);
  return g.reshape(turned, [group * cg!, m! / group, ...kernel]);
}

/**
 * The batch rule of Conv and ConvTranspose. Only x batched: its samples join the others. Only w: more output
 * channels on the same input. Both: groups of channels, each with its own kernels.
 * @param widen kernels [size, …weights] as those of one convolution whose output channels are in the order
 * group, size, channel
 */
export function batchConvolution<A extends ConvAttributes>(
  op: "Conv" | "ConvTranspose",
  widen: (g: Builder, w: Value, group: number) => Value,
) {
  return (g: Builder, { inputs, batched, size, attrs }: BatchContext<A>): Value[] => {
    const [x, w] = inputs as [Value, Value];
    const { group } = attrs;
    if (!batched[1]) {
      const [, n, ...rest] = x.shape;
      const y = g.node(op, [g.reshape(x, [size * n!, ...rest]), w], attrs)[0]!;
      return [g.reshape(y, [size, n!, ...y.shape.slice(1)])];
    }
    if (!batched[0]) return [apart(g, g.node(op, [x, widen(g, w, group)], attrs)[0]!, group, size)];
    const [, n, c, ...extents] = x.shape;
    const order = x.shape.map((_, axis) => (axis < 2 ? 1 - axis : axis));
    const stacked = g.reshape(g.transpose(x, order), [n!, size * c!, ...extents]);
    const kernels = g.reshape(w, [size * w.shape[1]!, ...w.shape.slice(2)]);
    const y = g.node(op, [stacked, kernels], { ...attrs, group: size * group })[0]!;
    return [apart(g, y, 1, size)];
  };
}

/** [N, group · size · C, …] as [size, N, group · C, …]. */
function apart(g: Builder, y: Value, group: number, size: number): Value {
  const [n, channels, ...extents] = y.shape;
  const each = channels! / group / size;
  const split = g.reshape(y, [n!, group, size, each, ...extents]);
  const order = [2, 0, 1, 3, ...extents.map((_, axis) => axis + 4)];
  return g.reshape(g.transpose(split, order), [size, n!, group * each, ...extents]);
}
