import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isKnown, knownOutputInWords } from "../../../shared/knownOutput";
import { fromFloat64, toFloat64, type Tensor } from "../../../shared/tensor";
import { readNpz, writeNpz } from "../../data/npz";
import { smallModel } from "../../graph/onnx/testing";
import { checkModel } from "./knownOutput";

const fixtures = join(import.meta.dirname, "../../../../fixtures");

let folder: string;
let model: string;
let known: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "known-"));
  [model, known] = [join(folder, "net.onnx"), join(folder, "known.npz")];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const floats = (shape: number[], values: number[]): Tensor => fromFloat64("float32", shape, values);
const write = (arrays: Record<string, Tensor>, file = known): Promise<void> =>
  writeNpz(file, new Map(Object.entries(arrays)));
const check = (file: string | null = known) => checkModel({ model, weights: null, known: file });

/** y = x · c, or with a second input x · c + t. */
async function scaling(second = false): Promise<void> {
  const state = second ? "input" : "x";
  const bytes = smallModel({
    inputs: { [state]: ["batch", 2, 2], ...(second ? { t: ["batch", 1, 1] } : {}) },
    outputs: ["y"],
    initializers: { c: floats([2, 1], [1, 3]) },
    nodes: [
      { op: "Mul", inputs: [state, "c"], outputs: [second ? "m" : "y"] },
      ...(second ? [{ op: "Add", inputs: ["m", "t"], outputs: ["y"] }] : []),
    ],
  });
  await writeFile(model, bytes);
}

test("a known output is said to agree, and a wrong channel is named by its deviation", async () => {
  await scaling();
  const x = floats([1, 2, 2], [1, 2, 3, 4]);
  await write({ x, output: floats([1, 2, 2], [1, 2, 9, 12]) });
  const right = await check();
  expect(isKnown(right)).toBe(true);
  expect(knownOutputInWords(right)).toMatch(/gives the known output: over 1 sample of known.npz/);

  await write({ x, output: floats([1, 2, 2], [1, 2, 9, 16]) });
  const wrong = await check();
  expect(isKnown(wrong)).toBe(false);
  const [all, first, second] = [
    { largest: 4, relative: 0.25 },
    { largest: 0, relative: 0 },
    { largest: 4, relative: 0.25 },
  ];
  expect(wrong.outputs).toEqual([
    { name: "y", shape: [1, 2, 2], known: [1, 2, 2], scale: 16, ...all, channels: [first, second] },
  ]);
  expect(knownOutputInWords(wrong)).toMatch(/deviation is 4 of 16, no rounding: this is another f/);
});

test("a deviation of coarser arithmetic is told from another function's", async () => {
  await scaling();
  const x = floats([1, 2, 2], [1, 2, 3, 4]);
  await write({ x, output: floats([1, 2, 2], [1, 2, 9, 12.01]) });
  expect(knownOutputInWords(await check())).toMatch(/more than rounding in single precision/);
});

test("several inputs are found by their names, and the state, as the exporter writes it, as x", async () => {
  await scaling(true);
  const x = floats([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const t = floats([2, 1, 1], [10, 20]);
  await write({ x, t, output: floats([2, 2, 2], [11, 12, 19, 22, 25, 26, 41, 44]) });
  expect(await check()).toMatchObject({ samples: 2, of: 2, outputs: [{ largest: 0 }] });
});

test("another shape and numbers that are none have no deviation, and are another function", async () => {
  await scaling();
  const x = floats([1, 2, 2], [1, 2, 3, 4]);
  await write({ x, output: floats([1, 2], [1, 2]) });
  const shapes = await check();
  expect(shapes.outputs[0]).toMatchObject({ largest: null, relative: null });
  expect(knownOutputInWords(shapes)).toMatch(/gives \[1, 2, 2\] where known.npz holds \[1, 2\]/);
  await write({ x, output: floats([1, 2, 2], [1, 2, NaN, 12]) });
  const nan = await check();
  expect(nan.outputs[0]!.channels.map(({ largest }) => largest)).toEqual([0, null]);
  expect(knownOutputInWords(nan)).toContain("do not hold numbers in the same places");
});

test("the example beside the model is found by itself; where there is none, it is said", async () => {
  await copyFile(join(fixtures, "unet", "model.onnx"), model);
  await expect(check(null)).rejects.toMatchObject({ code: "model/no-known" });
  const arrays = await readNpz(join(fixtures, "unet", "data.npz"), ["input", "output"]);
  const example = join(folder, "net.example.npz");
  await write({ x: arrays.get("input")!, output: arrays.get("output")! }, example);
  const found = await check(null);
  expect(found.file).toBe("net.example.npz");
  expect(isKnown(found)).toBe(true);
  expect(found.outputs[0]!.channels).toHaveLength(found.outputs[0]!.shape[1]!);
  // The other way round along x.
  const output = arrays.get("output")!;
  const width = output.shape.at(-1)!;
  const values = toFloat64(output);
  const turned = Array.from(values, (_, i) => values[i - (i % width) + (width - 1 - (i % width))]!);
  await write({ x: arrays.get("input")!, output: floats([...output.shape], turned) }, example);
  expect(isKnown(await check(null))).toBe(false);
});

test("targets are no known output, and what a file lacks is named", async () => {
  await scaling();
  const x = floats([1, 2, 2], [1, 2, 3, 4]);
  await write({ x, y: x });
  await expect(check()).rejects.toMatchObject({
    code: "model/no-array",
    todo: "It has x, y; call what the model should give output.",
  });
});
