import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromFloat64, type Tensor } from "../../shared/tensor";
import { smallModel, type SmallNode } from "../graph/onnx/testing";
import { openModel } from ".";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "open-extents-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ones = (...shape: number[]): Tensor =>
  fromFloat64("float32", shape, new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1));
const node = (op: string, inputs: string[], output: string, attributes = {}): SmallNode => ({
  op,
  name: op,
  inputs,
  outputs: [output],
  attributes,
});

/** A convolution without pads, then `last`. */
async function network(
  last: SmallNode,
  initializers: Record<string, Tensor> = {},
): Promise<string> {
  const path = join(folder, "net.onnx");
  const bytes = smallModel({
    inputs: { x: ["batch", 1, "height", "width"] },
    outputs: ["y"],
    nodes: [node("Conv", ["x", "w"], "c"), last],
    initializers: { w: ones(2, 1, 3, 3), ...initializers },
  });
  await writeFile(path, bytes);
  return path;
}

const halved = node("AveragePool", ["c"], "y", { kernel_shape: [2, 2], strides: [2, 2] });

test("open axes take the extents of a sample", async () => {
  const model = await openModel(await network(halved), { sample: [1, 10, 16] });
  const graph = model.graph(3);
  expect(graph.inputs[0]!.shape).toEqual([3, 1, 10, 16]);
  expect(graph.outputs[0]!.value.shape).toEqual([3, 2, 4, 7]);
  expect(model.info.warnings).toEqual([]);
});

test("without one they are shown as open, with what is assumed meanwhile", async () => {
  const { info } = await openModel(await network(halved));
  expect(info.open).toEqual(["height", "width"]);
  expect(info.inputs[0]!.shape).toEqual([null, 1, null, null]);
  expect(info.outputs[0]!.shape).toEqual([null, 2, null, null]);
  expect(info.warnings).toEqual([
    "The axes height and width are open: 64 is assumed here, a run takes the extents of its data.",
  ]);
});

test("a network that is no network at the extents assumed says so, and opens at its own", async () => {
  const path = await network(node("Add", ["c", "p"], "y"), { p: ones(8, 8) });
  await expect(openModel(path)).rejects.toThrow(/leaves height and width open.*at 64: Add/);
  const model = await openModel(path, { sample: [1, 10, 10] });
  expect(model.graph(1).outputs[0]!.value.shape).toEqual([1, 2, 8, 8]);
});
