import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { Builder } from "../builder";
import { evaluator } from "../evaluate";
import { inputName, type Graph, type Value } from "../ir";
import { ops, type OpName } from "../ops";
import { domains, Random } from "../ops/domains";
import { encodeModel } from "./encode";
import { importGraph } from "./import";
import { parseOnnx } from "./model";

const seed = 20261121;

function reread(graph: Graph, bind?: ReadonlyMap<string, Tensor>): Graph {
  const bytes = encodeModel(graph, bind === undefined ? {} : { bind });
  return importGraph(parseOnnx(bytes, "written.onnx")).graph;
}

function evaluate(graph: Graph, feeds: ReadonlyMap<string, Float64Array>): Float64Array[] {
  const fed = new Map(graph.inputs.map((input) => [input, feeds.get(inputName(input))!]));
  return evaluator(graph.outputs.map(({ value }) => value))(fed);
}

/** Operators and constants are the same; only the order of sums may differ where a composite is written out. */
const ROUNDING = 1e-12;
/** An ONNX attribute is a float32. */
const ATTRIBUTE = 1e-7;

function expectSame(
  actual: Graph,
  expected: Graph,
  feeds: ReadonlyMap<string, Float64Array>,
  tolerance = ROUNDING,
): void {
  const [found, wanted] = [evaluate(actual, feeds), evaluate(expected, feeds)];
  expect(actual.outputs.map(({ name, value }) => [name, value.dtype, value.shape])).toEqual(
    expected.outputs.map(({ name, value }) => [name, value.dtype, value.shape]),
  );
  wanted.forEach((values, k) => {
    values.forEach((x, i) => {
      const y = found[k]![i]!;
      const same = Object.is(x, y) || Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x));
      if (!same) expect.fail(`output ${k}, element ${i}: ${y} for ${x}`);
    });
  });
}

describe.each(Object.keys(ops) as OpName[])("%s", (op) => {
  test("means the same after writing and reading", () => {
    fc.assert(
      fc.property(fc.nat(), (draw) => {
        const random = new Random(draw);
        const { inputs, attrs } = domains[op](random);
        const g = new Builder();
        const values = inputs.map((type, i) => g.input(`x${i}`, type));
        const outputs = g.node(op, values, attrs).map((value, i) => ({ name: `y${i}`, value }));
        const graph = { inputs: values, outputs };
        const feeds = new Map(
          inputs.map((input, i) => [
            `x${i}`,
            Float64Array.from(input.draw(random, sizeOf(input.shape))),
          ]),
        );
        expectSame(reread(graph), graph, feeds, "alpha" in attrs ? ATTRIBUTE : ROUNDING);
      }),
      { seed, numRuns: 25 },
    );
  });
});

/** A chain of layers drawn at random over [N, C, H, W]. */
function randomNetwork(random: Random): Graph {
  const g = new Builder();
  const n = random.whole(1, 3);
  const x = g.input("x", { dtype: "float32", shape: [n, random.whole(1, 4), 6, 6] });
  const weight = (shape: number[]): Value =>
    g.constant(
      fromFloat64(
        "float32",
        shape,
        Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1)),
      ),
    );
  const layers: ((x: Value) => Value)[] = [
    (v) => g.conv(v, weight([3, v.shape[1]!, 3, 3]), { pads: [1, 1, 1, 1] }),
    (v) => g.add(v, weight([1, v.shape[1]!, 1, 1])),
    (v) => g.tanh(v),
    (v) => g.mul(v, g.sigmoid(v)),
    (v) => g.pad(v, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }),
    (v) => g.concat([v, g.relu(v)], 1),
    (v) => g.sub(v, g.mean(v, [2, 3], true)),
    (v) => g.transpose(v, [0, 1, 3, 2]),
    (v) =>
      g.slice(v, [
        { axis: 3, step: -1 },
        { axis: 2, start: 1 },
      ]),
    (v) => g.softmax(v, 1),
    (v) => g.matmul(v, weight([v.shape[3]!, 4])),
  ];
  let value = x;
  for (let depth = random.whole(1, 8); depth > 0; depth--) {
    if (value.shape[2]! < 3) break;
    value = layers[random.whole(0, layers.length - 1)]!(value);
  }
  return {
    inputs: [x],
    outputs: [
      { name: "y", value },
      { name: "again", value },
      { name: "same", value: x },
    ],
  };
}

describe("a random network", () => {
  const networks = fc.nat().map((draw) => randomNetwork(new Random(draw)));
  const feedsOf = (graph: Graph) =>
    new Map(
      graph.inputs.map((input) => [
        inputName(input),
        Float64Array.from({ length: sizeOf(input.shape) }, (_, i) => Math.fround(Math.sin(i + 1))),
      ]),
    );

  test("computes the same after writing and reading", () => {
    fc.assert(
      fc.property(networks, (graph) => expectSame(reread(graph), graph, feedsOf(graph))),
      { seed, numRuns: 60 },
    );
  });

  test("is written to the same bytes each time", () => {
    fc.assert(
      fc.property(fc.nat(), (draw) => {
        const [once, twice] = [1, 2].map(() => encodeModel(randomNetwork(new Random(draw))));
        expect(once).toEqual(twice);
      }),
      { seed, numRuns: 20 },
    );
  });
});

test("inputs that are bound are constants of the file", () => {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [2] });
  const w = g.input("w", { dtype: "float32", shape: [2] }, "parameter");
  const graph: Graph = { inputs: [x, w], outputs: [{ name: "y", value: g.mul(x, w) }] };
  const bound = reread(graph, new Map([["w", fromFloat64("float32", [2], [3, 4])]]));
  expect(bound.inputs.map(inputName)).toEqual(["x"]);
  expect(evaluate(bound, new Map([["x", Float64Array.of(1, 2)]]))).toEqual([Float64Array.of(3, 8)]);
});

test("names of inputs and outputs are kept, whatever the nodes are called", () => {
  const g = new Builder();
  const x = g.input("Mul_0", { dtype: "float32", shape: [2] });
  const y = g.tanh(g.mul(x, x));
  const graph: Graph = { inputs: [x], outputs: [{ name: "constant_0", value: y }] };
  const again = reread(graph);
  expect(again.inputs.map(inputName)).toEqual(["Mul_0"]);
  expect(again.outputs.map(({ name }) => name)).toEqual(["constant_0"]);
  expect(
    toFloat64({ data: evaluate(again, new Map([["Mul_0", Float64Array.of(1, 2)]]))[0]! }),
  ).toEqual(Float64Array.of(Math.tanh(1), Math.tanh(4)));
});
