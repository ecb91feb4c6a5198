/**
 * Tensors to tfjs and back. tfjs has no int64: such numbers are carried as int32, and refused beyond its range. A sum
 * or product on tfjs that leaves the range wraps round unnoticed; ONNX's graphs hold indices and extents in int64.
 */
import { UserError } from "../../../shared/errors";
import { toFloat64, type Tensor, type TensorType } from "../../../shared/tensor";
import type { Held, Tfjs } from "./lowering/lowering";

const LARGEST = 2 ** 31 - 1;
const SMALLEST = -(2 ** 31);

/**
 * A tensor on tfjs, in an array of its own.
 * @param dtype what the graph names it; floats of either width become float32
 * @param what for the message: `input "x"`
 * @throws UserError "runtime/range" for an int64 beyond int32
 */
export function toHeld(tf: Tfjs, tensor: Tensor, dtype: Tensor["dtype"], what: string): Held {
  const shape = [...tensor.shape];
  if (dtype === "bool") return tf.tensor(Uint8Array.from(toFloat64(tensor)), shape, "bool");
  if (dtype === "int32" || dtype === "int64") {
    const values = toFloat64(tensor);
    const beyond = values.find((value) => value > LARGEST || value < SMALLEST);
    if (beyond !== undefined) {
      throw new UserError(
        "runtime/range",
        `The ${what} holds ${beyond}, but tfjs carries int64 as int32.`,
        { where: what, todo: "Use onnxruntime or the reference executor." },
      );
    }
    return tf.tensor(Int32Array.from(values), shape, "int32");
  }
  const { data } = tensor;
  const floats = data instanceof BigInt64Array ? toFloat64(tensor) : data;
  return tf.tensor(Float32Array.from(floats), shape, "float32");
}

/** As the graph names it, in an array of its own. */
export function fromHeld(held: Held, { dtype, shape }: TensorType): Tensor {
  const values = held.dataSync();
  switch (dtype) {
    case "int64":
      return { dtype, shape, data: BigInt64Array.from(values, BigInt) };
    case "int32":
      return { dtype, shape, data: Int32Array.from(values) };
    case "bool":
      return { dtype, shape, data: Uint8Array.from(values) };
    case "float32":
    case "float64":
      return { dtype: "float32", shape, data: Float32Array.from(values) };
  }
}
