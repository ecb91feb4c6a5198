/** Running sums and places of extrema along an axis. */
import type { OpName } from ".";
import { sizeOf } from "../../../shared/tensor";
import type { OpRule } from "../rule";
import { expectElements } from "./elementwise";
import { expectAxis, expectInputs, reducedShape } from "./shapes";

export type CumSumAttributes = { axis: number; exclusive: boolean; reverse: boolean };

/** CumSum-14. y_i = Σ x_j over j ≤ i (j < i if exclusive, from the end if reverse); x̄ runs the other way. */
export const CumSum: OpRule<CumSumAttributes> = {
  infer(inputs, { axis }) {
    expectInputs(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    expectElements(dtype, ["float32", "float64", "int32", "int64"]);
    expectAxis(axis, shape.length);
    return [{ dtype, shape }];
  },
  vjp: (g, { cotangents: [dy], attrs }) =>
    g.node("CumSum", [dy!], { ...attrs, reverse: !attrs.reverse }),
  jvp: (g, { tangents: [dx], attrs }) => g.node("CumSum", [dx!], attrs),
  batch: (g, { inputs, attrs }) => g.node("CumSum", inputs, { ...attrs, axis: attrs.axis + 1 }),
  kernel([x], { axis, exclusive, reverse }) {
    const y = new Float64Array(x!.data.length);
    const n = x!.shape[axis]!;
    const step = sizeOf(x!.shape.slice(axis + 1));
    for (let block = 0; block < y.length; block += n * step) {
      for (let inner = 0; inner < step; inner++) {
        let sum = 0;
        for (let k = 0; k < n; k++) {
          const at = block + inner + (reverse ? n - 1 - k : k) * step;
          if (exclusive) y[at] = sum;
          sum += x!.data[at]!;
          if (!exclusive) y[at] = sum;
        }
      }
    }
    return [y];
  },
  onnx: ({ axis, exclusive, reverse }) => ({
    attributes: { exclusive: Number(exclusive), reverse: Number(reverse) },
    constants: [{ dtype: "int64", shape: [], data: [axis] }],
  }),
};

export type ArgAttributes = { axis: number; keepdims: boolean; select_last_index: boolean };

/** Index of the extremum; the first of equals, or the last. */
function argument(op: OpName, better: (a: number, b: number) => boolean): OpRule<ArgAttributes> {
  return {
    infer(inputs, { axis, keepdims }) {
      expectInputs(inputs, 1);
      const { dtype, shape } = inputs[0]!;
      expectElements(dtype, ["float32", "float64", "int32", "int64"]);
      expectAxis(axis, shape.length);
      return [{ dtype: "int64", shape: reducedShape(shape, [axis], keepdims) }];
    },
    derivative: "zero",
    batch: (g, { inputs, attrs }) => g.node(op, inputs, { ...attrs, axis: attrs.axis + 1 }),
    kernel([x], { axis, select_last_index: last }) {
      const n = x!.shape[axis]!;
      const step = sizeOf(x!.shape.slice(axis + 1));
      const y = new Float64Array(x!.data.length / Math.max(n, 1));
      for (let i = 0; i < y.length; i++) {
        const start = Math.floor(i / step) * n * step + (i % step);
        let best = 0;
        for (let k = 1; k < n; k++) {
          const [now, record] = [x!.data[start + k * step]!, x!.data[start + best * step]!];
          if (better(now, record) || (last && now === record)) best = k;
        }
        y[i] = best;
      }
      return [y];
    },
    onnx: ({ axis, keepdims, select_last_index: last }) => ({
      attributes: { axis, keepdims: Number(keepdims), select_last_index: Number(last) },
    }),
    work: ([x]) => sizeOf(x!.shape),
  };
}

/** ArgMax-13. */
export const ArgMax: OpRule<ArgAttributes> = argument("ArgMax", (a, b) => a > b);

/** ArgMin-13. */
export const ArgMin: OpRule<ArgAttributes> = argument("ArgMin", (a, b) => a < b);
