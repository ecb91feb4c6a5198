/**
 * The intermediate representation: a static, single-assignment graph in ONNX's vocabulary.
 * A value knows what produced it, so a graph is nothing but its inputs and outputs; whatever no output
 * reaches is not part of it. Networks, losses, gradients and Gram matrices are all this one kind of thing.
 */
import type { Tensor, TensorType } from "../../shared/tensor";
import type { OpName } from "./ops";

export type Attribute = number | string | boolean | readonly number[] | readonly string[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** Where a value comes from. A parameter is an input too: the caller feeds it, or binds it at compilation. */
export type Source =
  | { readonly kind: "input"; readonly name: string; readonly role: "data" | "parameter" }
  | { readonly kind: "constant"; readonly tensor: Tensor }
  | { readonly kind: "node"; readonly node: Node; readonly index: number };

export interface Value extends TensorType {
  /** Unique in the process and growing with creation; an identity, never serialised. */
  readonly id: number;
  readonly source: Source;
}

export interface Node {
  readonly op: OpName;
  readonly inputs: readonly Value[];
  readonly attrs: Attributes;
  readonly outputs: readonly Value[];
  /** Name of the node of the imported file that this one stems from, for messages. */
  readonly origin: string | undefined;
}

export interface GraphOutput {
  readonly name: string;
  readonly value: Value;
}

export interface Graph {
  /** In the order in which callers feed them; names are unique. An input may be unused. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly GraphOutput[];
}

/** The name of an input value. */
export function inputName(value: Value): string {
  if (value.source.kind !== "input") throw new Error(`value ${value.id} is no graph input`);
  return value.source.name;
}

/** Inputs that carry data, not parameters. */
export function dataInputs({ inputs }: Graph): Value[] {
  return inputs.filter(({ source }) => source.kind === "input" && source.role === "data");
}

/** Nodes that the outputs need, each after all that it reads; a function of the graph's structure alone. */
export function topologicalOrder(outputs: readonly Value[]): Node[] {
  return depthFirst(outputs, (values, next) => values[next]);
}

/**
 * Such an order that goes through outputs and inputs from the last to the first. An executor that itself begins with
 * what stands last, as onnxruntime does, then evaluates nodes about in `topologicalOrder`.
 */
export function mirroredOrder(outputs: readonly Value[]): Node[] {
  return depthFirst(outputs.toReversed(), (values, next) => values[values.length - 1 - next]);
}

/** @param nth which of a node's inputs is entered after `next` others; undefined after the last */
function depthFirst(
  outputs: readonly Value[],
  nth: (inputs: readonly Value[], next: number) => Value | undefined,
): Node[] {
  const order: Node[] = [];
  const done = new Set<Node>();
  // An explicit stack: networks of thousands of nodes are deeper than the JavaScript call stack allows.
  const stack: { node: Node; next: number }[] = [];
  const enter = (value: Value): void => {
    if (value.source.kind === "node" && !done.has(value.source.node)) {
      done.add(value.source.node);
      stack.push({ node: value.source.node, next: 0 });
    }
  };
  for (const output of outputs) {
    enter(output);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = nth(top.node.inputs, top.next++);
      if (input === undefined) {
        order.push(top.node);
        stack.pop();
      } else enter(input);
    }
  }
  return order;
}
