/**
 * How a convolution depends on its weights, turned round. ⟨ȳ, Conv(x, w)⟩ is linear in each of x, w and ȳ; Conv,
 * ConvTranspose and this are its derivatives by ȳ, x and w, so each one's rules are written with the other two.
 */
import { sizeOf, type TensorType } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type OpRule } from "../rule";
import { overChannels } from "./channels";
import { inputCotangent, type ConvAttributes } from "./conv";
import { commonDType, expectInputs } from "./shapes";
import { expectWindow, positions } from "./window";

export type ConvWeightAttributes = ConvAttributes & {
  /** Extents of the kernel, which the extents of x and ȳ leave open where a stride does. */
  kernel: readonly number[];
};

/**
 * x [N, C, …] and ȳ [N, M, …] to w̄ [M, C/group, …kernel],
 * w̄[m, c, k] = Σ_n Σ_o ȳ[n, m, o] x[n, c, o·stride + k·dilation − pad].
 * No operator of ONNX: files and executors get it as matrix products (weightProducts.ts).
 */
export const ConvWeight: OpRule<ConvWeightAttributes> = {
  infer: (inputs, attrs) => [weightType(inputs, attrs)],

  vjp: (g, { inputs: [x, dy], cotangents: [dw], attrs: { kernel: _, ...attrs }, wanted }) => [
    wanted[0] ? inputCotangent(g, dy!, dw!, x!.shape, attrs) : null,
    wanted[1] ? g.node("Conv", [x!, dw!], attrs)[0]! : null,
  ],

  jvp(g, { inputs: [x, dy], tangents: [dx, ddy], attrs }) {
    const terms = [
      ...(dx === null ? [] : g.node("ConvWeight", [dx!, dy!], attrs)),
      ...(ddy === null ? [] : g.node("ConvWeight", [x!, ddy!], attrs)),
    ];
    return [terms.reduce((sum, term) => g.add(sum, term))];
  },

  /** Both batched: groups of channels, which is what a gradient a sample comes to. One: more channels of that one. */
  batch(g, { inputs, batched, size, attrs }) {
    const { group } = attrs;
    const [x, dy] = inputs.map((value, i) =>
      batched[i] ? joined(g, value, batched.every(Boolean) ? 1 : group) : value,
    ) as [Value, Value];
    const both = batched.every(Boolean);
    const dw = g.node("ConvWeight", [x, dy], { ...attrs, group: both ? size * group : group })[0]!;
    const [m, cg, ...kernel] = dw.shape as [number, number, ...number[]];
    if (both) return [g.reshape(dw, [size, m / size, cg, ...kernel])];
    const split = batched[0]
      ? { shape: [m, size, cg / size], order: [1, 0, 2], each: [m, cg / size] }
      : { shape: [group, size, m / group / size, cg], order: [1, 0, 2, 3], each: [m / size, cg] };
    const rest = kernel.map((_, axis) => axis + split.shape.length);
    const apart = g.transpose(g.reshape(dw, [...split.shape, ...kernel]), [
      ...split.order,
      ...rest,
    ]);
    return [g.reshape(apart, [size, ...split.each, ...kernel])];
  },

  kernel([x, dy], attrs, [dw]) {
    const out = new Float64Array(sizeOf(dw!.shape));
    overChannels(
      { big: x!.shape, small: dy!.shape, weights: dw!.shape },
      attrs,
      ({ tap, big, small, count, step }, starts) => {
        const [xs, dys, sums] = [x!.data, dy!.data, out];
        for (let r = 0; r < count.length; r++) {
          let sum = 0;
          let from = starts.small + small[r]!;
          const end = from + count[r]!;
          for (let at = starts.big + big[r]!; from < end; from++, at += step) {
            sum += dys[from]! * xs[at]!;
          }
          sums[starts.weights + tap[r]!]! += sum;
        }
      },
    );
    return [out];
  },

  work: ([, dy], _, [dw]) => sizeOf(dy!.shape) * sizeOf(dw!.shape.slice(1)),
};

function weightType(inputs: readonly TensorType[], attrs: ConvWeightAttributes): TensorType {
  expectInputs(inputs, 2);
  const dtype = commonDType(inputs);
  const [[n, c, ...big], [others, m, ...small]] = inputs.map(({ shape }) => shape) as [
    readonly number[],
    readonly number[],
  ];
  const { group, kernel } = attrs;
  expectWindow(kernel, attrs);
  if (n !== others || big.length !== kernel.length || c! % group !== 0 || m! % group !== 0) {
    throw new ShapeError(
      `[${inputs[0]!.shape.join(", ")}] and [${inputs[1]!.shape.join(", ")}] are not input and output of a ` +
        `convolution in ${group} group${group === 1 ? "" : "s"} over ${kernel.length} axes`,
    );
  }
  const seen = positions(big, kernel, attrs);
  if (seen.join() !== small.join()) {
    throw new ShapeError(
      `a kernel of [${kernel.join(", ")}] has [${seen.join(", ")}] positions, not [${small.join(", ")}]`,
    );
  }
  return { dtype, shape: [m!, c! / group, ...kernel] };
}

/** [size, N, group · C, …] as [N, group · size · C, …]. */
function joined(g: Builder, x: Value, group: number): Value {
  const [size, n, channels, ...extents] = x.shape as [number, number, number, ...number[]];
  const split = g.reshape(x, [size, n, group, channels / group, ...extents]);
  const order = [1, 2, 0, 3, ...extents.map((_, axis) => axis + 4)];
  return g.reshape(g.transpose(split, order), [n, size * channels, ...extents]);
}
