import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DataOptions } from "../../../shared/contract";
import { showFieldSpec } from "../../../shared/fields/spec";
import { fromFloat64, sizeOf, type Tensor } from "../../../shared/tensor";
import { writeNpz } from "../../data/npz";
import { smallModel } from "../../graph/onnx/testing";
import { openModel } from "../../models";
import { openExperiment, type Experiment } from "./experiment";
import { openDataFor } from "./fieldsOfModel";
import { inspectData } from "./inspectData";
import { checkedParameters } from "./spec";

let folder: string;
let data: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fields-"));
  data = join(folder, "net.example.npz");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const field = (...shape: number[]): Tensor =>
  fromFloat64(
    "float32",
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i)),
  );

/** A model of three channels whose file states these fields, with data of as many samples. */
async function experiment(
  stated: Record<string, unknown>,
  options: DataOptions = {},
): Promise<Experiment> {
  const path = join(folder, "net.onnx");
  const model = smallModel({
    inputs: { x: ["batch", 3, 4, 4] },
    outputs: ["y"],
    initializers: { w: fromFloat64("float32", [1, 3, 1, 1], [1, 2, 3]) },
    nodes: [{ op: "Mul", inputs: ["x", "w"], outputs: ["y"] }],
    metadata: { noetherscope: JSON.stringify(stated) },
  });
  await writeFile(path, model);
  const arrays = { x: field(5, 3, 4, 4), output: field(5, 3, 4, 4), y: field(5, 3, 4, 4) };
  await writeNpz(data, new Map(Object.entries(arrays)));
  const opened = await openExperiment({
    analysis: "equivariance",
    parameters: checkedParameters("equivariance", { group: "trivial", samples: "all" }),
    model: { path, weights: null },
    data: { path: data, options },
  });
  await opened.close();
  return opened;
}

const fieldsOf = ({ fields }: Experiment): string => (fields === null ? "" : showFieldSpec(fields));

test("the model's file says what channels are that nobody named, and the run says so", async () => {
  const found = await experiment({ fields: "scalar:p,vector:v", boundary: "open" });
  expect(fieldsOf(found)).toBe("scalar:p,vector:v");
  expect(found.outputFields).toEqual(found.fields);
  expect(found.data.boundary).toBe("open");
  expect(found.notices[0]).toBe(
    "Taken from the model’s file: fields scalar:p,vector:v, boundary open.",
  );
});

test("time step and sides are the model's where the data say none", async () => {
  const found = await experiment({ fields: "scalar:p,vector:v", dt: 0.4, length: [3, 2] });
  expect(found.data.dt).toBe(0.4);
  expect(found.data.grid!.length).toEqual([3, 2]);
  expect(found.notices[0]).toContain("time step 0.4, sides 3 × 2.");
  const own = await experiment(
    { fields: "scalar:p,vector:v", dt: 0.4, length: 3 },
    { dt: 0.1, length: [1] },
  );
  expect(own.data.dt).toBe(0.1);
  expect(own.data.grid!.length).toEqual([1, 1]);
});

test("time step, sides and boundary are the model's also where it states no fields, or others", async () => {
  const stated = { dt: 0.1, length: 1, boundary: "open" };
  for (const [fields, options] of [
    [null, {}],
    ["scalar:p,vector:v", { fields: "vector:u,scalar:q" }],
  ] as const) {
    const { data: opened, notices } = await experiment({ ...stated, fields }, options);
    expect(opened).toMatchObject({ dt: 0.1, spacing: [0.25, 0.25], boundary: "open" });
    expect(notices[0]).toBe("Taken from the model’s file: boundary open, time step 0.1, sides 1.");
  }
});

test("samples whose axes were guessed have those of the model, and a stated reading stands", async () => {
  await writeNpz(data, { x: field(5, 3, 4), y: field(5, 3, 4) });
  const metadata = { noetherscope: JSON.stringify({ axes: "b,p,c", fields: "vector:q,vector:p" }) };
  const path = join(folder, "particles.onnx");
  await writeFile(
    path,
    smallModel({
      inputs: { x: ["batch", 3, 4] },
      outputs: ["y"],
      initializers: { w: fromFloat64("float32", [4], [1, 2, 3, 4]) },
      nodes: [{ op: "Mul", inputs: ["x", "w"], outputs: ["y"] }],
      metadata,
    }),
  );
  const model = await openModel(path, { weights: null });
  const guessed = await openDataFor(model, { path: data, options: {} });
  expect(guessed.data.axes).toEqual(["trajectory", "time", "particle", "channel"]);
  expect(guessed.notices).toEqual([
    "Taken from the model’s file: axes b,p,c, fields vector:q,vector:p.",
  ]);
  const named = await openDataFor(model, {
    path: data,
    options: { fields: "vector:position,vector:momentum" },
  });
  expect(named.data.axes).toContain("particle");
  const stated = await openDataFor(model, { path: data, options: { axes: "b,c,x" } });
  expect(stated.data.axes).toEqual(["trajectory", "time", "channel", "x"]);
  await writeNpz(data, { x: field(5, 6, 3, 4) });
  const trajectories = await openDataFor(model, { path: data, options: {} });
  expect(trajectories.data).toMatchObject({ shape: [5, 6, 3, 4], targets: "next state" });
  expect(trajectories.notices[0]).toContain("axes n,t,p,c");
  for (const opened of [guessed, named, stated, trajectories]) await opened.data.close();
});

test("a network without stated axes is said to be given y before x where the file stores x first", async () => {
  await writeNpz(data, { tensor: field(2, 3, 4, 6), "t-coordinate": field(3) });
  const ofAxes = async (axes: string | undefined): Promise<string> => {
    const path = join(folder, "turned.onnx");
    const metadata = { noetherscope: JSON.stringify({ axes }) };
    const shape = { inputs: { x: ["batch", 1, 6, 4] }, outputs: ["y"] };
    const nodes = [{ op: "Neg", inputs: ["x"], outputs: ["y"] }];
    await writeFile(path, smallModel({ ...shape, initializers: {}, nodes, metadata }));
    const model = await openModel(path, { weights: null });
    const opened = await openDataFor(model, { path: data, options: {} });
    await opened.data.close();
    return opened.notices.join();
  };
  expect(await ofAxes(undefined)).toMatch(/^The file stores x before y; the network.*y before x/);
  expect(await ofAxes("b,c,y,x")).toBe("");
});

test("output fields of their own are taken too", async () => {
  const found = await experiment({
    fields: "scalar:p,vector:v",
    output_fields: "vector:v,scalar:p",
  });
  expect(showFieldSpec(found.outputFields!)).toBe("vector:v,scalar:p");
});

test("what the user says stands, and then the model's word on the output does not hold", async () => {
  const stated = { fields: "scalar:p,vector:v", output_fields: "vector:v,scalar:p" };
  const found = await experiment(stated, { fields: "vector:u,scalar:q" });
  expect(fieldsOf(found)).toBe("vector:u,scalar:q");
  expect(showFieldSpec(found.outputFields!)).toBe("vector:u,scalar:q");
  const bounded = await experiment({ ...stated, boundary: "open" }, { boundary: "periodic" });
  expect(bounded.data.boundary).toBe("periodic");
});

test("a model of other channels says nothing", async () => {
  expect(fieldsOf(await experiment({ fields: "vector:v" }))).toBe("");
});

test("an example batch opens as inputs x and targets y, without PyTorch's output", async () => {
  const { data: opened } = await experiment({});
  expect(opened.states.name).toBe("x");
  expect(opened.targets).toBe("stored");
  const info = await inspectData(
    { path: data, options: {} },
    { signal: new AbortController().signal },
  );
  expect(info).toMatchObject({ samples: 5, shape: [5, 1, 3, 4, 4], fields: null });
});

test("a model's axes do not go before times that lie beside the states", async () => {
  const path = join(folder, "scalar.onnx");
  const model = smallModel({
    inputs: { x: ["batch", 1, 4, 4] },
    outputs: ["y"],
    nodes: [{ op: "Relu", inputs: ["x"], outputs: ["y"] }],
    metadata: { noetherscope: JSON.stringify({ axes: "b,c,y,x", fields: "scalar:u" }) },
  });
  await writeFile(path, model);
  const t = fromFloat64("float32", [7], [0, 1, 2, 3, 4, 5, 6].map((i) => i / 10)); // prettier-ignore
  await writeNpz(data, new Map(Object.entries({ u: field(5, 7, 4, 4), t })));
  const { data: read } = await openDataFor(await openModel(path), { path: data, options: { fields: "scalar:u" } }); // prettier-ignore
  expect(read.shape).toEqual([5, 7, 1, 4, 4]);
  expect(read.dt).toBeCloseTo(0.1);
  await read.close();
});
