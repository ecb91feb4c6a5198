/**
 * The reference executor: every operator by its plain float64 kernel, one after another. Slow, exact where
 * float32 is not, and the oracle that the others are tested against.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../../shared/errors";
import { fromFloat64, isFloat, showType, toFloat64, type Tensor } from "../../../shared/tensor";
import { evaluator } from "../../graph/evaluate";
import { inputName, type Graph, type Value } from "../../graph/ir";
import type { CompileOptions, Executor, Program } from "../executor";
import { takeFeeds } from "../feeds";

/** Float64 throughout, by the rules' own kernels; slow and plain. */
export function createReferenceExecutor(): Executor {
  return {
    id: "reference",
    description: "reference, float64, CPU, 1 thread",
    compile: async (graph, options) => program(graph, options),
    dispose: async () => undefined,
  };
}

function program(graph: Graph, { bind = new Map() }: CompileOptions = {}): Program {
  const evaluate = evaluator(graph.outputs.map(({ value }) => value));
  const bound = graph.inputs.filter((value) => bind.has(inputName(value)));
  const fed = graph.inputs.filter((value) => !bind.has(inputName(value)));
  const fixed = doubles(bound, bind);
  return {
    inputs: fed.map(inputName),
    outputs: graph.outputs.map(({ name }) => name),
    async run(feeds) {
      await nextTurn();
      const results = evaluate(new Map([...fixed, ...doubles(fed, feeds)]));
      return new Map(
        graph.outputs.map(({ name, value }, i) => [name, tensorOf(value, results[i]!)]),
      );
    },
    dispose: async () => undefined,
  };
}

function doubles(
  inputs: readonly Value[],
  feeds: ReadonlyMap<string, Tensor>,
): [Value, Float64Array][] {
  return takeFeeds(inputs, feeds).map((tensor, i) => {
    const input = inputs[i]!;
    const fits = isFloat(input.dtype) ? isFloat(tensor.dtype) : input.dtype === tensor.dtype;
    if (!fits) {
      const name = inputName(input);
      const sentence = `The input "${name}" takes ${showType(input)}, not ${showType(tensor)}.`;
      throw new UserError("runtime/type", sentence, { where: name });
    }
    return [input, toFloat64(tensor)];
  });
}

/** Floats as they are, in an array of their own: a kernel may have passed on that of a feed. */
function tensorOf({ dtype, shape }: Value, data: Float64Array): Tensor {
  if (isFloat(dtype)) return { dtype: "float64", shape, data: data.slice() };
  return fromFloat64(dtype, shape, data);
}
