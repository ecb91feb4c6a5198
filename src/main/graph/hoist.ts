/**
 * A graph that is run many times while some of its inputs stay: what depends on those alone is computed once, by a graph
 * of its own, and fed to the other one. Only what is dear to compute or small to keep crosses over; what follows from
 * that number by number is computed again each time, because keeping it would cost more memory than it saves time.
 */
import { sizeOf } from "../../shared/tensor";
import { Builder } from "./builder";
import { inputName, topologicalOrder, type Graph, type Node, type Value } from "./ir";
import { ruleOf } from "./ops";
import { rebuild } from "./rebuild";

/** A 1-M-parameter U-Net's tangents: 8 MiB a sample cross over; at 0 43 MiB would, for a tenth less time. */
const DEAR = 16;
/** Up to this share of what a node reads, its result is kept whatever it costs. */
const SMALL = 1 / 8;

export interface Hoisted {
  /** From the inputs that stay to what crosses over, named `$once0`, `$once1` … */
  readonly once: Graph;
  /** The outputs, from all inputs and what `once` makes. */
  readonly each: Graph;
}

/**
 * @param varying names of the inputs that differ from run to run
 * @param dear multiply–adds an element from which on a value is kept
 */
export function hoisted(graph: Graph, varying: ReadonlySet<string>, dear = DEAR): Hoisted {
  const results = graph.outputs.map(({ value }) => value);
  const order = topologicalOrder(results);
  const changing = reached(
    order,
    graph.inputs.filter((input) => varying.has(inputName(input))),
  );
  const kept = crossing(order, results, graph, changing, dear);
  const values = [...kept].flatMap(({ outputs }) => outputs);
  const names = new Map(values.map((value, k) => [value, `$once${k}`]));
  const g = new Builder();
  const fed: Value[] = [];
  const each = rebuild(graph, g, (node) => {
    if (!kept.has(node)) return undefined;
    const inputs = node.outputs.map((output) => g.input(names.get(output)!, output));
    fed.push(...inputs);
    return inputs;
  });
  return {
    once: {
      inputs: graph.inputs.filter((input) => !changing.has(input)),
      outputs: values.map((value) => ({ name: names.get(value)!, value })),
    },
    each: { inputs: [...each.inputs, ...fed], outputs: each.outputs },
  };
}

/** Values that depend on some of `from`, themselves among them. */
function reached(order: readonly Node[], from: readonly Value[]): Set<Value> {
  const found = new Set(from);
  for (const node of order) {
    if (!node.inputs.some((input) => found.has(input))) continue;
    for (const output of node.outputs) found.add(output);
  }
  return found;
}

/** The nodes whose results cross over: the last worth keeping on every way to what changes. */
function crossing(
  order: readonly Node[],
  results: readonly Value[],
  graph: Graph,
  changing: ReadonlySet<Value>,
  dear: number,
): Set<Node> {
  // What follows from parameters alone is for executors to fold: they are bound.
  const data = graph.inputs.filter(
    ({ source }) => source.kind === "input" && source.role === "data",
  );
  const ofData = reached(order, data);
  const kept = new Set<Node>();
  const seen = new Set<Value>();
  const waiting = [
    ...results,
    ...order.flatMap(({ inputs, outputs }) => (changing.has(outputs[0]!) ? inputs : [])),
  ];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (seen.has(value) || changing.has(value) || !ofData.has(value)) continue;
    seen.add(value);
    if (value.source.kind !== "node") continue;
    const { node } = value.source;
    if (isWorthKeeping(node, dear)) kept.add(node);
    else waiting.push(...node.inputs);
  }
  return kept;
}

function isWorthKeeping({ op, inputs, attrs, outputs }: Node, dear: number): boolean {
  const made = outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const read = inputs.reduce((most, { shape }) => Math.max(most, sizeOf(shape)), 0);
  const work = ruleOf(op).work?.(inputs, attrs, outputs) ?? made;
  return work >= dear * made || (made > 0 && made <= SMALL * read && work > 0);
}
