/**
 * The part of onnx.proto that we read and write, as types and as one table of fields a message.
 * Field numbers, types and their meaning: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 10).
 */

export interface ModelProto {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  domain: string;
  docString: string;
  graph: GraphProto | undefined;
  opsetImport: OperatorSetIdProto[];
  metadataProps: StringStringEntryProto[];
  functions: FunctionProto[];
}

export interface OperatorSetIdProto {
  /** "" is the standard's own set, which files also call "ai.onnx". */
  domain: string;
  version: number;
}

export interface StringStringEntryProto {
  key: string;
  value: string;
}

export interface GraphProto {
  node: NodeProto[];
  name: string;
  initializer: TensorProto[];
  sparseInitializer: Uint8Array[];
  docString: string;
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
  metadataProps: StringStringEntryProto[];
}

export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: AttributeProto[];
  docString: string;
  domain: string;
  overload: string;
}

/** Which member holds the value; 0 in old files, where it is the one that is there. */
export const AttributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const;

export interface AttributeProto {
  name: string;
  f: number | undefined;
  i: number | undefined;
  s: string | undefined;
  t: TensorProto | undefined;
  g: GraphProto | undefined;
  floats: number[];
  ints: number[];
  strings: string[];
  docString: string;
  type: number;
  /** In a function's body: takes the value of the caller's attribute of this name. */
  refAttrName: string;
}

export interface FunctionProto {
  name: string;
  input: string[];
  output: string[];
  attribute: string[];
  node: NodeProto[];
  docString: string;
  opsetImport: OperatorSetIdProto[];
  domain: string;
  attributeProto: AttributeProto[];
  overload: string;
}

/** Numbers that are counted before they are read. */
export interface Elements extends Iterable<number | bigint> {
  readonly length: number;
}

export interface TensorProto {
  dims: number[];
  dataType: number;
  floatData: Elements;
  int32Data: Elements;
  stringData: string[];
  int64Data: Elements;
  name: string;
  rawData: Uint8Array | undefined;
  doubleData: Elements;
  uint64Data: Elements;
  docString: string;
  externalData: StringStringEntryProto[];
  /** 1: the elements are in another file, see externalData. */
  dataLocation: number;
}

export interface ValueInfoProto {
  name: string;
  type: TypeProto | undefined;
  docString: string;
}

/** Only tensors; sequences, maps and optionals leave `tensorType` undefined. */
export interface TypeProto {
  tensorType: TensorTypeProto | undefined;
}

export interface TensorTypeProto {
  elemType: number;
  /** Undefined: not even the rank is known. */
  shape: TensorShapeProto | undefined;
}

export interface TensorShapeProto {
  dim: DimensionProto[];
}

export interface DimensionProto {
  dimValue: number | undefined;
  dimParam: string | undefined;
}

/**
 * How a field is read: `int` is an int32, int64 or enum as a double (values beyond 2^53 are rounded, which only
 * INT64_MAX as "to the end" ever is), `int64` an exact bigint.
 */
export type Scalar = "int" | "int64" | "float" | "double" | "string" | "bytes";
export type Kind = Scalar | Message;
export interface Field {
  readonly number: number;
  readonly kind: Kind | (() => Message);
  /** `one` reads as "" or 0 where it is absent, `maybe` as undefined, `many` as a list, `elements` as Elements. */
  readonly presence: "one" | "maybe" | "many" | "elements";
}
export type Message = Readonly<Record<string, Field>>;
type Table<T> = Readonly<Record<keyof T, Field>>;

const one = (number: number, kind: Scalar): Field => ({ number, kind, presence: "one" });
const maybe = (number: number, kind: Field["kind"]): Field => ({ number, kind, presence: "maybe" });
const elements = (number: number, kind: Scalar): Field => ({ number, kind, presence: "elements" });
const many = (number: number, kind: Field["kind"]): Field => ({ number, kind, presence: "many" });

const entry: Table<StringStringEntryProto> = { key: one(1, "string"), value: one(2, "string") };

const operatorSet: Table<OperatorSetIdProto> = { domain: one(1, "string"), version: one(2, "int") };

export const tensorProto: Table<TensorProto> = {
  dims: many(1, "int"),
  dataType: one(2, "int"),
  floatData: elements(4, "float"),
  int32Data: elements(5, "int"),
  stringData: many(6, "string"),
  int64Data: elements(7, "int64"),
  name: one(8, "string"),
  rawData: maybe(9, "bytes"),
  doubleData: elements(10, "double"),
  uint64Data: elements(11, "int64"),
  docString: one(12, "string"),
  externalData: many(13, entry),
  dataLocation: one(14, "int"),
};

const dimension: Table<DimensionProto> = {
  dimValue: maybe(1, "int"),
  dimParam: maybe(2, "string"),
};
const tensorShape: Table<TensorShapeProto> = { dim: many(1, dimension) };
const tensorType: Table<TensorTypeProto> = {
  elemType: one(1, "int"),
  shape: maybe(2, tensorShape),
};
const type: Table<TypeProto> = { tensorType: maybe(1, tensorType) };

const valueInfo: Table<ValueInfoProto> = {
  name: one(1, "string"),
  type: maybe(2, type),
  docString: one(3, "string"),
};

const attribute: Table<AttributeProto> = {
  name: one(1, "string"),
  f: maybe(2, "float"),
  i: maybe(3, "int"),
  s: maybe(4, "string"),
  t: maybe(5, tensorProto),
  g: maybe(6, () => graph),
  floats: many(7, "float"),
  ints: many(8, "int"),
  strings: many(9, "string"),
  docString: one(13, "string"),
  type: one(20, "int"),
  refAttrName: one(21, "string"),
};

const node: Table<NodeProto> = {
  input: many(1, "string"),
  output: many(2, "string"),
  name: one(3, "string"),
  opType: one(4, "string"),
  attribute: many(5, attribute),
  docString: one(6, "string"),
  domain: one(7, "string"),
  overload: one(8, "string"),
};

const graph: Table<GraphProto> = {
  node: many(1, node),
  name: one(2, "string"),
  initializer: many(5, tensorProto),
  docString: one(10, "string"),
  input: many(11, valueInfo),
  output: many(12, valueInfo),
  valueInfo: many(13, valueInfo),
  sparseInitializer: many(15, "bytes"),
  metadataProps: many(16, entry),
};

const functionProto: Table<FunctionProto> = {
  name: one(1, "string"),
  input: many(4, "string"),
  output: many(5, "string"),
  attribute: many(6, "string"),
  node: many(7, node),
  docString: one(8, "string"),
  opsetImport: many(9, operatorSet),
  domain: one(10, "string"),
  attributeProto: many(11, attribute),
  overload: one(13, "string"),
};

export const modelProto: Table<ModelProto> = {
  irVersion: one(1, "int"),
  producerName: one(2, "string"),
  producerVersion: one(3, "string"),
  domain: one(4, "string"),
  docString: one(6, "string"),
  graph: maybe(7, graph),
  opsetImport: many(8, operatorSet),
  metadataProps: many(14, entry),
  functions: many(25, functionProto),
};
