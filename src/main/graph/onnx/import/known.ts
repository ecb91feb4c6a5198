/** What is known of a value while importing: whatever depends on constants alone, computed by the reference kernels. */
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../../../shared/tensor";
import { UserError } from "../../../../shared/errors";
import { inputName, topologicalOrder, type Value } from "../../ir";
import { ruleOf } from "../../ops";

/** More elements than any shape, index or mask computed while importing has. */
const MOST_ELEMENTS = 1 << 26;

/** A shape, an axis or the like depends on graph inputs. With their values given, importing may succeed. */
export class NeedsValue extends UserError {
  readonly inputs: readonly Value[];

  constructor(inputs: readonly Value[]) {
    const names = inputs.map((input) => `"${inputName(input)}"`).join(", ");
    super(
      "onnx/dynamic-shape",
      `A shape or an index in the network depends on the values of ${names}.`,
      {
        todo: "Export the network with static shapes.",
      },
    );
    this.inputs = inputs;
  }
}

/** Graph inputs that a value depends on. */
export function inputsOf(value: Value): Value[] {
  const found = new Set<Value>();
  const look = ({ source }: Value, self: Value): void => {
    if (source.kind === "input") found.add(self);
  };
  look(value, value);
  for (const node of topologicalOrder([value])) node.inputs.forEach((input) => look(input, input));
  return [...found];
}

/** @throws NeedsValue */
export function knownTensor(value: Value): Tensor {
  if (value.source.kind === "constant") return value.source.tensor;
  const inputs = inputsOf(value);
  if (inputs.length > 0) throw new NeedsValue(inputs);
  const results = new Map<Value, Float64Array>();
  const data = (each: Value): Float64Array =>
    each.source.kind === "constant" ? toFloat64(each.source.tensor) : results.get(each)!;
  for (const node of topologicalOrder([value])) {
    const size = node.outputs.reduce((sum, output) => sum + sizeOf(output.shape), 0);
    if (size > MOST_ELEMENTS) {
      throw new UserError(
        "onnx/too-large",
        `A constant of ${size} elements is computed in the network.`,
        {
          ...(node.origin === undefined ? {} : { where: node.origin }),
        },
      );
    }
    const operands = node.inputs.map((each) => ({
      dtype: each.dtype,
      shape: each.shape,
      data: data(each),
    }));
    ruleOf(node.op)
      .kernel(operands, node.attrs, node.outputs)
      .forEach((result, index) => results.set(node.outputs[index]!, result));
  }
  return fromFloat64(value.dtype, value.shape, results.get(value)!);
}
