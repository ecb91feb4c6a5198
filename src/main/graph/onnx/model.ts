/** An ONNX file opened: functions inlined, tensors read, ready to be imported at any batch. */
import { readFile } from "node:fs/promises";
import { UserError } from "../../../shared/errors";
import { fileError } from "../../../shared/fileErrors";
import type { Tensor } from "../../../shared/tensor";
import { decodeModel } from "./decode";
import { externalReader, noExternalData } from "./external";
import { functionInliner, type Inliner, type VersionedNode } from "./functions";
import { printable } from "./printable";
import type { GraphProto, ModelProto, ValueInfoProto } from "./schema";
import { readTensor, type ExternalReader } from "./tensors";

export interface OnnxModel {
  readonly path: string;
  readonly proto: ModelProto;
  readonly nodes: readonly VersionedNode[];
  /** Nodes of the graphs that control flow holds, prepared as `nodes` are. */
  readonly inline: Inliner;
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Output of an Identity node that copies an initializer → that initializer. Exporters merge equal tensors so. */
  readonly copies: ReadonlyMap<string, string>;
  /** Name of the leading symbolic dimension of the first input; "" where it has none, or no name. */
  readonly batchSymbol: string;
  readonly external: ExternalReader;
  /** TensorProto.DataType of values where the file states it: narrow integers are computed with as int32. */
  readonly elementTypes: ReadonlyMap<string, number>;
}

/** @throws UserError where the file cannot be read or is not a sound model */
export async function openOnnx(path: string): Promise<OnnxModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileError(error, path, "read");
  }
  return parseOnnx(bytes, path, externalReader(path));
}

/** @param path for messages */
export function parseOnnx(
  bytes: Uint8Array,
  path: string,
  external: ExternalReader = noExternalData,
): OnnxModel {
  const proto = decodeModel(bytes, path);
  const graph = proto.graph!;
  if (graph.sparseInitializer.length > 0) {
    throw new UserError("onnx/sparse", `${path} holds sparse tensors, which are not supported.`, {
      where: path,
    });
  }
  expectDistinct(graph.input, "inputs", path);
  expectDistinct(graph.initializer, "tensors", path);
  expectDistinct(graph.output, "outputs", path);
  const initializers = new Map(
    graph.initializer.map((tensor) => [
      tensor.name,
      readTensor(tensor, `The tensor "${printable(tensor.name)}" of ${path}`, external),
    ]),
  );
  const inline = functionInliner(proto, path);
  const nodes = inline(graph.node);
  const copies = new Map<string, string>();
  for (const node of nodes) {
    const [from, to] = [node.input[0] ?? "", node.output[0] ?? ""];
    const kept = initializers.has(from) ? from : copies.get(from);
    if (node.opType === "Identity" && kept !== undefined && to !== "") copies.set(to, kept);
  }
  // Files of IR version 3 list initializers among the inputs as well.
  const inputs = graph.input.filter(({ name }) => !initializers.has(name));
  const leading = inputs[0]?.type?.tensorType?.shape?.dim[0];
  return {
    path,
    proto,
    nodes,
    inline,
    inputs,
    outputs: graph.output,
    initializers,
    copies,
    batchSymbol: leading?.dimParam ?? "",
    external,
    elementTypes: elementTypes(graph, nodes),
  };
}

/** A second value of the same name would silently take the first one's place. */
function expectDistinct(list: readonly { name: string }[], what: string, path: string): void {
  const names = new Set<string>();
  for (const { name } of list) {
    if (names.has(name)) {
      throw new UserError(
        "onnx/malformed",
        `${path} has two ${what} of the name "${printable(name)}".`,
        { where: path, todo: "Export the network again." },
      );
    }
    names.add(name);
  }
}

function elementTypes(
  graph: GraphProto,
  nodes: readonly VersionedNode[],
): ReadonlyMap<string, number> {
  const types = new Map<string, number>();
  for (const { name, type } of [...graph.valueInfo, ...graph.input, ...graph.output]) {
    if (type?.tensorType !== undefined) types.set(name, type.tensorType.elemType);
  }
  for (const { name, dataType } of graph.initializer) types.set(name, dataType);
  for (const { opType, attribute, output } of nodes) {
    const value = opType === "Constant" ? attribute.find(({ t }) => t !== undefined) : undefined;
    if (value?.t !== undefined && output[0] !== undefined) types.set(output[0], value.t.dataType);
  }
  return types;
}
