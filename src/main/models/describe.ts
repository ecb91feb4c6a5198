/** Inputs and outputs as a user sees them: null where the extent is the batch. */
import type { ModelInfo } from "../../shared/contract";
import { dataInputs, inputName, type Graph, type Value } from "../graph/ir";

type Ports = Pick<ModelInfo, "inputs" | "outputs">;

/** @param second the same network at another batch, and other extents of open axes, where it can take them */
export function describePorts(first: Graph, second: Graph): Ports {
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
