import util from "node:util";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import { grad } from "../../graph/grad";
import type { Graph, Node, Value } from "../../graph/ir";
import { probe, TOLERANCE } from "../probe";
import { disagreement } from "../testing";
import { prepareTensorFlow, restoreUtil, tf32 } from "./environment";
import { createTfjsExecutor, failed } from "./executor";
import { backendFor, tensorFlowLack } from "./library";

const executor = createTfjsExecutor();
afterAll(() => executor.dispose());
const tf = backendFor("cpu").select();
const held = (): number => tf.memory().numTensors;

const vector = (...data: number[]): Tensor => fromFloat64("float32", [data.length], data);

function graphOf(inputs: readonly Value[], ...outputs: Value[]): Graph {
  return { inputs, outputs: outputs.map((value, i) => ({ name: `y${i}`, value })) };
}

/** A convolution, what follows it, and the gradients of its mean square: some hundred nodes. */
function network(): { graph: Graph; feeds: Map<string, Tensor> } {
  const g = new Builder();
  const shapes = { x: [2, 3, 6, 6], w: [4, 3, 3, 3], v: [4, 36] };
  const [x, w, v] = Object.entries(shapes).map(([name, shape]) =>
    g.input(name, { dtype: "float32", shape }),
  ) as [Value, Value, Value];
  const features = g.tanh(g.conv(x, w, { pads: [1, 1, 1, 1] }));
  const [pooled] = g.node("MaxPool", [features], {
    kernel_shape: [2, 2],
    strides: [2, 2],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
  });
  const y = g.matmul(v, g.reshape(pooled!, [2, 36, 1]));
  const loss = g.mean(g.mul(y, y));
  const feeds = new Map(
    Object.entries(shapes).map(([name, shape]): [string, Tensor] => [
      name,
      fromFloat64(
        "float32",
        shape,
        Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1 + 12.9898 * i)),
      ),
    ]),
  );
  return { graph: graphOf([x, w, v], y, loss, ...grad(g, loss, [x, w, v])), feeds };
}

describe("the executor on tfjs", () => {
  test("computes a known network and its gradients as the reference does", async () => {
    expect(await probe(executor)).toBeLessThan(TOLERANCE);
    // Float32 rounding through two layers and back, relative to the largest element.
    expect(await disagreement(executor, network(), 1e-5)).toBeNull();
  });

  test("gives the same bytes again", async () => {
    const { graph, feeds } = network();
    const program = await executor.compile(graph);
    expect(await program.run(feeds)).toEqual(await program.run(feeds));
    await program.dispose();
  });

  test("frees all that a run makes, and what is bound when it is disposed of", async () => {
    const { graph, feeds } = network();
    const before = held();
    const bind = new Map([["w", feeds.get("w")!]]);
    const program = await executor.compile(graph, { bind });
    const compiled = held();
    expect(compiled).toBeGreaterThan(before);
    for (let run = 0; run < 3; run++) {
      await program.run(feeds);
      expect(held()).toBe(compiled);
    }
    await program.dispose();
    expect(held()).toBe(before);
  });

  test("frees all that a failing run made", async () => {
    const g = new Builder();
    const [x, i] = [
      g.input("x", { dtype: "float32", shape: [3] }),
      g.input("i", { dtype: "int64", shape: [1] }),
    ];
    const program = await executor.compile(graphOf([x, i], g.gather(g.tanh(x), i, 0)));
    const before = held();
    const feeds = new Map([
      ["x", vector(1, 2, 3)],
      ["i", fromFloat64("int64", [1], [7])],
    ]);
    await expect(program.run(feeds)).rejects.toThrow();
    expect(held()).toBe(before);
  });

  test("frees every program when it is disposed of", async () => {
    const before = held();
    const own = createTfjsExecutor();
    const { graph, feeds } = network();
    await own.compile(graph, { bind: feeds });
    await own.compile(graph, { bind: feeds });
    expect(held()).toBeGreaterThan(before);
    await own.dispose();
    expect(held()).toBe(before);
  });

  test("gives arrays of their own", async () => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [2] });
    const program = await executor.compile(graphOf([x], x));
    const fed = vector(1, -2);
    const y = (await program.run(new Map([["x", fed]]))).get("y0")!;
    expect(y.data).toEqual(fed.data);
    expect(y.data.buffer).not.toBe(fed.data.buffer);
  });

  test("keeps a value that an operator only passes on, when its source is freed", async () => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [2] });
    // By hand, for the builder leaves out what changes nothing.
    const outputs: Value[] = [];
    const attrs = { pads: [0, 0], mode: "constant", value: 0 };
    const node: Node = { op: "Pad", inputs: [g.neg(x)], attrs, outputs, origin: undefined };
    const same: Value = { ...x, id: -1, source: { kind: "node", node, index: 0 } };
    outputs.push(same);
    const program = await executor.compile(graphOf([x], same, g.abs(same)));
    const results = await program.run(new Map([["x", vector(1, -2)]]));
    expect([...toFloat64(results.get("y0")!)]).toEqual([-1, 2]);
    expect([...toFloat64(results.get("y1")!)]).toEqual([1, 2]);
  });

  test("holds at once only what is still to be read", async () => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [1000] });
    let y: Value = x;
    for (let depth = 0; depth < 50; depth++) y = g.tanh(y);
    const program = await executor.compile(graphOf([x], y));
    const feeds = new Map([["x", vector(...new Array<number>(1000).fill(1))]]);
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(async () => {
      await program.run(feeds);
      return tf.scalar(0);
    });
    // x, an operator's input and its result, 4 kB each, beside the profiler's scalar.
    expect(peakBytes - before).toBeLessThan(3.1 * 4000);
  });

  test("does not see what becomes of an array after it was bound", async () => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [2] });
    const bound = vector(1, 2);
    const program = await executor.compile(graphOf([x], g.neg(x)), {
      bind: new Map([["x", bound]]),
    });
    bound.data.fill(9 as never);
    expect([...toFloat64((await program.run(new Map())).get("y0")!)]).toEqual([-1, -2]);
  });
});

describe("the largest of a window", () => {
  const pooled = async (
    row: readonly number[],
    kernel: number,
    pad: number,
  ): Promise<number[][]> => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [1, 1, row.length] });
    const outputs = g.node("MaxPool", [x], {
      kernel_shape: [kernel],
      strides: [1],
      pads: [pad, pad],
      dilations: [1],
    });
    const program = await executor.compile(graphOf([x], ...outputs));
    const feeds = new Map([["x", fromFloat64("float32", [1, 1, row.length], row)]]);
    return [...(await program.run(feeds)).values()].map((each) => [...toFloat64(each)]);
  };

  test("is the first of equals", async () => {
    expect(await pooled([1, 3, 3, 3], 2, 0)).toEqual([
      [3, 3, 3],
      [1, 1, 2],
    ]);
  });

  test("is NaN where there is one", async () => {
    expect(await pooled([1, NaN, 3], 2, 0)).toEqual([
      [NaN, NaN],
      [1, 1],
    ]);
  });

  test("lies on an element, not on a pad, even where all are −∞", async () => {
    expect(await pooled([-Infinity, -Infinity], 2, 1)).toEqual([
      [-Infinity, -Infinity, -Infinity],
      [0, 0, 1],
    ]);
  });
});

describe("numbers that tfjs does not have", () => {
  test("float64 stays float64, between nodes and at the end", async () => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [1, 2] });
    const wide = g.cast(x, "float64");
    const sum = g.matmul(wide, g.transpose(wide, [1, 0]));
    const program = await executor.compile(graphOf([x], sum, g.cast(sum, "float32")));
    const results = await program.run(
      new Map([["x", fromFloat64("float32", [1, 2], [2 ** 13, 1])]]),
    );
    // 2^26 + 1 has 27 digits; float32 holds 24.
    expect(results.get("y0")).toEqual({
      dtype: "float64",
      shape: [1, 1],
      data: Float64Array.of(2 ** 26 + 1),
    });
    expect([...toFloat64(results.get("y1")!)]).toEqual([2 ** 26]);
  });

  test.each([2 ** 31, -(2 ** 31) - 1])("an int64 of %d is refused", async (value) => {
    const g = new Builder();
    const x = g.input("x", { dtype: "int64", shape: [] });
    const program = await executor.compile(graphOf([x], g.neg(x)));
    await expect(program.run(new Map([["x", fromFloat64("int64", [], [value])]]))).rejects.toThrow(
      /input "x" holds -?2147483\d+, but tfjs carries int64 as int32/,
    );
  });

  test.each(["int32", "int64"] as const)("an %s keeps all its digits", async (dtype) => {
    const g = new Builder();
    const x = g.input("x", { dtype, shape: [2] });
    const [size] = g.node("Abs", [x]);
    const program = await executor.compile(graphOf([x], size!, g.div(x, g.scalar(-2, dtype))));
    // More digits than float32 has.
    const feeds = new Map([["x", fromFloat64(dtype, [2], [-(2 ** 30) - 1, 2 ** 30 + 3])]]);
    const results = await program.run(feeds);
    expect([...toFloat64(results.get("y0")!)]).toEqual([2 ** 30 + 1, 2 ** 30 + 3]);
    expect([...toFloat64(results.get("y1")!)]).toEqual([2 ** 29, -(2 ** 29) - 1]);
    expect(results.get("y0")!.dtype).toBe(dtype);
  });

  test("tensors without elements are computed", async () => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [0, 3] });
    const program = await executor.compile(graphOf([x], g.sum(x, [0]), g.tanh(x)));
    const results = await program.run(
      new Map([["x", { dtype: "float32", shape: [0, 3], data: new Float32Array(0) }]]),
    );
    expect([...toFloat64(results.get("y0")!)]).toEqual([0, 0, 0]);
    expect(results.get("y1")!.shape).toEqual([0, 3]);
  });
});

describe("loading TensorFlow", () => {
  const old = util as { isNullOrUndefined?: unknown; isArray?: unknown };
  const { isNullOrUndefined, isArray } = old;
  afterEach(() => Object.assign(old, { isNullOrUndefined, isArray }));

  test("gives back what newer Node has taken from node:util, and leaves what is there", () => {
    delete old.isNullOrUndefined;
    restoreUtil();
    const restored = old.isNullOrUndefined as (value: unknown) => boolean;
    expect([undefined, null, 0, ""].map(restored)).toEqual([true, true, false, false]);
    expect(old.isArray).toBe(isArray);
  });

  test("asks NVIDIA's libraries for whole float32 products and sums in one order", () => {
    prepareTensorFlow();
    expect(tf32()).toBe("off");
    expect(process.env["TF_DETERMINISTIC_OPS"]).toBe("1");
  });

  test("names what is missing and the command that would mend it", () => {
    const lack = tensorFlowLack();
    if (lack === null) return;
    expect(() => createTfjsExecutor({ device: "cuda:0" })).toThrow(
      expect.objectContaining({ code: "device/absent", message: lack.reason }) as Error,
    );
    if (process.platform === "linux") expect(lack.todo).toMatch(/npm run gpu:tensorflow/);
  });

  test("refuses a device that it does not have by name", () => {
    expect(() => createTfjsExecutor({ device: "webgpu" })).toThrow(/no device “webgpu”/);
  });

  test.each([
    ["OOM when allocating tensor with shape[64,64,512,512] and type float", "device/memory"],
    ["Failed to copy: CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access", "device/lost"],
  ])("blames the card for “%s”", (message, code) => {
    expect(() => failed(new Error(message))).toThrow(expect.objectContaining({ code }) as Error);
  });

  test("passes on what the card is not to blame for", () => {
    const error = new TypeError("x is not a function");
    expect(() => failed(error)).toThrow(error);
  });
});
