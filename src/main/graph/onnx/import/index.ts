/**
 * An ONNX file as a graph of primitives with static shapes: functions are inlined, symbolic dimensions bound,
 * whatever is known is computed, composite operators are written out, and meanings that changed with the opset
 * are converted to those of today.
 */
import { UserError } from "../../../../shared/errors";
import { sizeOf, type Tensor, type TensorType } from "../../../../shared/tensor";
import { Builder } from "../../builder";
import type { Graph, GraphOutput, Value } from "../../ir";
import { isStandard } from "../decode";
import type { VersionedNode } from "../functions";
import type { OnnxModel } from "../model";
import type { ValueInfoProto } from "../schema";
import { dtypeOf } from "../tensors";
import { activations } from "./activations";
import { Call, UnsupportedOperator, type Converter, type Converters, type Rebatch } from "./call";
import { elementwise } from "./elementwise";
import { fourier } from "./fourier";
import { indexing } from "./indexing";
import { linear } from "./linear";
import { movement } from "./movement";
import { normalisation } from "./normalisation";
import { recurrence } from "./recurrent";
import { reductions } from "./reduce";
import { resizing } from "./resize";
import { shapes } from "./shapes";
import { windows } from "./window";

const converters: Converters = {
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
};

/** How a tensor of the file appears among the graph's inputs. */
export interface ParameterInput {
  readonly name: string;
  /** The file holds its transpose: exporters store a Linear's weight so when they fold constants. */
  readonly transposed: boolean;
}

export interface ImportOptions {
  /** Extent of the batch axis, where the file leaves it open. */
  readonly batch?: number;
  /** Extents of other symbolic dimensions, by name. */
  readonly dimensions?: ReadonlyMap<string, number>;
  /** Shapes of inputs that replace what the file declares. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
  /** Inputs whose values are known: they become constants. */
  readonly constants?: ReadonlyMap<string, Tensor>;
  /**
   * Initializers, and Identity copies of them, that become inputs of role "parameter" under the name given.
   * A copy is a value of its own: it does not follow the initializer that the file keeps its values in.
   */
  readonly parameters?: ReadonlyMap<string, ParameterInput>;
  /** Values that initializers (or Identity copies of them) take in place of the file's. */
  readonly weights?: ReadonlyMap<string, Tensor>;
  readonly rebatch?: Rebatch;
}

export interface Imported {
  readonly graph: Graph;
  /** What each value of the file became. */
  readonly values: ReadonlyMap<string, Value>;
  /** Parameter inputs that are running statistics, not trained by gradients. */
  readonly buffers: readonly Value[];
}

/**
 * @throws UserError "onnx/unsupported" for an operator without converter, "onnx/dimension" for a symbol without
 *   extent, "onnx/malformed" and "graph/shape" for what contradicts itself, NeedsValue ("onnx/dynamic-shape")
 */
export function importGraph(model: OnnxModel, options: ImportOptions = {}): Imported {
  const g = new Builder();
  const values = new Map<string, Value>();
  const buffers: Value[] = [];
  const inputs: Value[] = [];

  for (const info of model.inputs) {
    const known = options.constants?.get(info.name);
    if (known !== undefined) values.set(info.name, g.constant(known));
    else {
      const input = g.input(info.name, inputType(model, info, options));
      inputs.push(input);
      values.set(info.name, input);
    }
  }
  /** A trainable tensor of the file under its name. */
  const stored = (name: string, tensor: Tensor): Value => {
    const parameter = options.parameters?.get(name);
    const value = options.weights?.get(name) ?? tensor;
    if (parameter === undefined) return g.constant(value);
    const shape = parameter.transposed ? [...value.shape].reverse() : value.shape;
    const input = g.input(parameter.name, { dtype: value.dtype, shape }, "parameter");
    inputs.push(input);
    return parameter.transposed ? g.transposeLast(input) : input;
  };
  for (const [name, tensor] of model.initializers) values.set(name, stored(name, tensor));

  for (const node of model.nodes) {
    const origin =
      node.name === "" ? `${node.opType} of ${node.output[0] ?? "nothing"}` : node.name;
    const copied = model.copies.get(node.output[0] ?? "");
    if (copied !== undefined && node.opType === "Identity") {
      const name = node.output[0]!;
      const own = options.parameters?.has(name) === true || options.weights?.has(name) === true;
      values.set(
        name,
        own ? stored(name, model.initializers.get(copied)!) : values.get(node.input[0]!)!,
      );
      continue;
    }
    const read = node.input.map((name) => {
      if (name === "") return undefined;
      const value = values.get(name);
      if (value === undefined) throw missing(model, name, origin);
      return value;
    });
    const convert = isStandard(node.domain) ? converters[node.opType] : undefined;
    if (convert === undefined) throw unknown(node, origin, model.path);
    const call = new Call(g, node, read, origin, model.path, model.external, options.rebatch);
    const result = g.at(origin, () => converted(convert, call));
    const made = "source" in result ? [result as Value] : (result as readonly Value[]);
    buffers.push(...call.buffers);
    node.output.forEach((name, index) => {
      if (name === "") return;
      const value = made[index];
      if (value === undefined) throw call.unsupported(`its output ${index + 1}`);
      if (values.has(name)) throw call.malformed(`"${name}" is made twice`);
      values.set(name, value);
    });
  }

  const outputs = model.outputs.map(({ name }): GraphOutput => {
    const value = values.get(name);
    if (value === undefined) throw missing(model, name, "the graph's outputs");
    return { name, value };
  });
  return { graph: { inputs, outputs }, values, buffers };
}

/** Indices that leave a tensor show when constants are computed; they are the file's fault. */
function converted(convert: Converter, call: Call): ReturnType<Converter> {
  try {
    return convert(call);
  } catch (error) {
    throw error instanceof RangeError ? call.malformed(error.message) : error;
  }
}

function missing(model: OnnxModel, name: string, reader: string): UserError {
  const later = model.nodes.some((node) => node.output.includes(name));
  const why = later
    ? "made after it is read: the nodes are out of order or form a circle"
    : "made by nothing";
  return new UserError(
    "onnx/malformed",
    `${model.path}: ${reader} reads "${name}", which is ${why}.`,
    { where: model.path, todo: "Export the network again." },
  );
}

function unknown(
  { domain, opType: op }: Pick<VersionedNode, "domain" | "opType">,
  origin: string,
  path: string,
): UnsupportedOperator {
  if (op === "If" || op === "Loop" || op === "Scan") {
    return new UnsupportedOperator(op, origin, "control flow inside the network", path);
  }
  const name = isStandard(domain) ? op : `${domain}.${op}`;
  return new UnsupportedOperator(name, origin, "no such operator is known here", path);
}

/** The static type of an input, its symbols bound. */
function inputType(model: OnnxModel, info: ValueInfoProto, options: ImportOptions): TensorType {
  const type = info.type?.tensorType;
  if (type === undefined) {
    throw new UserError(
      "onnx/input",
      `The input "${info.name}" of ${model.path} is not a tensor.`,
      {
        where: info.name,
      },
    );
  }
  const dtype = dtypeOf(type.elemType, `the input "${info.name}"`);
  const given = options.shapes?.get(info.name);
  if (given !== undefined) return { dtype, shape: given };
  if (type.shape === undefined) {
    throw new UserError("onnx/input", `The input "${info.name}" of ${model.path} has no shape.`, {
      where: info.name,
      todo: "Export the network with an example input.",
    });
  }
  const shape = type.shape.dim.map((dim, axis) => {
    const symbol = dim.dimParam ?? "";
    const bound = options.dimensions?.get(symbol);
    if (bound !== undefined) return bound;
    if (dim.dimValue !== undefined && dim.dimValue >= 0 && symbol === "") {
      return axis === 0 && options.rebatch?.from === dim.dimValue
        ? options.rebatch.to
        : dim.dimValue;
    }
    if (
      options.batch !== undefined &&
      symbol === model.batchSymbol &&
      (symbol !== "" || axis === 0)
    ) {
      return options.batch;
    }
    throw new UserError(
      "onnx/dimension",
      `The dimension ${symbol === "" ? axis : `"${symbol}"`} of the input "${info.name}" of ${model.path} has no extent.`,
      { where: info.name, todo: "Give its extent." },
    );
  });
  if (!Number.isSafeInteger(sizeOf(shape))) {
    throw new UserError("onnx/input", `The input "${info.name}" of ${model.path} is too large.`, {
      where: info.name,
    });
  }
  return { dtype, shape };
}
