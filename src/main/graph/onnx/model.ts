/** An ONNX file opened: functions inlined, tensors read, ready to be imported at any batch. */
import { readFile } from "node:fs/promises";
import { UserError } from "../../../shared/errors";
import { fileError } from "../../../shared/fileErrors";
import type { Tensor } from "../../../shared/tensor";
import { decodeModel } from "./decode";
import { externalReader, noExternalData } from "./external";
import { inlineFunctions, type VersionedNode } from "./functions";
import type { ModelProto, ValueInfoProto } from "./schema";
import { readTensor, type ExternalReader } from "./tensors";

export interface OnnxModel {
  readonly path: string;
  readonly proto: ModelProto;
  readonly nodes: readonly VersionedNode[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Output of an Identity node that copies an initializer → that initializer. Exporters merge equal tensors so. */
  readonly copies: ReadonlyMap<string, string>;
  /** Name of the leading symbolic dimension of the first input; "" where it has none, or no name. */
  readonly batchSymbol: string;
  readonly external: ExternalReader;
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
  const initializers = new Map(
    graph.initializer.map((tensor) => [
      tensor.name,
      readTensor(tensor, `The tensor "${tensor.name}" of ${path}`, external),
    ]),
  );
  const nodes = inlineFunctions(proto, path);
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
    inputs,
    outputs: graph.output,
    initializers,
    copies,
    batchSymbol: leading?.dimParam ?? "",
    external,
  };
}
