/** Inputs and outputs as a user sees them: null where the extent is the batch. */
import type { ModelInfo } from "../../shared/contract";
import { dataInputs, inputName, type Graph, type Value } from "../graph/ir";

type Ports = Pick<ModelInfo, "inputs" | "outputs">;

/** @param graph the network at a batch; @param batches two that it can take, or one if its batch is fixed */
export function describePorts(graph: (batch: number) => Graph, batches: readonly number[]): Ports {
  const [first, second = first] = batches.map(graph) as [Graph, Graph?];
  const port = (name: string, a: Value, b: Value): Ports["inputs"][number] => ({
    name,
    dtype: a.dtype,
    shape: a.shape.map((extent, axis) => (extent === b.shape[axis] ? extent : null)),
  });
  const others = dataInputs(second);
  return {
    inputs: dataInputs(first).map((value, i) => port(inputName(value), value, others[i]!)),
    outputs: first.outputs.map(({ name, value }, i) => port(name, value, second.outputs[i]!.value)),
  };
}
