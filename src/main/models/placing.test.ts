/** How weights find their places where names alone do not say it, and what is left over. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { encode, ExtData } from "@msgpack/msgpack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import { sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { isWeightsName } from "../../shared/weightFiles";
import { writeNpz } from "../data/npz";
import { zipArchive } from "../data/zipWriter";
import { smallModel, type SmallModel } from "../graph/onnx/testing";
import { createExecutor } from "../runtime/executors";
import { openModel } from ".";
import { openCheckpoint } from "./checkpoint";
import { encodeSafetensors } from "./safetensors";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "placing-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** Numbers from `first` on, a quarter apart: none of them is there twice. */
function tensor(shape: readonly number[], first: number): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => first + i / 4);
  return { dtype: "float32", shape, data };
}

async function model(name: string, parts: SmallModel): Promise<string> {
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, smallModel(parts));
  return path;
}

async function saved(name: string, tensors: Readonly<Record<string, Tensor>>): Promise<string> {
  const path = join(folder, `${name}.safetensors`);
  await writeFile(path, encodeSafetensors(new Map(Object.entries(tensors))));
  return path;
}

/** y = tanh(x W) W + b, the module W under the names that are given. */
function shared(metadata: Readonly<Record<string, string>> = {}): Promise<string> {
  return model("shared", {
    inputs: { x: ["batch", 2] },
    outputs: ["y"],
    initializers: { "a.weight": tensor([2, 2], 0), "a.bias": tensor([2], 1) },
    nodes: [
      { op: "MatMul", inputs: ["x", "a.weight"], outputs: ["h"] },
      { op: "MatMul", inputs: ["h", "a.weight"], outputs: ["k"] },
      { op: "Add", inputs: ["k", "a.bias"], outputs: ["y"] },
    ],
    metadata,
  });
}

const own = { "a.weight": tensor([2, 2], 5), "a.bias": tensor([2], 6) };

describe("more than the network has", () => {
  test("is no fault where it is one of its tensors under a second name", async () => {
    const weights = await saved("tied", {
      ...own,
      "b.weight": own["a.weight"],
      "b.bias": own["a.bias"],
    });
    const { info, parameters } = await openModel(await shared(), { weights });
    expect(parameters.get("a.weight")!.data).toEqual(own["a.weight"].data);
    expect(info.weights!.leftInFile).toEqual([]);
  });

  test("is refused where the second name has other numbers", async () => {
    const weights = await saved("untied", { ...own, "b.weight": tensor([2, 2], 9) });
    const error = await failure(openModel(await shared(), { weights }));
    expect(error.message).toContain("the model has no b.weight");
  });

  test("is shown, not refused, where our exporter says that the output does not need it", async () => {
    const weights = await saved("idle", { ...own, "head.weight": tensor([3], 0) });
    const noted = { parameters: ["a.weight", "a.bias", "head.weight"], buffers: [] };
    const path = await shared({ noetherscope: JSON.stringify(noted) });
    const { info } = await openModel(path, { weights });
    expect(info.weights!.leftInFile).toEqual(["head.weight"]);
    expect(info.warnings.join()).toContain("head.weight");
    expect((await failure(openModel(await shared(), { weights }))).code).toBe("weights/misfit");
  });

  test("is nothing where it has no numbers", async () => {
    const weights = await saved("empty", { ...own, none: tensor([0, 3], 0) });
    await expect(openModel(await shared(), { weights })).resolves.toBeDefined();
  });
});

describe("a weight that is computed from others", () => {
  /** One convolution of 1 × 1 with square matrix, without a bias. */
  const plain = (): Promise<string> =>
    model("conv", {
      inputs: { x: ["batch", 2, 4] },
      outputs: ["y"],
      initializers: { "c.weight": tensor([2, 2, 1], 0) },
      nodes: [{ op: "Conv", inputs: ["x", "c.weight"], outputs: ["y"] }],
    });
  const v: Tensor = { dtype: "float32", shape: [2, 2, 1], data: Float32Array.of(3, 4, 5, 12) };
  const g: Tensor = { dtype: "float32", shape: [2, 1, 1], data: Float32Array.of(10, 26) };

  test.each([
    ["c.weight_g", "c.weight_v"],
    ["c.parametrizations.weight.original0", "c.parametrizations.weight.original1"],
  ])("is g v/‖v‖ of %s and %s", async (scale, direction) => {
    const weights = await saved("normalised", { [scale]: g, [direction]: v });
    const { parameters } = await openModel(await plain(), { weights });
    // ‖(3, 4)‖ = 5 and ‖(5, 12)‖ = 13: both rows are doubled.
    expect([...toFloat64(parameters.get("c.weight")!)]).toEqual([6, 8, 10, 24]);
  });

  test.each([
    { "c.weight_g": tensor([3, 1, 1], 1), "c.weight_v": v },
    { "c.weight_orig": v, "c.weight_u": tensor([2], 1), "c.weight_v": tensor([3], 1) },
  ])("is none of parts that do not fit each other", async (parts) => {
    const weights = await saved("unfit", parts);
    expect((await failure(openModel(await plain(), { weights }))).code).toBe("weights/misfit");
  });

  test.each([
    ["c.weight_orig", "c.weight_u", "c.weight_v"],
    [
      "c.parametrizations.weight.original",
      "c.parametrizations.weight.0._u",
      "c.parametrizations.weight.0._v",
    ],
  ])("is W/σ of %s, %s and %s", async (original, left, right) => {
    const unit = (data: number[]): Tensor => ({
      dtype: "float32",
      shape: [2],
      data: Float32Array.from(data),
    });
    const weights = await saved("spectral", {
      [original]: v,
      [left]: unit([0, 1]),
      [right]: unit([0.6, 0.8]),
    });
    const { parameters } = await openModel(await plain(), { weights });
    // σ = (0, 1) W (0.6, 0.8)ᵀ = 3 + 9.6; the other axis would give 4 · 0.6 + 12 · 0.8 = 12.
    const found = toFloat64(parameters.get("c.weight")!);
    for (const [i, x] of [3, 4, 5, 12].entries()) expect(found[i]).toBeCloseTo(x / 12.6, 6);
  });
});

test("what the exporter computed of a weight that it also keeps follows that weight", async () => {
  const w = tensor([2, 2], 0.5);
  const path = await model("norm", {
    inputs: { x: ["batch", 2] },
    outputs: ["y"],
    initializers: { "a.weight": w, "onnx::MatMul_7": { ...w, shape: [1, 4] } },
    nodes: [
      { op: "MatMul", inputs: ["x", "a.weight"], outputs: ["h"] },
      { op: "ReduceSum", inputs: ["onnx::MatMul_7"], outputs: ["s"], attributes: { keepdims: 0 } },
      { op: "Div", inputs: ["h", "s"], outputs: ["y"] },
    ],
  });
  const weights = await saved("kept", { "a.weight": tensor([2, 2], 3) });
  const { graph, parameters } = await openModel(path, { weights });
  const program = await createExecutor("reference").compile(graph(1), {
    bind: parameters,
  });
  const x: Tensor = { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 0) };
  const y = toFloat64((await program.run(new Map([["x", x]]))).get("y")!);
  // (1, 0) W over the sum of W's numbers, 3 + 3.25 + 3.5 + 3.75 = 13.5: not over the file's own sum.
  expect(y[0]).toBeCloseTo(3 / 13.5, 6);
  expect(y[1]).toBeCloseTo(3.25 / 13.5, 6);
});

/** Two convolutions of the same extents, then a matrix: three biases of one extent. */
function layered(): Promise<string> {
  const conv = (
    name: string,
    from: string,
  ): { op: string; inputs: string[]; outputs: string[] } => ({
    op: "Conv",
    inputs: [from, `${name}.weight`, `${name}.bias`],
    outputs: [`${name}.y`],
  });
  return model("layered", {
    inputs: { x: ["batch", 2, 4] },
    outputs: ["y"],
    initializers: {
      "c1.weight": tensor([2, 2, 1], 0),
      "c1.bias": tensor([2], 1),
      "c2.weight": tensor([2, 2, 1], 2),
      "c2.bias": tensor([2], 3),
      "d.weight": tensor([4, 2], 4),
      "d.bias": tensor([2], 5),
    },
    nodes: [
      conv("c1", "x"),
      conv("c2", "c1.y"),
      { op: "MatMul", inputs: ["c2.y", "d.weight"], outputs: ["h"] },
      { op: "Add", inputs: ["h", "d.bias"], outputs: ["y"] },
    ],
  });
}

describe("weights of Flax", () => {
  const array = ({ shape, data }: Tensor): ExtData =>
    new ExtData(1, encode([shape, "float32", new Uint8Array(data.buffer)]));
  const kernels = { first: tensor([1, 2, 2], 10), second: tensor([1, 2, 2], 20) };
  const layers = {
    Conv_0: { bias: array(tensor([2], 11)), kernel: array(kernels.first) },
    Conv_1: { bias: array(tensor([2], 21)), kernel: array(kernels.second) },
    Dense_0: { bias: array(tensor([2], 31)), kernel: array(tensor([4, 2], 30)) },
  };

  async function opened(name: string, params: unknown): Promise<ReadonlyMap<string, Tensor>> {
    const weights = join(folder, `${name}.msgpack`);
    await writeFile(weights, encode({ params }));
    return (await openModel(await layered(), { weights })).parameters;
  }

  test("have their biases where their kernels are, layers of several kinds", async () => {
    const parameters = await opened("kinds", layers);
    const first = (name: string): number => toFloat64(parameters.get(name)!)[0]!;
    expect(["c1.bias", "c2.bias", "d.bias"].map(first)).toEqual([11, 21, 31]);
    expect(["c1.weight", "c2.weight", "d.weight"].map(first)).toEqual([10, 20, 30]);
  });

  test("are the same in pieces, as large arrays are written", async () => {
    const { data } = kernels.second;
    const pieces = [data.slice(0, 3), data.slice(3)].map((piece) =>
      array({ dtype: "float32", shape: [piece.length], data: piece }),
    );
    const chunked = {
      __msgpack_chunked_array__: true,
      shape: { 0: 1, 1: 2, 2: 2 },
      chunks: { 0: pieces[0], 1: pieces[1] },
    };
    const inPieces = { ...layers, Conv_1: { ...layers.Conv_1, kernel: chunked } };
    expect([...(await opened("pieces", inPieces))]).toEqual([...(await opened("whole", layers))]);
    const broken = { ...layers, Conv_1: { kernel: { ...chunked, chunks: { 0: 7 } } } };
    const error = await failure(opened("broken", broken));
    expect(error.message).toContain("in pieces");
  });
});

test("arrays that numpy.savez numbers are in their order", async () => {
  const weights = join(folder, "numbered.npz");
  const path = await layered();
  const shapes = [[2, 2, 1], [2], [2, 2, 1], [2], [4, 2], [2]];
  const arrays = shapes.map((shape, i) => [`arr_${i}`, tensor(shape, 10 * i)] as const);
  await writeNpz(weights, new Map(arrays));
  const { parameters } = await openModel(path, { weights });
  const names = ["c1.weight", "c1.bias", "c2.weight", "c2.bias", "d.weight", "d.bias"];
  expect(names.map((name) => toFloat64(parameters.get(name)!)[0])).toEqual([0, 10, 20, 30, 40, 50]);
});

describe("weights in several files", () => {
  async function index(map: unknown): Promise<string> {
    const path = join(folder, "model.safetensors.index.json");
    await writeFile(path, JSON.stringify({ metadata: {}, weight_map: map }));
    return path;
  }

  test("are opened by their index", async () => {
    await saved("model-1", { "a.weight": own["a.weight"] });
    await saved("model-2", { "a.bias": own["a.bias"] });
    const weights = await index({
      "a.weight": "model-1.safetensors",
      "a.bias": "model-2.safetensors",
    });
    const { parameters } = await openModel(await shared(), { weights });
    expect(parameters.get("a.bias")!.data).toEqual(own["a.bias"].data);
    expect([isWeightsName(weights), isWeightsName("preset.json")]).toEqual([true, false]);
  });

  test.each([
    [{ w: "../secret.safetensors" }, "no file beside it"],
    [{ w: "model-1.safetensors" }, "model-1.safetensors has no w"],
    [{ w: "lost.safetensors" }, "its file lost.safetensors cannot be opened"],
    ["none", "no weight_map"],
  ])("are refused with a sentence where the index is %j", async (map, words) => {
    await saved("model-1", { "a.weight": own["a.weight"] });
    expect((await failure(openCheckpoint(await index(map)))).message).toContain(words);
  });
});

describe("files that are no torch.save of a state dict", () => {
  test("a pickle of tensors holds its storages as streams of their own", async () => {
    const path = join(folder, "plain.pkl");
    // pickle.dumps({"weight": arange(6.).reshape(2, 3), "bias": tensor([7., 8.])}, 2) of PyTorch 1.13, deflated.
    await writeFile(path, inflateSync(Buffer.from(PICKLED, "base64")));
    const checkpoint = await openCheckpoint(path);
    const { tensors } = checkpoint.sets[0]!;
    expect((await tensors.get("weight")!.read()).shape).toEqual([2, 3]);
    expect([...toFloat64(await tensors.get("weight")!.read())]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...toFloat64(await tensors.get("bias")!.read())]).toEqual([7, 8]);
    await checkpoint.close();
  });

  test("a program of torch.export.save is called so", async () => {
    const path = join(folder, "program.pt2");
    const entries = [{ name: "serialized_exported_program.json", parts: [Buffer.from("{}")] }];
    const pieces: Uint8Array[] = [];
    for await (const piece of zipArchive(entries, { deflated: false })) pieces.push(piece);
    await writeFile(path, Buffer.concat(pieces));
    expect((await failure(openCheckpoint(path))).message).toContain("torch.export.save");
  });

  test("a pickle that is nothing but a call says which", async () => {
    const path = join(folder, "call.pkl");
    await writeFile(
      path,
      Buffer.from("\x80\x02cposix\nsystem\nX\x01\x00\x00\x00a\x85R.", "latin1"),
    );
    expect((await failure(openCheckpoint(path))).message).toMatch(/posix\.system, which was not/);
  });
});

const PICKLED =
  "eNrdUctuEzEU9TySUEOhvAlsWIZNRKEisCJIqJsRr2HjDbImHpMxGsY5Y09RkSplk4jyDSy6hE9AYjX5MeykAoH4Aq4sX/v66Pqec+bhEciAdQkhH6SaFhaBsLoWxZA3VpWG8lpOGlXm3MrK6Jof3KMIB6cY41I2lZSXOsv521q/55NDKw1FJLjQuRSGysofKGLWDwhp52H7mZarH+2X/dX32+/ary/7Q1d8tvoW+byeZsdNM6u11UKX/EDWRukKgYewbfdUKmtLyWWVq6xC2H5i1FXt4Uxyoz5Kg+gI8YB1XNEUurboJCGL3E1VFt0kZrFvoqspekncNP7bAet59IYOyIYe3Xe07OtTjgjYlsPsPrg/Gj0a7e1h01PMGkRJ97lF/Mp3egPyFy7Ihl7e39HOH7t97NbYX/x2MkZnbUKZWVXtortEL8WZBbZS0IQkYRItcTaJkmCJc8fC6VJKYZ0shr6oc1nL/KkSlmL7TorzFhdS7KxZTlRmcLEIB0VUxKz3vxjw0MXdPwwI/2nABucMCH+JvzpxepMnuFQ4jS+nuLLA1RTXvMYLXE+CBW4cF17GvsXNFLea4U+QFuiU";
