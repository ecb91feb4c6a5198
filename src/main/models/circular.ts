/**
 * Circular padding as PyTorch before 2.0 exports it, wrongly: torch/onnx/symbolic_opset9.py of 1.13 puts x[−p−1 : −1] before an
 * axis where F.pad puts x[−p :], and takes p for the other side's width. Such a file is sound and computes another function.
 */
import { toFloat64 } from "../../shared/tensor";
import type { VersionedNode } from "../graph/onnx/functions";
import type { OnnxModel } from "../graph/onnx/model";
import { printable } from "../graph/onnx/printable";
import type { AttributeProto } from "../graph/onnx/schema";
import { readTensor } from "../graph/onnx/tensors";

/** A sentence where the file has that padding, with what to do about it. */
export function wrongPadding(model: OnnxModel): string[] {
  const { producerName, producerVersion } = model.proto;
  if (producerName !== "pytorch" || !/^[01]\./.test(producerVersion)) return [];
  const slices = new Map(
    model.nodes.flatMap((node) =>
      node.opType === "Slice" ? [[node.output[0] ?? "", node] as const] : [],
    ),
  );
  if (slices.size === 0) return [];
  const constants = new Map(
    model.nodes.flatMap((node) =>
      node.opType === "Constant" ? [[node.output[0] ?? "", node] as const] : [],
    ),
  );
  const wrong = model.nodes.filter((node) => {
    if (node.opType !== "Concat" || node.input.length < 2) return false;
    const [first = "", whole] = node.input;
    const before = slices.get(first);
    const bounds = before === undefined ? undefined : boundsOf(before, model, constants);
    return (
      bounds !== undefined &&
      before!.input[0] === whole &&
      bounds.axis === attribute(node, "axis")?.i &&
      bounds.end === -1 &&
      bounds.start < -1
    );
  });
  if (wrong.length === 0) return [];
  const names = wrong.slice(0, 3).map(({ name, output }) => name || (output[0] ?? ""));
  const more = wrong.length > names.length ? ` and ${wrong.length - names.length} more` : "";
  return [
    `PyTorch ${printable(producerVersion)} writes circular padding wrongly, as in this file (${printable(names.join(", "))}${more}): the cells before an axis are taken one too far inside, so the file computes another function than the network did. Export it again with noetherscope_export.py, or with PyTorch 2.`,
  ];
}

interface Bounds {
  readonly start: number;
  readonly end: number;
  readonly axis: number;
}

/** Of a slice along one axis between constant bounds, which are attributes before opset 10. */
function boundsOf(
  node: VersionedNode,
  model: OnnxModel,
  constants: ReadonlyMap<string, VersionedNode>,
): Bounds | undefined {
  const numbers = (name: string, at: number): readonly number[] | undefined => {
    const own = attribute(node, name);
    if (own !== undefined) return own.ints;
    const input = node.input[at];
    if (input === undefined) return undefined;
    const initializer = model.initializers.get(input);
    if (initializer !== undefined) return [...toFloat64(initializer)];
    const constant = constants.get(input);
    const tensor = constant === undefined ? undefined : attribute(constant, "value")?.t;
    if (tensor === undefined || tensor.dims.reduce((product, n) => product * n, 1) !== 1) return;
    return [...toFloat64(readTensor(tensor, model.path, model.external))];
  };
  const [starts, ends, axes] = [numbers("starts", 1), numbers("ends", 2), numbers("axes", 3)];
  if (starts?.length !== 1 || ends?.length !== 1 || axes?.length !== 1) return undefined;
  return { start: starts[0]!, end: ends[0]!, axis: axes[0]! };
}

function attribute(node: VersionedNode, name: string): AttributeProto | undefined {
  return node.attribute.find((each) => each.name === name);
}
