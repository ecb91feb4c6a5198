/** What is known of a value while importing: whatever depends on constants alone, computed by the reference kernels. */
import { UserError } from "../../../../shared/errors";
import { fromFloat64, sizeOf, type Tensor } from "../../../../shared/tensor";
import { evaluator } from "../../evaluate";
import { inputName, topologicalOrder, type Value } from "../../ir";

/** More elements than any shape, index or mask computed while importing has. */
const MOST_ELEMENTS = 1 << 22;

/** A shape, a condition or the like depends on graph inputs. With their values given, importing may succeed. */
export class NeedsValue extends UserError {
  readonly inputs: readonly Value[];

  /** @param what depends on them, as the sentence begins */
  constructor(inputs: readonly Value[], what = "A shape or an index in the network") {
    const names = inputs.map((input) => `"${inputName(input)}"`).join(", ");
    super("onnx/dynamic-shape", `${what} depends on the values of ${names}.`, {
      todo: "Export the network with static shapes and without data-dependent control flow.",
    });
    this.inputs = inputs;
  }
}

/** Graph inputs that a value depends on. */
export function inputsOf(value: Value): Value[] {
  const read = topologicalOrder([value]).flatMap((node) => node.inputs);
  return [...new Set([value, ...read])].filter(({ source }) => source.kind === "input");
}

/**
 * @param what the value is, for the sentence where it is not known
 * @throws NeedsValue, or UserError "onnx/too-large"
 */
export function knownTensor(value: Value, what?: string): Tensor {
  if (value.source.kind === "constant") return value.source.tensor;
  const inputs = inputsOf(value);
  if (inputs.length > 0) throw new NeedsValue(inputs, what);
  for (const { outputs, origin } of topologicalOrder([value])) {
    const size = outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    if (size <= MOST_ELEMENTS) continue;
    throw new UserError(
      "onnx/too-large",
      `The network computes a constant of ${size} elements.`,
      origin === undefined ? {} : { where: origin },
    );
  }
  const [data] = evaluator([value])(new Map());
  return fromFloat64(value.dtype, value.shape, data!);
}
