import util from "node:util";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import { grad } from "../../graph/grad";
import type { Graph, Value } from "../../graph/ir";
import { probe, TOLERANCE } from "../probe";
import { disagreement } from "../testing";
import { restoreUtil } from "./environment";
import { createTfjsExecutor } from "./executor";
import { loadTfjs } from "./library";

const executor = createTfjsExecutor();
afterAll(() => executor.dispose());
const held = (): number => loadTfjs().tf.memory().numTensors;

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

  test("keeps what is passed on when its source is freed, and an array of its own", async () => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [2] });
    const same = g.node("Reshape", [g.neg(x)], { shape: [1, 2] })[0]!;
    const program = await executor.compile(graphOf([x], same, x));
    const fed = vector(1, -2);
    const results = await program.run(new Map([["x", fed]]));
    expect([...toFloat64(results.get("y0")!)]).toEqual([-1, 2]);
    expect(results.get("y1")!.data).toEqual(fed.data);
    expect(results.get("y1")!.data.buffer).not.toBe(fed.data.buffer);
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

  test("says why it is not used and which command would change that, or what it runs on", () => {
    const { native, reason, device } = loadTfjs();
    if (native) expect(device).toMatch(/TensorFlow/);
    else {
      expect(device).toBe("JavaScript on the CPU");
      expect(reason).toMatch(/npm run gpu:tensorflow/);
    }
    expect(executor.description).toContain(device);
  });
});
