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
  | { readonly float: number }
  | { readonly ref: string }
  | { readonly tensor: Tensor };

export interface SmallFunction {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly string[];
  readonly nodes: readonly SmallNode[];
}

export interface SmallModel {
  readonly opset?: number;
  /** Name → extents; a string is a symbol. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  readonly nodes: readonly SmallNode[];
  readonly initializers?: Readonly<Record<string, Tensor>>;
  readonly functions?: readonly SmallFunction[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The file's bytes; inputs are float32. */
export function smallModel(model: SmallModel): Uint8Array {
  const opsetImport = [{ domain: "", version: model.opset ?? 17 }];
  const proto = {
    irVersion: 8,
    opsetImport,
    graph: {
      node: model.nodes.map(nodeProto),
      initializer: Object.entries(model.initializers ?? {}).map(([name, tensor]) =>
        toTensorProto(name, tensor),
      ),
      input: Object.entries(model.inputs).map(([name, extents]) => ({
        name,
        type: { tensorType: { elemType: 1, shape: { dim: extents.map(dimension) } } },
      })),
      output: model.outputs.map((name) => ({ name })),
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
    metadataProps: Object.entries(model.metadata ?? {}).map(([key, value]) => ({ key, value })),
  };
  return encodeMessage(modelProto, proto as unknown as ModelProto);
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

function attributeValue(value: SmallAttribute): object {
  if (typeof value === "number") return { i: value, type: AttributeType.int };
  if (typeof value === "string") return { s: value, type: AttributeType.string };
  if ("float" in value) return { f: value.float, type: AttributeType.float };
  if ("ref" in value) return { refAttrName: value.ref, type: AttributeType.float };
  if ("tensor" in value) return { t: toTensorProto("", value.tensor), type: AttributeType.tensor };
  return { ints: value, type: AttributeType.ints };
}
