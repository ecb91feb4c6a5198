import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromFloat64, sizeOf, type Tensor } from "../../shared/tensor";
import { smallModel, type SmallModel } from "../graph/onnx/testing";
import { openModel } from ".";
import { encodeSafetensors } from "./safetensors";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "declared-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function parametersOf(
  model: Partial<SmallModel>,
  weights?: Record<string, Tensor>,
): Promise<string[]> {
  const path = join(folder, "net.onnx");
  await writeFile(path, smallModel({ ...network, ...model }));
  if (weights === undefined) return [...(await openModel(path)).parameters.keys()];
  const checkpoint = join(folder, "net.safetensors");
  await writeFile(checkpoint, encodeSafetensors(new Map(Object.entries(weights))));
  return [...(await openModel(path, { weights: checkpoint })).parameters.keys()];
}

const floats = (shape: number[]): Tensor =>
  fromFloat64(
    "float32",
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => (i + 1) / 8),
  );

/** y = (((x W) ∘ mask) table) · scale: of these, W and scale are trained. */
const network: SmallModel = {
  inputs: { x: ["batch", 2] },
  outputs: ["y"],
  initializers: {
    w: floats([2, 2]),
    mask: fromFloat64("float32", [2], [1, 0]),
    table: floats([2, 2]),
    scale: floats([]),
  },
  nodes: [
    { op: "MatMul", inputs: ["x", "w"], outputs: ["a"] },
    { op: "Mul", inputs: ["a", "mask"], outputs: ["b"] },
    { op: "MatMul", inputs: ["b", "table"], outputs: ["c"] },
    { op: "Mul", inputs: ["c", "scale"], outputs: ["y"] },
  ],
};

const ours = (lists: object): Partial<SmallModel> => ({
  metadata: { noetherscope: JSON.stringify(lists) },
});
const signature = (text: string): Partial<SmallModel> => ({
  graphMetadata: { "pkg.torch.export.ExportedProgram.graph_signature": text },
});

test("without a word of the exporter, every tensor of some rank counts as trained", async () => {
  expect(await parametersOf({})).toEqual(["w", "mask", "table"]);
});

test("buffers that the exporter lists are constants, its scalars parameters", async () => {
  const lists = { parameters: ["w", "scale"], frozen: [], buffers: ["mask", "table"] };
  expect(await parametersOf(ours(lists))).toEqual(["w", "scale"]);
});

test("a buffer is a constant although a checkpoint holds it", async () => {
  const lists = { parameters: ["w", "scale"], buffers: ["mask", "table"] };
  const { w, mask, table, scale } = network.initializers as Record<string, Tensor>;
  const checkpoint = { w: w!, mask: mask!, table: table!, scale: scale! };
  expect(await parametersOf(ours(lists), checkpoint)).toEqual(["w", "scale"]);
});

test("frozen parameters are constants, unless all of them are frozen", async () => {
  expect(await parametersOf(ours({ parameters: ["w"], frozen: ["table"] }))).toEqual(["w"]);
  expect(await parametersOf(ours({ parameters: [], frozen: ["table"] }))).toEqual(["table"]);
});

test.each([
  [
    "PyTorch 2.13",
    `
# inputs
p_w: PARAMETER target='w'
p_scale: PARAMETER target='scale'
b_table: BUFFER target='table' persistent=True
x: USER_INPUT
`,
  ],
  [
    "PyTorch 2.6",
    "ExportGraphSignature(input_specs=[InputSpec(kind=<InputKind.PARAMETER: 2>, arg=TensorArgument(name='p_w'), target='w', persistent=None), InputSpec(kind=<InputKind.PARAMETER: 2>, arg=TensorArgument(name='p_scale'), target='scale', persistent=None), InputSpec(kind=<InputKind.BUFFER: 3>, arg=TensorArgument(name='b_table'), target='table', persistent=True)], output_specs=[])",
  ],
])("the signature in a file of %s tells parameters from buffers", async (_, text) => {
  expect(await parametersOf(signature(text))).toEqual(["w", "scale"]);
});

test("while a parameter is missing, a tensor of unknown name is taken for it, but no mask", async () => {
  const text = "p_w: PARAMETER target='w'\np_v: PARAMETER target='fc.weight'\n";
  expect(await parametersOf(signature(text))).toEqual(["w", "table"]);
});

test("parameters that an exporter folded away are named, those of our own are not", async () => {
  const path = join(folder, "folded.onnx");
  const text =
    "p_w: PARAMETER target='w'\np_a: PARAMETER target='bn.weight'\np_b: PARAMETER target='bn.bias'\n";
  await writeFile(path, smallModel({ ...network, ...signature(text) }));
  expect((await openModel(path)).info.warnings).toEqual([
    expect.stringMatching(/^bn\.weight, bn\.bias: not in .*folded\.onnx as parameters/),
  ]);
  const lists = { parameters: ["w", "bn.weight", "bn.bias"] };
  await writeFile(path, smallModel({ ...network, ...ours(lists) }));
  expect((await openModel(path)).info.warnings).toEqual([]);
});

test("the ones and zeros of a normalisation in groups are no parameters", async () => {
  const found = await parametersOf({
    ...signature("p_w: PARAMETER target='w'\np_v: PARAMETER target='norm.weight'\n"),
    inputs: { x: ["batch", 2, 2] },
    initializers: {
      w: floats([2, 2]),
      val_1: fromFloat64("float32", [2], [1, 1]),
      val_2: fromFloat64("float32", [2], [0, 0]),
      val_3: floats([2, 1]),
    },
    nodes: [
      { op: "MatMul", inputs: ["x", "w"], outputs: ["a"] },
      { op: "InstanceNormalization", inputs: ["a", "val_1", "val_2"], outputs: ["b"] },
      { op: "Mul", inputs: ["b", "val_3"], outputs: ["y"] },
    ],
  });
  expect(found).toEqual(["w", "val_3"]);
});

test("an entry of ours that another program wrote says nothing", async () => {
  const other: Partial<SmallModel> = { metadata: { noetherscope: "1" } };
  expect(await parametersOf(other)).toEqual(["w", "mask", "table"]);
});
