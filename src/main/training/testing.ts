/** Small networks and tensors for the tests of this folder. */
import type { Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import type { Graph } from "../graph/ir";

/** float64, so that a comparison's tolerance is that of its arithmetic. */
export function tensor(shape: readonly number[], data: readonly number[]): Tensor {
  return { dtype: "float64", shape, data: Float64Array.from(data) };
}

/** y = x w, [batch, 2] → [batch, 1]. */
export function linear(batch: number): Graph {
  const g = new Builder();
  const x = g.input("x", { dtype: "float64", shape: [batch, 2] });
  const w = g.input("w", { dtype: "float64", shape: [2, 1] }, "parameter");
  return { inputs: [x, w], outputs: [{ name: "y", value: g.matmul(x, w) }] };
}

/** A step of two numbers: y = x + b·tanh(x w), [batch, 2] → [batch, 2]. */
export function recurrent(batch: number): Graph {
  const g = new Builder();
  const x = g.input("x", { dtype: "float64", shape: [batch, 2] });
  const w = g.input("w", { dtype: "float64", shape: [2, 2] }, "parameter");
  const b = g.input("b", { dtype: "float64", shape: [2] }, "parameter");
  const y = g.at("middle", () => g.add(x, g.mul(b, g.tanh(g.matmul(x, w)))));
  return { inputs: [x, w, b], outputs: [{ name: "y", value: y }] };
}
