import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { fromFloat64, toFloat64, type Tensor } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import type { Graph } from "../../graph/ir";
import { ops, ruleOf, type OpName } from "../../graph/ops";
import { createExecutor } from "../executors";
import { disagreement, drawnCase } from "../testing";

const seed = 20261121;
const fast = createExecutor("onnxruntime", { threads: 1 });
afterAll(() => fast.dispose());

/**
 * Float32 rounding, 6e-8, over sums of up to a few hundred terms and slopes of up to some ten in the domains'
 * smooth parts.
 */
const AGREEMENT = 2e-5;

describe.each(Object.keys(ops) as OpName[])("%s", (op) => {
  test("gives what the reference gives", () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), async (draw) => {
        const wrong = await disagreement(fast, drawnCase(op, draw), AGREEMENT);
        if (wrong !== null) expect.fail(`${op} ${wrong}`);
      }),
      { seed, numRuns: ruleOf(op).vjp === undefined ? 8 : 12 },
    ));
});

test.each(["TopK", "MaxPool"] as const)(
  "%s runs where nobody reads its second output",
  async (op) => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [1, 1, 4] });
    const attrs = {
      TopK: { axis: 2, k: 2, largest: true },
      MaxPool: { kernel_shape: [2], strides: [2], dilations: [1], pads: [0, 0] },
    };
    const [y] = g.node(op, [x], attrs[op]);
    const program = await fast.compile({ inputs: [x], outputs: [{ name: "y", value: y! }] });
    const feeds = new Map([["x", fromFloat64("float32", [1, 1, 4], [1, 3, 4, 2])]]);
    const found = [...toFloat64((await program.run(feeds)).get("y")!)];
    expect(found.toSorted((a, b) => a - b)).toEqual([3, 4]);
    await program.dispose();
  },
);

const type = { dtype: "float32", shape: [2, 2] } as const;

test.each([0, 1])(
  "factors in a chain before matrix products are all kept, in order %i",
  async (k) => {
    const g = new Builder();
    const x = g.input("x", type);
    const [half, eighth] = [g.mul(x, 0.5), g.mul(g.mul(x, 0.5), 0.25)];
    const products = [half, eighth].map((value, i) =>
      g.matmul(value, g.constant(fromFloat64("float32", [2, 2], [i + 1, 2, 3, 4]))),
    );
    const values = k === 0 ? products : products.toReversed();
    const outputs = values.map((value, i) => ({ name: `y${i}`, value }));
    const program = await fast.compile({ inputs: [x], outputs });
    const found = await program.run(new Map([["x", tensor(8, 0, 0, 8)]]));
    const expected = [
      [4, 8, 12, 16],
      [2, 2, 3, 4],
    ];
    (k === 0 ? expected : expected.toReversed()).forEach((numbers, i) => {
      expect([...toFloat64(found.get(`y${i}`)!)]).toEqual(numbers);
    });
    await program.dispose();
  },
);

function scaled(): Graph {
  const g = new Builder();
  const [x, w] = [g.input("x", type), g.input("w", type, "parameter")];
  return { inputs: [x, w], outputs: [{ name: "y", value: g.mul(x, w) }] };
}

const tensor = (...data: number[]): Tensor => fromFloat64("float32", [2, 2], data);

test("outputs are written where there is room for them, also into part of an array", async () => {
  const program = await fast.compile(scaled(), { sparing: true });
  const feeds = new Map([
    ["x", tensor(1, 2, 3, 4)],
    ["w", tensor(5, 6, 7, 8)],
  ]);
  const array = new Float32Array(6).fill(-1);
  const room = { ...type, data: array.subarray(1, 5) };
  const results = await program.run(feeds, new Map([["y", room]]));
  expect(results.get("y")).toBe(room);
  expect([...array]).toEqual([-1, 5, 12, 21, 32, -1]);
  // Of another type there is no room.
  const double = fromFloat64("float64", [2, 2], [0, 0, 0, 0]);
  const apart = (await program.run(feeds, new Map([["y", double]]))).get("y")!;
  expect([...toFloat64(apart)]).toEqual([5, 12, 21, 32]);
  await program.dispose();
});

describe.each(["onnxruntime", "tfjs", "reference"] as const)("a program on %s", (id) => {
  const executor = createExecutor(id);
  afterAll(() => executor.dispose());

  test("wants what is not bound, and gives the same either way", async () => {
    const feeds = new Map([
      ["x", tensor(1, 2, 3, 4)],
      ["w", tensor(5, 6, 7, 8)],
    ]);
    const free = await executor.compile(scaled());
    const bound = await executor.compile(scaled(), { bind: new Map([["w", feeds.get("w")!]]) });
    expect(free.inputs).toEqual(["x", "w"]);
    expect(bound.inputs).toEqual(["x"]);
    const results = await Promise.all([
      free.run(feeds),
      bound.run(new Map([["x", feeds.get("x")!]])),
    ]);
    for (const result of results) {
      expect([...toFloat64(result.get("y")!)]).toEqual([5, 12, 21, 32]);
    }
  });

  test("takes floats of either width", async () => {
    const program = await executor.compile(scaled());
    const wide = { dtype: "float64", shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) } as const;
    const y = (
      await program.run(
        new Map<string, Tensor>([
          ["x", wide],
          ["w", tensor(1, 1, 1, 1)],
        ]),
      )
    ).get("y")!;
    expect([...toFloat64(y)]).toEqual([1, 2, 3, 4]);
  });

  test("names an input that is missing or has another shape", async () => {
    const program = await executor.compile(scaled());
    await expect(program.run(new Map([["x", tensor(1, 2, 3, 4)]]))).rejects.toThrow(/"w"/);
    const vector = fromFloat64("float32", [4], [1, 2, 3, 4]);
    await expect(
      program.run(
        new Map([
          ["x", vector],
          ["w", vector],
        ]),
      ),
    ).rejects.toThrow(/"x".*float32\[4\]/);
  });

  test("lets the event loop turn while it runs", async () => {
    const program = await executor.compile(scaled());
    let turned = false;
    setImmediate(() => (turned = true));
    await program.run(
      new Map([
        ["x", tensor(1, 2, 3, 4)],
        ["w", tensor(1, 1, 1, 1)],
      ]),
    );
    expect(turned).toBe(true);
  });
});

test("what onnxruntime has no kernel for is refused by name", async () => {
  const g = new Builder();
  const x = g.input("x", { dtype: "float64", shape: [1, 1, 4, 4] });
  const w = g.input("w", { dtype: "float64", shape: [1, 1, 2, 2] });
  const graph: Graph = { inputs: [x, w], outputs: [{ name: "y", value: g.conv(x, w) }] };
  await expect(fast.compile(graph)).rejects.toThrow(/no kernel for Conv/);
});
