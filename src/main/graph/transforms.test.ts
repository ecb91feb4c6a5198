import { describe, expect, test } from "vitest";
import { sizeOf, type TensorType } from "../../shared/tensor";
import { Builder } from "./builder";
import { evaluator } from "./evaluate";
import { grad, vjp } from "./grad";
import { gram } from "./gram";
import type { Graph, Value } from "./ir";
import { topologicalOrder } from "./ir";
import { jvp } from "./jvp";
import { Random } from "./ops/domains";
import { simplify } from "./simplify";
import { vmap } from "./vmap";

const float = (...shape: number[]): TensorType => ({ dtype: "float64", shape });

function noise(random: Random, { shape }: { shape: readonly number[] }): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1));
}

/** A small convolutional network with a normalisation, attention over pixels and a squared error. */
function network(g: Builder) {
  const x = g.input("x", float(1, 2, 4, 4));
  const target = g.input("target", float(1, 2, 4, 4));
  const parameters = [
    g.input("w1", float(3, 2, 3, 3), "parameter"),
    g.input("b1", float(3), "parameter"),
    g.input("q", float(3, 3), "parameter"),
    g.input("w2", float(2, 3, 1, 1), "parameter"),
  ];
  const [w1, b1, q, w2] = parameters as [Value, Value, Value, Value];
  const wrapped = g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" });
  const raw = g.add(g.conv(wrapped, w1), g.reshape(b1, [1, 3, 1, 1]));
  const centred = g.sub(raw, g.mean(raw, [2, 3], true));
  const spread = g.sqrt(g.add(g.mean(g.mul(centred, centred), [2, 3], true), 1e-3));
  const hidden = g.tanh(g.div(centred, spread));
  const tokens = g.transpose(g.reshape(hidden, [1, 3, 16]), [0, 2, 1]);
  const scores = g.matmul(g.matmul(tokens, q), g.transpose(tokens, [0, 2, 1]));
  const mixed = g.matmul(g.softmax(scores, 2), tokens);
  const image = g.reshape(g.transpose(mixed, [0, 2, 1]), [1, 3, 4, 4]);
  const error = g.sub(g.conv(g.add(image, hidden), w2), target);
  return { x, target, parameters, loss: g.mean(g.mul(error, error)) };
}

function feedsOf(random: Random, values: readonly Value[]): Map<Value, Float64Array> {
  return new Map(values.map((value) => [value, noise(random, value)]));
}

function expectClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  actual.forEach((x, i) => {
    const wrong = `element ${i}: ${x} is not ${expected[i]} within ${tolerance * scale}`;
    expect(Math.abs(x - expected[i]!) <= tolerance * scale, wrong).toBe(true);
  });
}

/** Sums of some hundred products of doubles, in another order. */
const ROUNDING = 1e-12;
/** Second-order differences of step 1e-4: a remainder of 1e-8 times the third derivative, which is of order 1. */
const DIFFERENCES = 1e-6;

describe("a small network", () => {
  test("has Hessian-vector products that match differences of its gradient", () => {
    const g = new Builder();
    const { x, target, parameters, loss } = network(g);
    const random = new Random(1);
    const feeds = feedsOf(random, [x, target, ...parameters]);
    const directions = parameters.map((p) => g.input("v", p));
    const gradient = grad(g, loss, parameters);
    const forwardOverReverse = jvp(g, gradient, parameters, directions);
    const along = gradient
      .map((part, i) => g.sum(g.mul(part, directions[i]!)))
      .reduce((sum, part) => g.add(sum, part));
    const reverseOverReverse = grad(g, along, parameters);
    const given = new Map([...feeds, ...feedsOf(random, directions)]);
    const products = evaluator(forwardOverReverse)(given);
    const others = evaluator(reverseOverReverse)(given);
    const slope = evaluator(gradient);
    const moved = (t: number): Float64Array[] => {
      const shifted = parameters.map((p, i) => {
        const v = given.get(directions[i]!)!;
        return [p, feeds.get(p)!.map((w, k) => w + t * v[k]!)] as const;
      });
      return slope(new Map([...feeds, ...shifted]));
    };
    const [ahead, behind] = [moved(1e-4), moved(-1e-4)];
    products.forEach((product, i) => {
      const difference = ahead[i]!.map((a, k) => (a - behind[i]![k]!) / 2e-4);
      expectClose(product, difference, DIFFERENCES);
      expectClose(product, others[i]!, ROUNDING);
    });
  });

  test("has per-sample gradients equal to one gradient after another, and their Gram matrix", () => {
    const g = new Builder();
    const { x, target, parameters, loss } = network(g);
    const random = new Random(2);
    const samples = [0, 1, 2].map(() => feedsOf(random, [x, target]));
    const weights = feedsOf(random, parameters);
    const many = new Map(
      [x, target].map((value) => [value, g.input("many", float(3, ...value.shape))]),
    );
    const together = vmap(g, grad(g, loss, parameters), many, 3);
    const stacked = [...many].map(([value, batch]) => {
      return [batch, Float64Array.from(samples.flatMap((s) => [...s.get(value)!]))] as const;
    });
    const feeds = new Map([...weights, ...stacked]);
    const gradients = evaluator(together)(feeds);
    const single = evaluator(grad(g, loss, parameters));
    const each = samples.map((sample) => single(new Map([...weights, ...sample])));
    gradients.forEach((gradient, i) => {
      expectClose(gradient, Float64Array.from(each.flatMap((parts) => [...parts[i]!])), ROUNDING);
    });
    const [matrix] = evaluator([gram(g, together)])(feeds);
    const flat = each.map((parts) => parts.flatMap((part) => [...part]));
    const inner = flat.flatMap((a) => flat.map((b) => a.reduce((sum, v, k) => sum + v * b[k]!, 0)));
    expectClose(matrix!, Float64Array.from(inner), ROUNDING);
  });

  test("pushes many tangents at once as it pushes them one by one", () => {
    const g = new Builder();
    const { x, target, parameters, loss } = network(g);
    const tangent = g.input("tangent", x);
    const [pushed] = jvp(g, [loss], [x], [tangent]);
    const tangents = g.input("tangents", float(4, ...x.shape));
    const [many] = vmap(g, [pushed!], new Map([[tangent, tangents]]), 4);
    const random = new Random(3);
    const feeds = feedsOf(random, [x, target, tangents, ...parameters]);
    const size = sizeOf(x.shape);
    const one = evaluator([pushed!]);
    const apart = [0, 1, 2, 3].map((i) => {
      const row = feeds.get(tangents)!.slice(i * size, (i + 1) * size);
      return one(new Map([...feeds, [tangent, row]]))[0]![0]!;
    });
    expectClose(evaluator([many!])(feeds)[0]!, Float64Array.from(apart), ROUNDING);
  });

  test("keeps its values when simplified, and always becomes the same graph", () => {
    const described = [0, 1].map(() => {
      const g = new Builder();
      const { x, target, parameters, loss } = network(g);
      const inputs = [x, target, ...parameters];
      const outputs = [loss, ...grad(g, loss, parameters)];
      const graph = { inputs, outputs: outputs.map((value, i) => ({ name: `y${i}`, value })) };
      const simple = simplify(graph);
      const feeds = feedsOf(new Random(4), inputs);
      const renamed = new Map(simple.inputs.map((value, i) => [value, feeds.get(inputs[i]!)!]));
      const before = evaluator(outputs)(feeds);
      evaluator(simple.outputs.map(({ value }) => value))(renamed).forEach((array, i) =>
        expectClose(array, before[i]!, ROUNDING),
      );
      return describeGraph(simple);
    });
    expect(described[0]).toBe(described[1]);
  });
});

/** A graph's structure without identities: what an encoder would write. */
function describeGraph({ inputs, outputs }: Graph): string {
  const names = new Map(inputs.map((value, i) => [value, `x${i}`]));
  const nameOf = (value: Value): string => {
    const { source } = value;
    return source.kind === "constant" ? `[${source.tensor.data.join()}]` : names.get(value)!;
  };
  const lines = topologicalOrder(outputs.map(({ value }) => value)).map((node, i) => {
    node.outputs.forEach((output, k) => names.set(output, `n${i}.${k}`));
    return `${node.op}(${node.inputs.map(nameOf).join()}) ${JSON.stringify(node.attrs)}`;
  });
  return [...lines, ...outputs.map(({ value }) => nameOf(value))].join("\n");
}

test("a gradient with respect to a value on the way stops nowhere else", () => {
  const g = new Builder();
  const x = g.input("x", float());
  const middle = g.sin(x);
  const loss = g.mul(middle, middle);
  const [viaMiddle, viaInput] = grad(g, loss, [middle, x]);
  const [a, b] = evaluator([viaMiddle!, viaInput!])(new Map([[x, Float64Array.of(0.3)]]));
  expect(a![0]).toBeCloseTo(2 * Math.sin(0.3), 15);
  expect(b![0]).toBeCloseTo(2 * Math.sin(0.3) * Math.cos(0.3), 15);
});

test("what nothing depends on has zero gradient, zero tangent and equal samples", () => {
  const g = new Builder();
  const [x, other] = [g.input("x", float(2)), g.input("other", float(3))];
  const y = g.exp(x);
  const results = [
    ...vjp(g, [y], [g.full(y, 1)], [other]),
    ...jvp(g, [y], [other], [g.full(other, 1)]),
    ...vmap(g, [y], new Map([[other, g.input("many", float(2, 3))]]), 2),
  ];
  const arrays = evaluator(results)(new Map([[x, Float64Array.of(0, 0)]]));
  expect(arrays.map((array) => [...array])).toEqual([
    [0, 0, 0],
    [0, 0],
    [1, 1, 1, 1],
  ]);
});
