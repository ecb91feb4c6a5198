/**
 * A graph in which segments of the forward pass are computed a second time for the way back. What makes the second
 * time come late, and keeps it from being recognised as the first, is a gate: the segment's operands pass through
 * `Where(condition, x, x)`, whose condition reads what must be done before. No executor can see that both branches
 * are one, and no bit changes.
 */
import { sizeOf } from "../../shared/tensor";
import { Builder } from "./builder";
import { inputName, topologicalOrder, type Graph, type Node, type Value } from "./ir";

/**
 * @param segments of each node of the forward pass, counted from 0 and not falling along it; the last is not computed
 * again, since the way back begins in it
 */
export function recomputed(graph: Graph, segments: ReadonlyMap<Node, number>): Graph {
  return new Recomputation(graph, segments).build();
}

class Recomputation {
  readonly #g = new Builder();
  readonly #graph: Graph;
  readonly #order: readonly Node[];
  readonly #last: number;
  /** Of nodes of the forward pass, and of those that follow from one of its segments without the way back. */
  readonly #segments: ReadonlyMap<Node, number>;
  /** Results of segments that outlive them. */
  readonly #kept: ReadonlySet<Value>;
  /** What stands for each value, results of segments as they are the first time. */
  readonly #known = new Map<Value, Value>();
  /** For each segment that was reached: its gate, and what stands for values behind it. */
  readonly #again = new Map<number, { gate: Value; known: Map<Value, Value> }>();

  constructor(graph: Graph, segments: ReadonlyMap<Node, number>) {
    this.#graph = graph;
    this.#order = topologicalOrder(graph.outputs.map(({ value }) => value));
    this.#last = Math.max(...segments.values());
    this.#segments = this.#withSideNodes(segments);
    this.#kept = this.#outliving();
  }

  build(): Graph {
    const inputs = this.#graph.inputs.map((value) => {
      const role = value.source.kind === "input" ? value.source.role : "data";
      const input = this.#g.input(inputName(value), value, role);
      this.#known.set(value, input);
      return input;
    });
    for (const node of this.#order) {
      if (this.#segments.has(node)) this.#rebuild(node, (x) => this.#first(x), this.#known);
    }
    const results = this.#graph.outputs.map(({ value }) => value);
    let waiting = this.#wayBack();
    for (const [segment, nodes] of [...waiting]) {
      waiting = waiting.slice(1);
      const read = waiting.flatMap(([, later]) => later.flatMap((node) => node.inputs));
      for (const node of nodes) this.#rebuild(node, (x) => this.#late(x), this.#known);
      const next = waiting[0]?.[0];
      if (next !== undefined) this.#close(next, segment, [...read, ...results]);
    }
    return {
      inputs,
      outputs: this.#graph.outputs.map(({ name, value }) => ({ name, value: this.#first(value) })),
    };
  }

  /** Nodes beside the forward pass that need nothing of its last segment (masks, slopes) belong to the segment. */
  #withSideNodes(forward: ReadonlyMap<Node, number>): Map<Node, number> {
    const segments = new Map(forward);
    const levels = new Map<Node, number>();
    for (const node of this.#order) {
      const below = node.inputs.map(({ source }) =>
        source.kind === "node" ? levels.get(source.node)! : 0,
      );
      const level = forward.get(node) ?? Math.max(0, ...below);
      levels.set(node, level);
      if (level < this.#last) segments.set(node, level);
    }
    return segments;
  }

  /** What another segment reads, or a caller, and what is made of parameters alone. */
  #outliving(): Set<Value> {
    const kept = new Set(this.#graph.outputs.map(({ value }) => value));
    const fixed = new Set<Value>();
    const isFixed = (value: Value): boolean =>
      fixed.has(value) ||
      value.source.kind === "constant" ||
      (value.source.kind === "input" && value.source.role === "parameter");
    for (const node of this.#order) {
      if (node.inputs.every(isFixed)) for (const output of node.outputs) fixed.add(output);
      const segment = this.#segments.get(node);
      if (segment === undefined) continue;
      for (const input of node.inputs) {
        if (input.source.kind !== "node") continue;
        if (this.#segments.get(input.source.node) !== segment) kept.add(input);
      }
    }
    for (const value of fixed) kept.add(value);
    return kept;
  }

  /** Nodes of the way back by the earliest segment that they need again, latest first; the last needs none. */
  #wayBack(): [number, Node[]][] {
    const reached = new Map<Node, number>();
    const groups = new Map<number, Node[]>();
    for (const node of this.#order) {
      if (this.#segments.has(node)) continue;
      const reach = node.inputs.map((input) =>
        input.source.kind === "node"
          ? (reached.get(input.source.node) ?? this.#segmentMadeAgain(input) ?? this.#last)
          : this.#last,
      );
      const earliest = Math.min(this.#last, ...reach);
      reached.set(node, earliest);
      groups.set(earliest, [...(groups.get(earliest) ?? []), node]);
    }
    return [...groups].sort(([a], [b]) => b - a);
  }

  /** The segment that makes a value again for the way back; undefined for what is there anyway. */
  #segmentMadeAgain(value: Value): number | undefined {
    if (value.source.kind !== "node" || this.#kept.has(value)) return undefined;
    const segment = this.#segments.get(value.source.node);
    return segment === this.#last ? undefined : segment;
  }

  /** Puts segments from `first` up to `before` behind all of `values` that the way back has made. */
  #close(first: number, before: number, values: readonly Value[]): void {
    const made = values.filter(
      (value) =>
        value.source.kind === "node" &&
        !this.#segments.has(value.source.node) &&
        this.#known.has(value),
    );
    const gate = gateAfter(this.#g, [...new Set(made.map((value) => this.#first(value)))]);
    for (let segment = first; segment < before; segment++) {
      this.#again.set(segment, { gate, known: new Map() });
    }
  }

  #first(value: Value): Value {
    return value.source.kind === "constant"
      ? this.#g.constant(value.source.tensor)
      : this.#known.get(value)!;
  }

  /** As the way back finds a value. */
  #late(value: Value): Value {
    const segment = this.#segmentMadeAgain(value);
    const again = segment === undefined ? undefined : this.#again.get(segment);
    // A way back that begins below the last segment has nothing before it that could be waited for.
    if (segment === undefined || again === undefined) return this.#first(value);
    const { gate, known } = again;
    const isInside = (each: Value): boolean =>
      this.#segmentMadeAgain(each) === segment && !known.has(each);
    const operand = (each: Value): Value => {
      const found = known.get(each);
      if (found !== undefined) return found;
      const first = this.#first(each);
      if (each.source.kind === "constant") return first;
      if (each.source.kind === "input" && each.source.role === "parameter") return first;
      const gated = this.#g.where(gate, first, first);
      known.set(each, gated);
      return gated;
    };
    for (const node of orderWithin(value, isInside)) this.#rebuild(node, operand, known);
    return known.get(value)!;
  }

  #rebuild(node: Node, operand: (value: Value) => Value, into: Map<Value, Value>): void {
    const operands = node.inputs.map(operand);
    const results = this.#g.at(node.origin, () => this.#g.node(node.op, operands, node.attrs));
    node.outputs.forEach((output, i) => into.set(output, results[i]!));
  }
}

/** A condition that cannot be known before all of `values` are; which way it falls does not matter. */
function gateAfter(g: Builder, values: readonly Value[]): Value {
  const tokens = values
    .filter(({ shape }) => sizeOf(shape) > 0)
    .map((value) => {
      const flat = g.reshape(value, [sizeOf(value.shape)]);
      return g.cast(g.slice(flat, [{ axis: 0, end: 1 }]), "float32");
    });
  return g.less(g.sum(g.concat(tokens, 0)), 0);
}

/** Nodes inside that a value needs, each after what it reads. */
function orderWithin(value: Value, isInside: (value: Value) => boolean): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const enter = (each: Value): void => {
    if (each.source.kind === "node" && isInside(each) && !seen.has(each.source.node)) {
      seen.add(each.source.node);
      stack.push({ node: each.source.node, next: 0 });
    }
  };
  enter(value);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const input = top.node.inputs[top.next++];
    if (input === undefined) {
      order.push(top.node);
      stack.pop();
    } else enter(input);
  }
  return order;
}
