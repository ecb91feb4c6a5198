/**
 * A graph as an ONNX file: opset 21, IR version 10. The same graph gives the same bytes, and names that people
 * can follow: values are called after their operator and counted in execution order, nodes keep in their
 * documentation string the node of the imported file that they stem from.
 */
import { fromFloat64, type Tensor } from "../../../shared/tensor";
import {
  inputName,
  topologicalOrder,
  type Attribute,
  type Graph,
  type Node,
  type Value,
} from "../ir";
import { ruleOf } from "../ops";
import type { OnnxForm } from "../rule";
import { withoutConvWeight } from "../weightProducts";
import { encodeMessage } from "./message";
import {
  AttributeType,
  modelProto,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "./schema";
import { dataTypeOf, toTensorProto } from "./tensors";

const WRITTEN_OPSET = 21;
const WRITTEN_IR = 10;

export interface EncodeOptions {
  /** Name of the graph, which viewers show. */
  readonly name?: string;
  /** Inputs written as initializers of these values, hence constants of the file. */
  readonly bind?: ReadonlyMap<string, Tensor>;
  /**
   * Name of the leading dimension of inputs and output, which the file then leaves open. That the graph is the same at
   * every batch is for the caller to know: two batches then give the same bytes.
   */
  readonly batch?: string;
  /** Key and value pairs kept with the model. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** In which nodes are written: `topologicalOrder`, or another that it could be. */
  readonly order?: (outputs: readonly Value[]) => Node[];
}

type Constant = NonNullable<NonNullable<OnnxForm["constants"]>[number]>;

/** The file's bytes. */
export function encodeModel(graph: Graph, options: EncodeOptions = {}): Uint8Array {
  const {
    name = "graph",
    bind = new Map<string, Tensor>(),
    metadata = new Map<string, string>(),
    order = topologicalOrder,
  } = options;
  return encodeMessage(modelProto, {
    irVersion: WRITTEN_IR,
    producerName: "noetherscope",
    graph: encodeGraph(withoutConvWeight(graph), order, name, bind, options.batch),
    opsetImport: [{ domain: "", version: WRITTEN_OPSET }],
    metadataProps: [...metadata].map(([key, value]) => ({ key, value })),
  });
}

function encodeGraph(
  graph: Graph,
  orderOf: (outputs: readonly Value[]) => Node[],
  name: string,
  bind: ReadonlyMap<string, Tensor>,
  batch: string | undefined,
): Partial<GraphProto> {
  const taken = new Set([
    ...graph.inputs.map(inputName),
    ...graph.outputs.map((output) => output.name),
  ]);
  /** `base`, or `base_2` … where that is taken. */
  const fresh = (base: string): string => {
    let candidate = base;
    for (let count = 2; taken.has(candidate); count++) candidate = `${base}_${count}`;
    taken.add(candidate);
    return candidate;
  };

  const names = new Map<Value, string>();
  const nodes: Partial<NodeProto>[] = [];
  const initializers: Partial<TensorProto>[] = [];
  for (const input of graph.inputs) {
    const tensor = bind.get(inputName(input));
    if (tensor !== undefined) initializers.push(toTensorProto(inputName(input), tensor));
    names.set(input, inputName(input));
  }

  const constants = new Map<string, string>();
  const constantInput = (constant: Constant): string => {
    const key = `${constant.dtype}[${constant.shape.join()}] ${constant.data.join()}`;
    let known = constants.get(key);
    if (known === undefined) {
      known = fresh(`constant_${constants.size}`);
      constants.set(key, known);
      const tensor = fromFloat64(constant.dtype, constant.shape, constant.data);
      initializers.push(toTensorProto(known, tensor));
    }
    return known;
  };
  const nameOf = (value: Value): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    if (value.source.kind !== "constant")
      throw new Error("a graph reads a value that is not its own");
    const name = fresh(`constant_tensor_${names.size}`);
    names.set(value, name);
    initializers.push(toTensorProto(name, value.source.tensor));
    return name;
  };

  // A value that is an output is called by its output's name; a second name for it, or an output that no
  // node produces, is an Identity at the end.
  const copies: { from: Value; to: string }[] = [];
  for (const output of graph.outputs) {
    const named = names.has(output.value) || output.value.source.kind !== "node";
    if (named) copies.push({ from: output.value, to: output.name });
    else names.set(output.value, output.name);
  }

  const counts = new Map<string, number>();
  const results = graph.outputs.map((output) => output.value);
  const order = orderOf(results);
  const read = new Set([...order.flatMap((node) => node.inputs), ...results]);
  for (const node of order) {
    // A maximum without its index is much cheaper. Others that have two outputs, as TopK, must name both.
    const alone = node.op === "MaxPool" && !node.outputs.slice(1).some((value) => read.has(value));
    const written = alone ? node.outputs.slice(0, 1) : node.outputs;
    const form = ruleOf(node.op).onnx?.(node.attrs, node.inputs, node.outputs) ?? {
      attributes: node.attrs,
    };
    const count = counts.get(node.op) ?? 0;
    counts.set(node.op, count + 1);
    const label = `${node.op}_${count}`;
    const constants = form.constants ?? [];
    const extra = (batch === undefined ? constants : constants.map(openShape(node))).map((each) =>
      each === null ? "" : constantInput(each),
    );
    nodes.push({
      opType: form.op ?? node.op,
      name: label,
      input: [...node.inputs.map(nameOf), ...extra],
      output: written.map((value, index) => {
        const known = names.get(value);
        if (known !== undefined) return known;
        const own = fresh(index === 0 ? label : `${label}_output_${index}`);
        names.set(value, own);
        return own;
      }),
      attribute: Object.entries(form.attributes ?? {}).map(([key, value]) => attribute(key, value)),
      docString: node.origin ?? "",
    });
  }
  copies.forEach(({ from, to }, index) => {
    nodes.push({
      opType: "Identity",
      name: `Identity_${index}`,
      input: [nameOf(from)],
      output: [to],
    });
  });

  return {
    name,
    node: nodes as NodeProto[],
    initializer: initializers as TensorProto[],
    input: graph.inputs
      .filter((input) => !bind.has(inputName(input)))
      .map((input) => valueInfo(inputName(input), input, batch)),
    output: graph.outputs.map((output) => valueInfo(output.name, output.value, batch)),
  };
}

/** Shapes that hold for every batch: the leading extent follows from the others, or is the operand's own. */
function openShape({ op, inputs }: Node): (constant: Constant | null) => Constant | null {
  return (constant) => {
    if (constant === null || (op !== "Reshape" && op !== "Expand")) return constant;
    const [leading, ...rest] = [...constant.data];
    if (leading === undefined || [leading, ...rest].includes(0)) return constant;
    if (op === "Reshape") return { ...constant, data: [-1, ...rest] };
    const same =
      inputs[0]!.shape.length === constant.data.length && inputs[0]!.shape[0] === leading;
    return same ? { ...constant, data: [1, ...rest] } : constant;
  };
}

function valueInfo(
  name: string,
  { dtype, shape }: Pick<Value, "dtype" | "shape">,
  batch: string | undefined,
): ValueInfoProto {
  const dim = shape.map((extent, axis) =>
    axis === 0 && batch !== undefined
      ? { dimValue: undefined, dimParam: batch }
      : { dimValue: extent, dimParam: undefined },
  );
  return {
    name,
    type: { tensorType: { elemType: dataTypeOf[dtype], shape: { dim } } },
    docString: "",
  };
}

function attribute(name: string, value: Attribute): AttributeProto {
  const none: AttributeProto = {
    name,
    f: undefined,
    i: undefined,
    s: undefined,
    t: undefined,
    g: undefined,
    floats: [],
    ints: [],
    strings: [],
    docString: "",
    type: 0,
    refAttrName: "",
  };
  if (typeof value === "boolean") return { ...none, i: Number(value), type: AttributeType.int };
  if (typeof value === "string") return { ...none, s: value, type: AttributeType.string };
  if (typeof value === "number") {
    return floatAttributes.has(name)
      ? { ...none, f: value, type: AttributeType.float }
      : { ...none, i: value, type: AttributeType.int };
  }
  if (value.every((item) => typeof item === "string")) {
    return value.length === 0
      ? { ...none, type: AttributeType.ints }
      : { ...none, strings: [...value], type: AttributeType.strings };
  }
  const items = value as readonly number[];
  return { ...none, ints: [...items], type: AttributeType.ints };
}

/** ONNX's attributes of type float, by name: a whole number alone does not tell (alpha = 1). */
const floatAttributes = new Set([
  "alpha",
  "beta",
  "gamma",
  "epsilon",
  "bias",
  "lambd",
  "extrapolation_value",
  "cubic_coeff_a",
]);
