/**
 * An ONNX file as a graph of primitives with static shapes: functions are inlined, symbolic dimensions bound,
 * whatever is known is computed, composite operators are written out, and meanings that changed with the opset
 * are converted to those of today.
 */
import { UserError } from "../../../../shared/errors";
import { sizeOf, type Tensor, type TensorType } from "../../../../shared/tensor";
import { Builder } from "../../builder";
import type { Graph, GraphOutput, Value } from "../../ir";
import type { VersionedNode } from "../functions";
import type { OnnxModel } from "../model";
import { printable } from "../printable";
import type { ValueInfoProto } from "../schema";
import { dtypeOf } from "../tensors";
import { isSequence, type Item, type Rebatch } from "./call";
import { missing, NodeImporter } from "./nodes";

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
  /**
   * Compute BatchNormalization from the batch's own statistics where the file says so. Refused by default: these
   * couple the samples of a batch, and no gradient of a single sample exists.
   */
  readonly training?: boolean;
}

export interface Imported {
  readonly graph: Graph;
  /** What each tensor of the file became. */
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
  const items = new Map<string, Item>();
  const inputs: Value[] = [];

  for (const info of model.inputs) {
    const known = options.constants?.get(info.name);
    if (known !== undefined) items.set(info.name, g.constant(known));
    else {
      const input = g.input(info.name, inputType(model, info, options));
      inputs.push(input);
      items.set(info.name, input);
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
  for (const [name, tensor] of model.initializers) items.set(name, stored(name, tensor));

  /** An Identity node that is a parameter of its own. */
  const copy = ({ input, output }: VersionedNode): Item | undefined => {
    const name = output[0] ?? "";
    const copied = model.copies.get(name);
    if (copied === undefined) return undefined;
    const own = options.parameters?.has(name) === true || options.weights?.has(name) === true;
    return own ? stored(name, model.initializers.get(copied)!) : items.get(input[0]!);
  };
  const importer = new NodeImporter({
    g,
    model,
    rebatch: options.rebatch,
    training: options.training === true,
  });
  importer.run(model.nodes, { values: items }, copy);

  const outputs = model.outputs.map(({ name }): GraphOutput => {
    const item = items.get(name);
    if (item === undefined) throw missing(model.path, model.nodes, name, "the list of outputs");
    if (isSequence(item)) throw notTensor(model, `output "${printable(name)}"`);
    return { name, value: item };
  });
  const values = new Map(
    [...items].flatMap(([name, item]) => (isSequence(item) ? [] : [[name, item] as const])),
  );
  return { graph: { inputs, outputs }, values, buffers: importer.buffers };
}

function notTensor({ path }: OnnxModel, what: string): UserError {
  return new UserError("onnx/sequence", `The ${what} of ${path} is not a tensor.`, {
    where: path,
    todo: "Export a network that takes and returns tensors.",
  });
}

/** The static type of an input, its symbols bound. */
function inputType(model: OnnxModel, info: ValueInfoProto, options: ImportOptions): TensorType {
  const type = info.type?.tensorType;
  const name = printable(info.name);
  if (type === undefined) throw notTensor(model, `input "${name}"`);
  const dtype = dtypeOf(type.elemType, `the input "${name}"`);
  const given = options.shapes?.get(info.name);
  if (given !== undefined) return { dtype, shape: given };
  if (type.shape === undefined) {
    throw new UserError("onnx/input", `The input "${name}" of ${model.path} has no shape.`, {
      where: name,
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
      `The dimension ${symbol === "" ? axis : `"${printable(symbol)}"`} of the input "${name}" of ${model.path} has no extent.`,
      {
        where: name,
        todo: "Export it for the size of your data, with the batch as its only open axis: dynamic_axes={'input': {0: 'batch'}}.",
      },
    );
  });
  if (!Number.isSafeInteger(sizeOf(shape))) {
    throw new UserError("onnx/input", `The input "${name}" of ${model.path} is too large.`, {
      where: name,
    });
  }
  return { dtype, shape };
}
