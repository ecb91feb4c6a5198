import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fromFloat64, sizeOf, type Tensor } from "../../../shared/tensor";
import { writeNpz } from "../../data/npz";
import { smallModel } from "../../graph/onnx/testing";
import { openExperiment } from "./experiment";
import { checkedParameters } from "./spec";
import { readingForSplit } from "./statesOfSplit";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "split-"));
  path = join(folder, "data.npz");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const numbers = (...shape: number[]): Tensor =>
  fromFloat64(
    "float32",
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i)),
  );

test("a split that fits makes a short line of channels particles, and the run says so", async () => {
  await writeNpz(path, { x: numbers(20, 3, 4) });
  const model = join(folder, "net.onnx");
  await writeFile(
    model,
    smallModel({
      inputs: { x: ["batch", 3, 4] },
      outputs: ["y"],
      initializers: { w: fromFloat64("float32", [1, 1, 1], [2]) },
      nodes: [{ op: "Mul", inputs: ["x", "w"], outputs: ["y"] }],
    }),
  );
  const opened = await openExperiment({
    analysis: "lie-derivative",
    parameters: checkedParameters("lie-derivative", { split: "3x(q:2,v:2)" }),
    model: { path: model, weights: null },
    data: { path, options: { fields: "vector:q,vector:v" } },
  });
  await opened.close();
  expect(opened.data.states.axes).toEqual(["particle", "channel"]);
  expect(opened.data.grid).toBeUndefined();
  expect(opened.fields).toHaveLength(2);
  expect(opened.notices).toContain("Axes of x taken as b,p,c, which the split 3x(q:2,v:2) fits.");
});

test.each([
  [[50, 20, 3, 4], "3x(q:2,v:2)", "n,t,p,c"],
  [[50, 5, 12], "q:3x2,v:3x2", "n,t,c"],
])("%o with %s is read as %s", async (shape, split, axes) => {
  await writeNpz(path, { x: numbers(...shape) });
  const { options } = await readingForSplit({ path, options: {} }, { split });
  expect(options.axes).toBe(axes);
});

test("states on no grid are left as they are read", async () => {
  await writeNpz(path, { x: numbers(20, 12) });
  const spec = { path, options: { fields: "scalar:a" } };
  const { options, notices } = await readingForSplit(spec, { split: "3x4" });
  expect(options).toEqual(spec.options);
  expect(notices).toEqual([]);
});

test.each([
  ["parts of other numbers", [20, 3, 4], { split: "2x(q:2,v:2)" }, {}],
  ["one part", [20, 3, 4], { split: "none" }, {}],
  ["parts of predictions alone", [20, 3, 4], { "output-split": "3x4" }, {}],
  ["parts beside the axes of a grid", [20, 3, 4], { split: "3x4" }, { axes: "b,c,x" }],
])("on a grid %s are refused", async (_, shape, parameters, options) => {
  await writeNpz(path, { x: numbers(...shape) });
  await expect(readingForSplit({ path, options }, parameters)).rejects.toMatchObject({
    code: "states/split-on-grid",
    message: expect.stringMatching(/data\.npz is read as fields on a grid/u) as string,
    todo: expect.stringContaining("axes b,p,c or n,t,p,c (--axes") as string,
  });
});
