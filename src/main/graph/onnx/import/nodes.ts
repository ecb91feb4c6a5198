/** A graph's nodes, one after another, turned into values by their converters; those of control flow nest. */
import { UserError } from "../../../../shared/errors";
import type { Value } from "../../ir";
import { ShapeError } from "../../rule";
import { isStandard } from "../decode";
import type { VersionedNode } from "../functions";
import { printable } from "../printable";
import type { GraphProto } from "../schema";
import { readTensor } from "../tensors";
import { activations } from "./activations";
import { attention } from "./attention";
import {
  Call,
  UnsupportedOperator,
  type Converter,
  type Converters,
  type Importing,
  type Item,
} from "./call";
import { control } from "./control";
import { elementwise } from "./elementwise";
import { fourier } from "./fourier";
import { indexing } from "./indexing";
import { linear } from "./linear";
import { movement } from "./movement";
import { normalisation } from "./normalisation";
import { quantisation } from "./quantise";
import { rebatchedOperands } from "./rebatch";
import { recurrence } from "./recurrent";
import { reductions } from "./reduce";
import { resizing } from "./resize";
import { sampling } from "./sampling";
import { sequences } from "./sequences";
import { shapes } from "./shapes";
import { windows } from "./window";

/** One for every operator that is read, by its name. */
export const converters: Converters = {
  ...elementwise,
  ...activations,
  ...reductions,
  ...shapes,
  ...movement,
  ...indexing,
  ...windows,
  ...linear,
  ...normalisation,
  ...resizing,
  ...recurrence,
  ...fourier,
  ...attention,
  ...sampling,
  ...quantisation,
  ...sequences,
  ...control,
};

/** Loops multiply: a short file can stand for billions of nodes. These take a second to import. */
const MOST_UNROLLED = 40_000;
/** Graphs inside of nodes nest less deeply; functions that call themselves in a branch do not end. */
const DEEPEST = 64;

/** Values by the names they have in a graph of the file; a graph inside of a node sees those around it. */
export interface Scope {
  readonly values: Map<string, Item>;
  readonly outer?: Scope;
  /** How many graphs there are around it. */
  readonly depth?: number;
}

export function lookUp(scope: Scope | undefined, name: string): Item | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const value = at.values.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Imports lists of nodes; one for each import, since it counts what loops unroll to. */
export class NodeImporter {
  readonly #shared: Importing;
  #unrolled = 0;
  /** Inputs of role "parameter" that are running statistics. */
  readonly buffers: Value[] = [];

  constructor(shared: Importing) {
    this.#shared = shared;
  }

  /** Puts what the nodes make into the scope. @param copy stands for an Identity node, where it gives a value */
  run(
    nodes: readonly VersionedNode[],
    scope: Scope,
    copy: (node: VersionedNode) => Item | undefined = () => undefined,
  ): void {
    for (const node of nodes) {
      const copied = node.opType === "Identity" ? copy(node) : undefined;
      if (copied === undefined) this.#node(node, nodes, scope);
      else scope.values.set(node.output[0]!, copied);
    }
  }

  #node(node: VersionedNode, nodes: readonly VersionedNode[], scope: Scope): void {
    const { g, model } = this.#shared;
    const origin = printable(
      node.name === "" ? `${node.opType} of ${node.output[0] ?? "nothing"}` : node.name,
    );
    if (scope.outer !== undefined) this.#count(origin);
    const read = node.input.map((name) => {
      if (name === "") return undefined;
      const value = lookUp(scope, name);
      if (value === undefined) throw missing(model.path, nodes, name, origin);
      return value;
    });
    const known = isStandard(node.domain) && Object.hasOwn(converters, node.opType);
    const convert = known ? converters[node.opType] : undefined;
    if (convert === undefined) {
      const name = isStandard(node.domain) ? node.opType : `${node.domain}.${node.opType}`;
      throw new UnsupportedOperator(name, origin, "no such operator is known here", model.path);
    }
    const operands = Object.hasOwn(elementwise, node.opType)
      ? rebatchedOperands(g, this.#shared.rebatch, node.input, read)
      : read;
    const call = new Call(this.#shared, node, operands, origin, (graph, inputs) =>
      this.#body(graph, node.opset, inputs, scope, origin),
    );
    const result = g.at(origin, () => converted(convert, call));
    const one = "source" in result || "elements" in result;
    const made = one ? [result as Item] : (result as readonly Item[]);
    this.buffers.push(...call.buffers);
    node.output.forEach((name, index) => {
      if (name === "") return;
      const value = made[index];
      if (value === undefined) throw call.unsupported(`its output ${index + 1}`);
      if (scope.values.has(name)) throw call.malformed(`"${name}" is made twice`);
      scope.values.set(name, value);
    });
  }

  /** One more node or round inside of loops. */
  #count(origin: string): void {
    if (++this.#unrolled <= MOST_UNROLLED) return;
    const { path } = this.#shared.model;
    throw new UserError(
      "onnx/too-large",
      `${path}: at the node ${origin} its loops unroll to more than ${MOST_UNROLLED} nodes.`,
      { where: path, todo: "Export it with shorter loops." },
    );
  }

  /** A graph inside of a node, with values for its inputs. */
  #body(
    graph: GraphProto,
    opset: number,
    inputs: readonly Item[],
    outer: Scope,
    origin: string,
  ): Item[] {
    const { g, model } = this.#shared;
    // A round counts although its body may be empty.
    this.#count(origin);
    const depth = (outer.depth ?? 0) + 1;
    if (depth > DEEPEST) {
      throw new UserError(
        "onnx/too-large",
        `${model.path}: the graph inside of the node ${origin} is nested more than ${DEEPEST} deep.`,
        { where: model.path, todo: "Export it without functions that call themselves." },
      );
    }
    const scope: Scope = { values: new Map(), outer, depth };
    graph.input.forEach(({ name }, i) => scope.values.set(name, inputs[i]!));
    for (const proto of graph.initializer) {
      const where = `The tensor "${printable(proto.name)}" of ${model.path}`;
      scope.values.set(proto.name, g.constant(readTensor(proto, where, model.external)));
    }
    const nodes = model.inline(graph.node, opset);
    this.run(nodes, scope);
    return graph.output.map(({ name }) => {
      const value = lookUp(scope, name);
      if (value === undefined) throw missing(model.path, nodes, name, `the graph ${graph.name}`);
      return value;
    });
  }
}

/** Indices that leave a tensor show when constants are computed, shapes that do not fit when they are resolved. */
function converted(convert: Converter, call: Call): ReturnType<Converter> {
  try {
    return convert(call);
  } catch (error) {
    const theirs = error instanceof RangeError || error instanceof ShapeError;
    throw theirs ? call.malformed(error.message) : error;
  }
}

export function missing(
  path: string,
  nodes: readonly VersionedNode[],
  name: string,
  reader: string,
): UserError {
  const later = nodes.some((node) => node.output.includes(name));
  const why = later
    ? "made after it is read: the nodes are out of order or form a circle"
    : "made by nothing";
  return new UserError(
    "onnx/malformed",
    `${path}: ${reader} reads "${printable(name)}", which is ${why}.`,
    { where: path, todo: "Export the network again." },
  );
}
