/** Weights as trainers leave them; the files and what made them are in fixtures/checkpoints. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode, ExtData } from "@msgpack/msgpack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import { fromFloat64, type Tensor } from "../../shared/tensor";
import { zipArchive } from "../data/zipWriter";
import { smallModel } from "../graph/onnx/testing";
import { openModel } from ".";
import { openCheckpoint } from "./checkpoint";
import { encodeSafetensors } from "./safetensors";

const fixtures = join(import.meta.dirname, "../../../fixtures/checkpoints");
const file = (name: string): string => join(fixtures, name);
const net = file("net.onnx");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoints-"));
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

async function contents(path: string): Promise<Record<string, Tensor>> {
  const checkpoint = await openCheckpoint(path);
  try {
    const tensors: Record<string, Tensor> = {};
    for (const [name, tensor] of checkpoint.sets[0]!.tensors) tensors[name] = await tensor.read();
    return tensors;
  } finally {
    await checkpoint.close();
  }
}

describe("the same weights", () => {
  test.each([
    ["state.pt", "name"],
    ["stream.pt", "name"],
    ["trainer.pt", "name"],
    ["two.pt::model", "name"],
    ["lightning.ckpt", "name"],
    ["copies.ckpt::state_dict.net", "name"],
    ["module.pt", "name"],
    ["script.pt", "name"],
    ["attack.pt", "name"],
    ["weights.npz", "name"],
    ["keras2.h5", "shape"],
    ["keras3.weights.h5", "shape"],
    ["leaves.eqx", "order"],
  ])("come out of %s, placed by %s", async (name, how) => {
    const [own, model] = [await openModel(net), await openModel(net, { weights: file(name) })];
    expect([...model.parameters]).toEqual([...own.parameters]);
    expect([...model.buffers]).toEqual([...own.buffers]);
    expect(model.info.weights!.matched).toHaveLength(10);
    expect(model.info.weights!.matched.map((each) => each.how)).toContain(how);
  });

  test("are doubled in a moving average of the double", async () => {
    const model = await openModel(net, { weights: file("two.pt::ema") });
    const own = await openModel(net);
    for (const [name, { data }] of model.parameters) {
      expect([...(data as Float32Array)]).toEqual(
        [...(own.parameters.get(name)!.data as Float32Array)].map((x) => 2 * x),
      );
    }
  });
});

test.each([
  ["trainer.pt", 7, null],
  ["lightning.ckpt", 3, 120],
  ["state.pt", null, null],
])("%s knows how far the training had come", async (name, epoch, step) => {
  const { weights } = (await openModel(net, { weights: file(name) })).info;
  expect(weights).toMatchObject({ epoch, step });
});

test("what is beside the network in a trainer's module is named", async () => {
  const { info } = await openModel(net, { weights: file("lightning.ckpt") });
  expect(info.weights!.leftInFile).toEqual(["criterion.weight"]);
  expect(info.warnings.join()).toContain("criterion.weight");
});

test.each([
  ["two.pt", "model, ema", "two.pt::model"],
  ["copies.ckpt", "state_dict.net, state_dict.ema", "copies.ckpt::state_dict.net"],
])("which of several networks in %s is meant must be said", async (name, keys, way) => {
  const error = await failure(openModel(net, { weights: file(name) }));
  expect(error.code).toBe("weights/choose");
  expect(error.message).toContain(keys);
  expect(error.todo).toContain(way);
});

test("a set that is not there is refused with those that are", async () => {
  const error = await failure(openCheckpoint(file("two.pt::average")));
  expect(error.code).toBe("weights/key");
  expect(error.todo).toContain("model, ema");
});

test("code in a file is not run, and is spoken of", async () => {
  const { info } = await openModel(net, { weights: file("attack.pt") });
  expect(info.warnings.join()).toMatch(/asks Python to run posix\.system .* nothing of it was run/);
  await expect(readFile("noetherscope-was-attacked")).rejects.toThrow("ENOENT");
});

test("views are read as the tensors that they show", async () => {
  const path = file("views.pt");
  const checkpoint = await openCheckpoint(path);
  const { tensors } = checkpoint.sets[0]!;
  const values = async (name: string): Promise<unknown[]> => {
    const { shape, dtype, data } = await tensors.get(name)!.read();
    return [dtype, [...shape], [...(data as Float32Array)]];
  };
  const columns = Array.from({ length: 6 }, (_, i) => [i, i + 6, i + 12, i + 18]).flat();
  expect(await values("transposed")).toEqual(["float32", [6, 4], columns]);
  expect(await values("sliced")).toEqual(["float32", [4], [3, 6, 9, 12]]);
  expect(await values("expanded")).toEqual(["float32", [2, 3], [0, 0, 0, 0, 0, 0]]);
  expect(await values("half")).toEqual(["float32", [2], [1.5, -2]]);
  expect(await values("bfloat16")).toEqual(["float32", [2], [1.5, -2]]);
  expect(await values("double")).toEqual(["float64", [1], [0.1]]);
  expect(await values("complex")).toEqual(["float32", [2, 2], [1, 2, 3, -1]]);
  expect(await values("int64")).toEqual(["int64", [2], [1n, -2n]]);
  expect(await values("bool")).toEqual(["bool", [2], [1, 0]]);
  expect(await values("uint8")).toEqual(["int32", [1], [255]]);
  expect(await values("scalar")).toEqual(["float32", [], [3.5]]);
  expect(await values("empty")).toEqual(["float32", [0, 3], []]);
  for (const name of ["conjugated", "quantised"]) {
    await expect(values(name)).rejects.toThrow(`views.pt: ${name} is `);
  }
  await checkpoint.close();
});

test("the first format of PyTorch is read", async () => {
  const { weight } = await contents(file("tar.pt"));
  expect(weight).toEqual({
    dtype: "float32",
    shape: [2, 3],
    data: Float32Array.of(0, 1, 2, 3, 4, 5),
  });
});

test.each(["jax2.pkl", "jax4.pkl", "jax5.pkl"])(
  "a tree of arrays is read from %s",
  async (name) => {
    const tensors = await contents(file(name));
    expect(tensors["Dense_0.kernel"]!.data).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
    expect(tensors["Dense_0.bias"]!.data).toEqual(Float64Array.of(1, 1, 1));
  },
);

test("an array in Fortran's order is the same array", async () => {
  const { kernel } = await contents(file("fortran.pkl"));
  expect(kernel!.data).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
});

/** Flax' encoding of an array. */
function flaxArray(shape: number[], values: number[]): ExtData {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return new ExtData(1, encode([shape, "float32", bytes]));
}

async function linear(nodes: "Gemm" | "MatMul"): Promise<string> {
  const path = join(folder, `${nodes}.onnx`);
  const gemm = {
    op: "Gemm",
    inputs: ["x", "layers.0.weight", "layers.0.bias"],
    outputs: ["y"],
    attributes: { transB: 1 },
  };
  const matmul = [
    { op: "MatMul", inputs: ["x", "layers.0.weight"], outputs: ["h"] },
    { op: "Add", inputs: ["h", "layers.0.bias"], outputs: ["y"] },
  ];
  const w: Tensor = { dtype: "float32", shape: [2, 2], data: new Float32Array(4) };
  const b: Tensor = { dtype: "float32", shape: [2], data: new Float32Array(2) };
  await writeFile(
    path,
    smallModel({
      inputs: { x: ["batch", 2] },
      outputs: ["y"],
      initializers: { "layers.0.weight": w, "layers.0.bias": b },
      nodes: nodes === "Gemm" ? [gemm] : matmul,
    }),
  );
  return path;
}

describe("a square kernel of Flax", () => {
  const tree = {
    params: { layers_0: { kernel: flaxArray([2, 2], [1, 2, 3, 4]), bias: flaxArray([2], [5, 6]) } },
  };
  const cases: ["Gemm" | "MatMul", number[]][] = [
    // y = x Wᵀ + b holds [out, in], the kernel [in, out].
    ["Gemm", [1, 3, 2, 4]],
    ["MatMul", [1, 2, 3, 4]],
  ];
  test.each(cases)("is laid out as %s uses it", async (nodes, wanted) => {
    const weights = join(folder, "flax.msgpack");
    await writeFile(weights, encode(tree));
    const model = await openModel(await linear(nodes), { weights });
    expect([...(model.parameters.get("layers.0.weight")!.data as Float32Array)]).toEqual(wanted);
    expect(model.info.weights!.matched[0]!.how).toBe("other-words");
  });
});

test("matrices that nothing tells apart are refused", async () => {
  const path = join(folder, "two.onnx");
  const square = (fill: number): Tensor => ({
    dtype: "float32",
    shape: [2, 2],
    data: new Float32Array(4).fill(fill),
  });
  await writeFile(
    path,
    smallModel({
      inputs: { x: ["batch", 2] },
      outputs: ["y"],
      initializers: { first: square(1), second: square(2) },
      nodes: [
        { op: "MatMul", inputs: ["x", "first"], outputs: ["h"] },
        { op: "MatMul", inputs: ["h", "second"], outputs: ["y"] },
      ],
    }),
  );
  const weights = join(folder, "two.safetensors");
  await writeFile(
    weights,
    encodeSafetensors(
      new Map([
        ["query", square(3)],
        ["key", square(4)],
      ]),
    ),
  );
  const error = await failure(openModel(path, { weights }));
  expect(error.code).toBe("weights/ambiguous");
  expect(error.message).toMatch(/key, query could be first, second/);
});

test("layers that Keras and the network call alike are placed by name, their kernels turned", async () => {
  const { File, FS, ready } = await import("h5wasm");
  await ready;
  const layers = new File("/keras.h5", "w");
  const group = layers.create_group("model_weights");
  for (const name of ["conv_0", "conv_1"]) {
    const own = group.create_group(name).create_group(name);
    const kernel = Float32Array.from({ length: 16 }, (_, i) => i + (name === "conv_1" ? 100 : 0));
    own.create_dataset({ name: "kernel:0", data: kernel, shape: [2, 2, 2, 2], dtype: "<f4" });
  }
  layers.close();
  const weights = join(folder, "alike.h5");
  await writeFile(weights, FS!.readFile("/keras.h5") as Uint8Array);
  const path = join(folder, "alike.onnx");
  const zeros = Array.from({ length: 16 }, () => 0);
  const conv = (name: string, from: string, to: string) => ({
    op: "Conv",
    inputs: [from, `${name}.weight`],
    outputs: [to],
    attributes: { kernel_shape: [2, 2] },
  });
  const bytes = smallModel({
    inputs: { x: ["batch", 2, 4, 4] },
    outputs: ["y"],
    initializers: {
      "conv_1.weight": fromFloat64("float32", [2, 2, 2, 2], zeros),
      "conv_0.weight": fromFloat64("float32", [2, 2, 2, 2], zeros),
    },
    nodes: [conv("conv_1", "x", "h"), conv("conv_0", "h", "y")],
  });
  await writeFile(path, bytes);
  const { parameters, info } = await openModel(path, { weights });
  expect(info.weights!.matched.map(({ how }) => how)).toEqual(["other-words", "other-words"]);
  expect(info.warnings).toEqual([]);
  // [y, x, in, out] to [out, in, y, x]: the second number is of the second output.
  expect(parameters.get("conv_0.weight")!.data.slice(0, 3)).toEqual(Float32Array.of(0, 4, 8));
  expect(parameters.get("conv_1.weight")!.data[8]).toBe(101);
});

describe("a .keras archive", () => {
  async function archived(weights: Uint8Array, deflated: boolean): Promise<string> {
    const path = join(folder, `net${deflated ? "-deflated" : ""}.keras`);
    const entries = [
      { name: "metadata.json", parts: [Buffer.from('{"keras_version": "3.5.0"}')] },
      { name: "config.json", parts: [Buffer.from("{}")] },
      { name: "model.weights.h5", parts: [weights] },
    ];
    const pieces: Uint8Array[] = [];
    for await (const piece of zipArchive(entries, { deflated })) pieces.push(piece);
    await writeFile(path, Buffer.concat(pieces));
    return path;
  }

  test.each([false, true])("has the weights of the file in it (deflated: %s)", async (deflated) => {
    const weights = await archived(await readFile(file("keras3.weights.h5")), deflated);
    expect(await contents(weights)).toEqual(await contents(file("keras3.weights.h5")));
    const [own, model] = [await openModel(net), await openModel(net, { weights })];
    expect([...model.parameters]).toEqual([...own.parameters]);
  });

  test("with something else in it is refused by its own name, and leaves nothing behind", async () => {
    const left = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith("noetherscope-keras-"));
    const before = await left();
    const path = await archived(Buffer.from("no HDF5 at all".repeat(100)), false);
    const error = await failure(openCheckpoint(path));
    expect(error.message).toContain("net.keras: model.weights.h5");
    expect(error.message).not.toContain("noetherscope-keras-");
    await contents(await archived(await readFile(file("keras3.weights.h5")), false));
    expect(await left()).toEqual(before);
  });
});

test("the state of an optimiser, and quantised tensors, are called what they are", async () => {
  const moments = join(folder, "optimiser.safetensors");
  const zeros: Tensor = { dtype: "float32", shape: [4], data: new Float32Array(4) };
  const names = [
    "state.0.step",
    "state.0.exp_avg",
    "state.0.exp_avg_sq",
    "state.1.momentum_buffer",
  ];
  await writeFile(moments, encodeSafetensors(new Map(names.map((name) => [name, zeros]))));
  const error = await failure(openModel(net, { weights: moments }));
  expect(error.code).toBe("weights/optimiser");
  expect(error.todo).toContain("model.state_dict()");
  const quantised = await failure(openModel(net, { weights: file("views.pt") }));
  expect(quantised.message).toMatch(/views.pt: \w+ is (quantised|a view)/);
});

test("a file that is no weights is called by its name", async () => {
  expect((await failure(openCheckpoint(file("make.py")))).message).toContain("is a text file");
  expect((await failure(openCheckpoint(file("none.pt")))).message).toContain("There is no file");
});
