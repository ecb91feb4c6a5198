/** Small ONNX models for tests: what is left out takes the format's defaults. */
import type { Tensor } from "../../../shared/tensor";
import { encodeMessage } from "./message";
import { AttributeType, modelProto, type ModelProto } from "./schema";
import { toTensorProto } from "./tensors";

export interface SmallNode {
  readonly op: string;
  readonly domain?: string;
  readonly name?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, SmallAttribute>>;
}

/** A number is an int if it is whole; `{ ref }` takes the value of the calling function's attribute. */
export type SmallAttribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly ref: string }
  | { readonly tensor: Tensor }
  | { readonly graph: SmallGraph };

/** A branch or a loop's body. Types of its inputs are left out unless given: a TensorProto.DataType each. */
export interface SmallGraph {
  readonly inputs?: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly SmallNode[];
  readonly initializers?: Readonly<Record<string, Tensor>>;
  readonly types?: Readonly<Record<string, number>>;
}

export interface SmallFunction {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly string[];
  readonly nodes: readonly SmallNode[];
}

/** Integers of a type that the program reads as a wider one, by TensorProto.DataType. */
export interface NarrowTensor {
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly int32Data: readonly number[];
}

export interface SmallModel {
  readonly opset?: number;
  /** Name → extents; a string is a symbol. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  readonly nodes: readonly SmallNode[];
  readonly initializers?: Readonly<Record<string, Tensor | NarrowTensor>>;
  readonly functions?: readonly SmallFunction[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly graphMetadata?: Readonly<Record<string, string>>;
  readonly producer?: string;
  readonly producerVersion?: string;
}

/** The file's bytes; inputs are float32. */
export function smallModel(model: SmallModel): Uint8Array {
  const opsetImport = [{ domain: "", version: model.opset ?? 17 }];
  const proto = {
    irVersion: 8,
    producerName: model.producer ?? "",
    producerVersion: model.producerVersion ?? "",
    opsetImport,
    graph: {
      node: model.nodes.map(nodeProto),
      initializer: Object.entries(model.initializers ?? {}).map(([name, tensor]) =>
        "dataType" in tensor ? { name, ...tensor } : toTensorProto(name, tensor),
      ),
      input: Object.entries(model.inputs).map(([name, extents]) => ({
        name,
        type: { tensorType: { elemType: 1, shape: { dim: extents.map(dimension) } } },
      })),
      output: model.outputs.map((name) => ({ name })),
      metadataProps: entries(model.graphMetadata),
    },
    functions: (model.functions ?? []).map((f) => ({
      domain: f.domain,
      name: f.name,
      input: f.inputs,
      output: f.outputs,
      attribute: f.attributes ?? [],
      node: f.nodes.map(nodeProto),
      opsetImport,
    })),
    metadataProps: entries(model.metadata),
  };
  return encodeMessage(modelProto, proto as unknown as ModelProto);
}

function entries(metadata: Readonly<Record<string, string>> = {}): object[] {
  return Object.entries(metadata).map(([key, value]) => ({ key, value }));
}

function dimension(extent: number | string): object {
  return typeof extent === "number" ? { dimValue: extent } : { dimParam: extent };
}

function nodeProto({
  op,
  domain = "",
  name = "",
  inputs,
  outputs,
  attributes = {},
}: SmallNode): object {
  return {
    opType: op,
    domain,
    name,
    input: inputs,
    output: outputs,
    attribute: Object.entries(attributes).map(([key, value]) => ({
      name: key,
      ...attributeValue(value),
    })),
  };
}

function subgraph({
  inputs = [],
  outputs,
  nodes,
  initializers = {},
  types = {},
}: SmallGraph): object {
  const info = (name: string): object => ({
    name,
    ...(types[name] === undefined ? {} : { type: { tensorType: { elemType: types[name] } } }),
  });
  return {
    name: "body",
    node: nodes.map(nodeProto),
    input: inputs.map(info),
    output: outputs.map(info),
    initializer: Object.entries(initializers).map(([name, tensor]) => toTensorProto(name, tensor)),
  };
}

function attributeValue(value: SmallAttribute): object {
  if (typeof value === "number") return { i: value, type: AttributeType.int };
  if (typeof value === "string") return { s: value, type: AttributeType.string };
  if ("float" in value) return { f: value.float, type: AttributeType.float };
  if ("floats" in value) return { floats: value.floats, type: AttributeType.floats };
  if ("ref" in value) return { refAttrName: value.ref, type: AttributeType.float };
  if ("graph" in value) return { g: subgraph(value.graph), type: AttributeType.graph };
  if ("tensor" in value) return { t: toTensorProto("", value.tensor), type: AttributeType.tensor };
  if (typeof value[0] === "string") return { strings: value, type: AttributeType.strings };
  return { ints: value, type: AttributeType.ints };
}
