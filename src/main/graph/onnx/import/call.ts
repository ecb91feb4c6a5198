/**
 * One node of an ONNX file as its converter sees it: inputs that are values of our graph, attributes with their
 * defaults, and what is known of a value while importing.
 */
import { UserError } from "../../../../shared/errors";
import { sizeOf, toFloat64, type Tensor } from "../../../../shared/tensor";
import type { Builder } from "../../builder";
import type { Value } from "../../ir";
import type { VersionedNode } from "../functions";
import type { OnnxModel } from "../model";
import { printable } from "../printable";
import { AttributeType, type AttributeProto, type GraphProto } from "../schema";
import { readTensor } from "../tensors";
import { knownTensor } from "./known";

/** A list of tensors, as some nodes pass it on. How many there are is known while importing. */
export interface Sequence {
  readonly elements: readonly Value[];
}

/** What a name of the file stands for. */
export type Item = Value | Sequence;

export function isSequence(item: Item): item is Sequence {
  return "elements" in item;
}

/** Turns a node into values, one an output; trailing outputs that nobody asks for may be left out. */
export type Converter = (call: Call) => Item | readonly Item[];
export type Converters = Readonly<Record<string, Converter>>;

/** An operator, or a form of one, that has no converter. */
export class UnsupportedOperator extends UserError {
  readonly op: string;
  readonly why: string;

  /** @param path of the model's file */
  constructor(op: string, origin: string, why: string, path: string) {
    super(
      "onnx/unsupported",
      `The operator ${printable(op)} (node ${origin}) is not supported: ${printable(why)}.`,
      {
        where: path,
        todo: "Export the network without it.",
      },
    );
    this.op = op;
    this.why = why;
  }
}

/** In a shape, in sizes of parts and the like. */
const MOST_NUMBERS = 1 << 16;
const MOST_AXES = 64;

/** What all calls of one import share. */
export interface Importing {
  readonly g: Builder;
  readonly model: OnnxModel;
  /** How a reshaped constant shape follows a batch that differs from the file's; absent where they agree. */
  readonly rebatch: Rebatch | undefined;
  /** Whether nodes in training mode are computed so. */
  readonly training: boolean;
}

/** The graph of a branch or of a loop's body, as a function. */
export interface Body {
  readonly graph: GraphProto;
  /** Imports it once more. @param inputs one for each of its own; what else it reads comes from around the node */
  run(inputs: readonly Item[]): Item[];
}

export class Call {
  readonly #attributes: ReadonlyMap<string, AttributeProto>;
  readonly #shared: Importing;
  readonly #items: readonly (Item | undefined)[];
  readonly #body: (graph: GraphProto, inputs: readonly Item[]) => Item[];
  /** Running statistics and the like: inputs that training does not change by gradients. */
  readonly buffers: Value[] = [];

  constructor(
    shared: Importing,
    readonly node: VersionedNode,
    items: readonly (Item | undefined)[],
    readonly origin: string,
    body: (graph: GraphProto, inputs: readonly Item[]) => Item[],
  ) {
    this.#shared = shared;
    this.#items = items;
    this.#body = body;
    this.#attributes = new Map(node.attribute.map((attribute) => [attribute.name, attribute]));
  }

  get g(): Builder {
    return this.#shared.g;
  }

  /** The model's file. */
  get path(): string {
    return this.#shared.model.path;
  }

  get rebatch(): Rebatch | undefined {
    return this.#shared.rebatch;
  }

  get training(): boolean {
    return this.#shared.training;
  }

  get opset(): number {
    return this.node.opset;
  }

  /**
   * Whether PyTorch wrote the file. In the few places where PyTorch, and onnxruntime with it, compute something
   * else than the standard's tests expect, its files mean what PyTorch computes.
   */
  get fromPytorch(): boolean {
    return this.#shared.model.proto.producerName.toLowerCase() === "pytorch";
  }

  /** TensorProto.DataType of an input in the file, where the file states it; integers are widened when read. */
  elementType(index: number): number | undefined {
    return this.#shared.model.elementTypes.get(this.node.input[index] ?? "");
  }

  body(name: string): Body {
    const graph = this.#attributes.get(name)?.g;
    if (graph === undefined) throw this.malformed(`the graph ${name} is missing`);
    return {
      graph,
      run: (inputs) => {
        if (inputs.length !== graph.input.length) {
          throw this.malformed(
            `its graph ${name} takes ${graph.input.length} inputs, not ${inputs.length}`,
          );
        }
        return this.#body(graph, inputs);
      },
    };
  }

  /** How many outputs the file names. */
  get outputs(): number {
    return this.node.output.length;
  }

  /** How many inputs the file names. */
  get inputs(): number {
    return this.#items.length;
  }

  input(index: number): Value {
    return this.#tensor(this.item(index), index);
  }

  optional(index: number): Value | undefined {
    const item = this.#items[index];
    return item && this.#tensor(item, index);
  }

  /** The elements of a sequence. */
  sequence(index: number): readonly Value[] {
    const item = this.item(index);
    if (!isSequence(item)) throw this.malformed(`input ${index + 1} is a tensor, not a sequence`);
    return item.elements;
  }

  /** A tensor or a sequence. */
  item(index: number): Item {
    const item = this.#items[index];
    if (item === undefined) throw this.malformed(`input ${index + 1} is missing`);
    return item;
  }

  #tensor(item: Item, index: number): Value {
    if (!isSequence(item)) return item;
    throw this.malformed(`input ${index + 1} is a sequence, not a tensor`);
  }

  /** All inputs that are there, for operators that take any number. */
  all(): Value[] {
    if (this.inputs === 0) throw this.malformed("it has no inputs");
    return this.#items.map((_, index) => this.input(index));
  }

  /**
   * @param what the input is, for the sentence where it is not known
   * @throws NeedsValue where an input that must be known while importing depends on data
   */
  known(index: number, what?: string): Tensor {
    return knownTensor(this.input(index), what);
  }

  numbers(index: number): number[] {
    return [...toFloat64(this.known(index))];
  }

  /** An input that states extents: whole numbers, none negative. */
  extents(index: number): number[] {
    const found = this.numbers(index);
    const fits = found.length <= MOST_AXES && found.every((n) => Number.isInteger(n) && n >= 0);
    if (fits) return found;
    const shown = `${found.slice(0, 8).join(", ")}${found.length > 8 ? ", …" : ""}`;
    throw this.malformed(`input ${index + 1} is no list of extents: [${shown}]`);
  }

  number(index: number): number {
    const [number, ...more] = this.numbers(index);
    if (number === undefined || more.length > 0) {
      throw this.malformed(`input ${index + 1} is not one number`);
    }
    return number;
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  int(name: string, fallback?: number): number {
    return this.#attribute(name, fallback, (attribute) => attribute.i);
  }

  flag(name: string, fallback = false): boolean {
    return this.int(name, Number(fallback)) !== 0;
  }

  float(name: string, fallback?: number): number {
    return this.#attribute(name, fallback, (attribute) => attribute.f);
  }

  string(name: string, fallback?: string): string {
    return this.#attribute(name, fallback, (attribute) => attribute.s);
  }

  ints(name: string): number[] | undefined {
    return this.#list(name, "ints");
  }

  floats(name: string): number[] | undefined {
    return this.#list(name, "floats");
  }

  strings(name: string): string[] | undefined {
    return this.#list(name, "strings");
  }

  /** An empty list looks like one of another type, unless the type is stated. */
  #list<K extends "ints" | "floats" | "strings">(
    name: string,
    kind: K,
  ): AttributeProto[K] | undefined {
    const attribute = this.#attributes.get(name);
    if (attribute !== undefined && ![0, AttributeType[kind]].includes(attribute.type)) {
      throw this.malformed(`the attribute ${name} has another type`);
    }
    return attribute?.[kind];
  }

  tensor(name: string): Tensor | undefined {
    const proto = this.#attributes.get(name)?.t;
    const { external } = this.#shared.model;
    return proto && readTensor(proto, `the tensor in node ${this.origin}`, external);
  }

  #attribute<T>(
    name: string,
    fallback: T | undefined,
    read: (attribute: AttributeProto) => T | undefined,
  ): T {
    const attribute = this.#attributes.get(name);
    const value = attribute === undefined ? fallback : read(attribute);
    if (value === undefined) {
      throw this.malformed(
        attribute === undefined
          ? `the attribute ${name} is missing`
          : `the attribute ${name} has another type`,
      );
    }
    return value;
  }

  /**
   * An axis as an index from the front.
   * @param rank axes there are; an insertion point may be one past the last
   */
  axis(axis: number, rank: number): number {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
      throw this.malformed(`axis ${axis} is not one of ${rank}`);
    }
    return axis < 0 ? axis + rank : axis;
  }

  axes(axes: readonly number[], rank: number): number[] {
    const resolved = axes.map((axis) => this.axis(axis, rank));
    if (new Set(resolved).size !== resolved.length)
      throw this.malformed(`axes ${axes.join(", ")} repeat`);
    return resolved;
  }

  /** Integers from the attribute of an older opset, or from the input that took its place. */
  intsOf(attribute: string, input: number): number[] | undefined {
    const given = this.ints(attribute);
    const value = this.optional(input);
    if (given !== undefined || value === undefined) return given;
    const count = sizeOf(value.shape);
    if (count > MOST_NUMBERS) throw this.malformed(`input ${input + 1} lists ${count} numbers`);
    return this.numbers(input);
  }

  unsupported(why: string): UnsupportedOperator {
    return new UnsupportedOperator(this.node.opType, this.origin, why, this.path);
  }

  malformed(why: string): UserError {
    return new UserError(
      "onnx/malformed",
      // A weight in the place of a shape would be listed in full.
      `The node ${this.origin} (${this.node.opType}) is malformed: ${printable(why)}.`,
      { where: this.path, todo: "Export the network again." },
    );
  }
}

/** Rewrites what a file exported with a fixed batch has of it in its constants. */
export interface Rebatch {
  /** The batch in the file. */
  readonly from: number;
  readonly to: number;
  /** Shapes that the file's values have at its own batch, by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}
