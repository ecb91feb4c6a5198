import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromFloat64, sizeOf, toFloat64, type TensorType } from "../../shared/tensor";
import { Builder } from "./builder";
import { cookToom, type Rows } from "./cookToom";
import { evaluator } from "./evaluate";
import { grad } from "./grad";
import { inputName, topologicalOrder, type Graph, type Value } from "./ir";
import { jacobianTimes } from "./jacobian";
import { Random } from "./ops/domains";
import { withoutConvWeight } from "./weightProducts";
import { withWinograd, type WinogradForm } from "./winograd";

const float = (...shape: number[]): TensorType => ({ dtype: "float32", shape });

/** The transforms' constants are kept in float32. */
const ROUNDING = 2e-6;

function resultsOf({ graph, feeds: given }: WinogradForm, seed: number): Float64Array[] {
  const random = new Random(seed);
  const feeds = new Map(
    graph.inputs.map((value): [Value, Float64Array] => {
      const known = given.get(inputName(value));
      const drawn = (): number => random.uniform(-1, 1);
      return [
        value,
        known ? toFloat64(known) : Float64Array.from({ length: sizeOf(value.shape) }, drawn),
      ];
    }),
  );
  return evaluator(graph.outputs.map(({ value }) => value))(feeds);
}

function expectSame(actual: WinogradForm, expected: Graph): void {
  const [a, b] = [resultsOf(actual, 5), resultsOf({ graph: expected, feeds: new Map() }, 5)];
  b.forEach((array, k) => {
    const scale = array.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const wrong = array.findIndex((x, i) => !(Math.abs(a[k]![i]! - x) <= ROUNDING * scale));
    expect(wrong, `output ${k}: ${a[k]![wrong]} for ${array[wrong]}`).toBe(-1);
  });
}

const operators = (graph: Graph): string[] =>
  topologicalOrder(graph.outputs.map(({ value }) => value)).map(({ op }) => op);

/** Convolutions with a 3 × 3 kernel, and whether any are left. */
function isLeft(graph: Graph): boolean {
  return topologicalOrder(graph.outputs.map(({ value }) => value)).some(
    ({ op, inputs }) => op === "Conv" && inputs[1]!.shape.slice(2).join() === "3,3",
  );
}

const times = (rows: Rows, x: readonly number[]): number[] =>
  rows.map((row) => row.reduce((sum, value, i) => sum + value * x[i]!, 0));

test("interpolation gives the correlation, whatever the points and taps", () => {
  for (const [points, taps] of [
    [[0, 1, -1], 3],
    [[0, 0.75, -0.75, 1.5, -1.5], 3],
    [[0, 0.75, -0.75, 1.5, -1.5], 4],
    [[2, -3, 0.5, 7], 2],
  ] as const) {
    const { input, kernel, output } = cookToom(points, taps);
    const random = new Random(1);
    const draw = (n: number): number[] => Array.from({ length: n }, () => random.uniform(-1, 1));
    const [x, w] = [draw(output.length + taps - 1), draw(taps)];
    const at = times(input, x);
    const y = times(
      output,
      times(kernel, w).map((value, k) => value * at[k]!),
    );
    y.forEach((value, i) => {
      const plain = w.reduce((sum, weight, k) => sum + weight * x[i + k]!, 0);
      expect(value).toBeCloseTo(plain, 10);
    });
  }
});

test("a convolution keeps its values at any extents and margins", () => {
  fc.assert(
    fc.property(fc.noBias(fc.nat()), (seed) => {
      const random = new Random(seed);
      const g = new Builder();
      const n = random.whole(1, 2);
      const [rows, columns] = [random.whole(4, 13), random.whole(4, 13)];
      const w = g.input("w", float(random.whole(1, 6), 5, 3, 3), "parameter");
      const margin = (): number => random.whole(0, 2);
      const pads = [margin(), margin(), margin(), margin()];
      const x = g.input("x", float(n, 5, rows, columns));
      // A periodic continuation in front, half of the time.
      const continued = random.chance() ? g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }) : x;
      const y = g.conv(continued, w, { pads });
      const graph = { inputs: [x, w], outputs: [{ name: "y", value: y }] };
      const other = withWinograd(graph, 0);
      expect(isLeft(other.graph)).toBe(false);
      expectSame(other, graph);
    }),
    { seed: 20, numRuns: 40 },
  );
});

describe("a layer on a periodic domain", () => {
  const g = new Builder();
  const x = g.input("x", float(1, 4, 8, 8));
  const w = g.input("w", float(4, 4, 3, 3), "parameter");
  const y = g.conv(g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }), w);

  test("has many tangents of state and weights at once, made as one sum", () => {
    const directions = [x, w].map(({ shape }) => g.input("v", float(3, ...shape)));
    const tangents = jacobianTimes(g, [g.tanh(y)], [x, w], directions);
    const whole = {
      inputs: [x, w, ...directions],
      outputs: tangents.map((value, k) => ({ name: `t${k}`, value })),
    };
    const other = withWinograd(whole, 0);
    const spreads = topologicalOrder(other.graph.outputs.map(({ value }) => value)).filter(
      ({ op }) => op === "ConvTranspose",
    );
    // The layer itself, and both of its tangents.
    expect(spreads.length).toBe(2);
    expectSame(other, whole);
  });

  test("has the same gradients", () => {
    const loss = g.sum(g.mul(y, g.tanh(y)));
    const whole = {
      inputs: [x, w],
      outputs: grad(g, loss, [x, w]).map((value, k) => ({ name: `d${k}`, value })),
    };
    expectSame(withWinograd(whole, 0), whole);
  });
});

test("it pays from some ninety channels on, from seventy where two convolutions are added", () => {
  const g = new Builder();
  const inputs: Value[] = [];
  const input = (...shape: number[]): Value => {
    inputs.push(g.input(`x${inputs.length}`, float(...shape)));
    return inputs.at(-1)!;
  };
  const convolution = (channels: number): Value =>
    g.conv(input(4, channels, 66, 66), input(channels, channels, 3, 3));
  const isChosen = (y: Value): boolean =>
    !isLeft(withWinograd({ inputs, outputs: [{ name: "y", value: y }] }).graph);
  const widths = [40, 50, 60, 70, 80, 90];
  const sum = (width: number): Value => g.add(convolution(width), convolution(width));
  expect(widths.filter((width) => isChosen(convolution(width)))).toEqual([90]);
  expect(widths.filter((width) => isChosen(sum(width)))).toEqual([70, 80, 90]);
});

test("few channels, strides, dilations, groups and other kernels stay as they are", () => {
  const g = new Builder();
  const x = g.input("x", float(1, 160, 12, 12));
  const some = g.slice(x, [{ axis: 1, end: 8 }]);
  const w = (...shape: number[]): Value => g.input("w", float(...shape), "parameter");
  const outputs = [
    g.conv(some, w(8, 8, 3, 3)),
    g.conv(x, w(160, 160, 3, 3), { strides: [2, 2] }),
    g.conv(x, w(160, 160, 3, 3), { dilations: [2, 2] }),
    g.conv(x, w(160, 80, 3, 3), { group: 2 }),
    g.conv(x, w(160, 160, 5, 5)),
  ].map((value, k) => ({ name: `y${k}`, value }));
  const graph = { inputs: [x], outputs };
  expect(withWinograd(graph)).toEqual({ graph, feeds: new Map() });
});

describe("weight cotangents", () => {
  test("keep their values at any extents, margins, groups and numbers of samples", () => {
    fc.assert(
      fc.property(fc.noBias(fc.nat()), (seed) => {
        const random = new Random(seed);
        const g = new Builder();
        const group = random.whole(1, 3);
        const [n, c, m] = [random.whole(1, 3), group * random.whole(1, 3), group * 2];
        const pads = Array.from({ length: 4 }, () => random.whole(0, 2));
        const [rows, columns] = [random.whole(3, 12), random.whole(3, 12)];
        const x = g.input("x", float(n, c, rows, columns));
        const continued = random.chance()
          ? g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" })
          : x;
        const w = g.constant(fromFloat64("float32", [1, 1, 3, 3], new Array<number>(9).fill(0)));
        const one = g.slice(continued, [
          { axis: 0, end: 1 },
          { axis: 1, end: 1 },
        ]);
        const dy = g.input("dy", float(n, m, ...g.conv(one, w, { pads }).shape.slice(2)));
        const attrs = { strides: [1, 1], dilations: [1, 1], pads, group, kernel: [3, 3] };
        const dw = g.node("ConvWeight", [continued, dy], attrs)[0]!;
        const graph = { inputs: [x, dy], outputs: [{ name: "dw", value: dw }] };
        const other = withWinograd(graph, 0);
        expect(operators(other.graph)).not.toContain("ConvWeight");
        expectSame(other, graph);
        expectSame({ graph: withoutConvWeight(graph), feeds: new Map() }, graph);
      }),
      { seed: 21, numRuns: 60 },
    );
  });

  test("pay from some thirty channels on, and on small planes only when samples are summed", () => {
    const pays = (samples: number, group: number, channels: number, extent: number): boolean => {
      const g = new Builder();
      const plane = (more: number): Value =>
        g.input(`x${more}`, float(samples, group * channels, extent + more, extent + more));
      const [x, dy] = [plane(2), plane(0)];
      const attrs = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group };
      const dw = g.node("ConvWeight", [x, dy], { ...attrs, kernel: [3, 3] })[0]!;
      const { graph } = withWinograd({ inputs: [x, dy], outputs: [{ name: "dw", value: dw }] });
      return !operators(graph).includes("ConvWeight");
    };
    expect([8, 16, 32, 48].map((channels) => pays(1, 4, channels, 64))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(pays(1, 16, 208, 8)).toBe(false);
    expect(pays(16, 1, 208, 8)).toBe(true);
  });
});
