/**
 * The modules of the original network, told from the exporter's node names (`/encoder/conv/Conv` lies in
 * `/encoder/conv`), and the values between them through which everything passes.
 */
import { topologicalOrder, type Node, type Value } from "../graph/ir";

/** A value that leaves a module. */
export interface Passage {
  /** The module, or the operator of a network without modules. */
  readonly name: string;
  readonly value: Value;
}

/** The module that a node belongs to; a node without one is a module by itself. */
export function scopeOf({ origin, outputs }: Node): string {
  if (origin === undefined) return `value ${outputs[0]!.id}`;
  return origin.includes("/") ? origin.slice(0, origin.lastIndexOf("/")) : origin;
}

/** `encoder/conv`, or the node's own name where it lies in no module. */
export function moduleName(node: Node): string {
  const { op, origin } = node;
  if (origin === undefined) return op;
  const path = moduleScope(node).split("/");
  // PyTorch writes the parts of a list with its name again: net/net.0.
  const plain = path.filter((part, i) => path[i + 1]?.startsWith(`${part}.`) !== true).join("/");
  return plain === "" ? origin.split("/").at(-1)! : plain;
}

/** Equal names get numbers. */
export function numbered<T extends { readonly name: string }>(named: readonly T[]): T[] {
  const seen = new Map<string, number>();
  return named.map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    return count === 1 ? one : { ...one, name: `${one.name} (${count})` };
  });
}

/** Nodes between `from` and `to` that depend on `from`, in the order of evaluation. */
export function nodesBetween(from: Value, to: Value): Node[] {
  const moving = new Set<Value>([from]);
  return topologicalOrder([to]).filter((node) => {
    if (node.outputs.includes(from) || !node.inputs.some((value) => moving.has(value)))
      return false;
    for (const output of node.outputs) moving.add(output);
    return true;
  });
}

/**
 * Values that every way from `from` to `to` leads through, in the order of evaluation, without the two themselves. What
 * comes after one of them depends on nothing else that came before.
 */
export function passages(from: Value, to: Value): Passage[] {
  const nodes = nodesBetween(from, to);
  const lastUse = new Map<Value, number>();
  nodes.forEach(({ inputs }, at) => {
    for (const value of inputs) lastUse.set(value, at);
  });
  const live = new Set<Value>([from]);
  const found = nodes.flatMap(({ inputs, outputs }, at) => {
    for (const value of inputs) if (lastUse.get(value) === at) live.delete(value);
    for (const output of outputs) if (lastUse.has(output) || output === to) live.add(output);
    const [only] = live;
    return live.size === 1 && only !== to && outputs.includes(only!) ? [only!] : [];
  });
  return found.map((value) => passageAt(from, value));
}

/** A value that depends on `from`, under the name of the module that had the last word in it. */
export function passageAt(from: Value, value: Value): Passage {
  // A sum outside all modules, as of x + block(x), is called after the block.
  const nodes = nodesBetween(from, value);
  const own = nodes.at(-1)!;
  const within = nodes.findLast((node) => moduleScope(node) !== "");
  if (moduleScope(own) !== "" || within === undefined) return { name: moduleName(own), value };
  return { name: moduleScope(within).split("/")[0]!, value };
}

function moduleScope({ origin = "" }: Node): string {
  return origin.slice(0, Math.max(0, origin.lastIndexOf("/"))).replaceAll(/^\/+/g, "");
}

/** Values that pass from one module to another, among those between `from` and `to`. */
export function leavingModules(from: Value, to: Value): Set<Value> {
  const scopes = new Map<Value, string>();
  const leaving = new Set<Value>();
  for (const node of nodesBetween(from, to)) {
    const scope = scopeOf(node);
    for (const value of node.inputs) {
      const made = scopes.get(value);
      if (made !== undefined && made !== scope) leaving.add(value);
    }
    for (const output of node.outputs) scopes.set(output, scope);
  }
  return leaving;
}
