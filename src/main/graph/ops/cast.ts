/** Change of element type. */
import { isFloat, type DType } from "../../../shared/tensor";
import type { OpRule } from "../rule";
import { batchElementwise } from "./elementwise";
import { expectInputs } from "./shapes";

/** TensorProto.DataType of onnx.proto. */
const ONNX_TYPE: Record<DType, number> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };

/**
 * Cast-21. Floats to integers truncate, anything but 0 is true. Between float types it is linear, and the
 * cotangent is cast back; from and to integers nothing flows. The reference executor holds floats of both
 * widths in doubles, so there it does not round to float32.
 */
export const Cast: OpRule<{ to: DType }> = {
  infer(inputs, { to }) {
    expectInputs(inputs, 1);
    return [{ dtype: to, shape: inputs[0]!.shape }];
  },
  vjp: (g, { inputs: [x], cotangents: [dy], attrs }) => [
    isFloat(x!.dtype) && isFloat(attrs.to) ? g.cast(dy!, x!.dtype) : null,
  ],
  jvp: (g, { tangents: [dx], attrs }) => [isFloat(attrs.to) ? g.cast(dx!, attrs.to) : null],
  batch: batchElementwise("Cast"),
  kernel([x], { to }) {
    if (isFloat(to)) return [x!.data];
    return [x!.data.map(to === "bool" ? (value) => Number(value !== 0) : Math.trunc)];
  },
  onnx: ({ to }) => ({ attributes: { to: ONNX_TYPE[to] } }),
};
