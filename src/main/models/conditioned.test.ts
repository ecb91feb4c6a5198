import { expect, test } from "vitest";
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { grad } from "../graph/grad";
import { inputName, type Graph, type Value } from "../graph/ir";
import { createExecutor } from "../runtime/executors";
import { conditioned } from "./conditioned";

/** y = w·x·(1 + nu) + t·x², with the parameter w; `nu` one number a sample, `t` one in all or a field of one channel. */
const network = (points: readonly number[], t: readonly number[]) => ({
  graph(batch: number): Graph {
    const g = new Builder();
    const type = { dtype: "float64" as const };
    const x = g.input("x", { ...type, shape: [batch, 2, ...points] });
    const nu = g.input("nu", { ...type, shape: [batch] });
    const told = g.input("t", { ...type, shape: t });
    const w = g.input("w", { ...type, shape: [] }, "parameter");
    const each = g.reshape(nu, [batch, 1, ...points.map(() => 1)]);
    const y = g.add(g.mul(g.mul(w, x), g.add(each, 1)), g.mul(told, g.mul(x, x)));
    return { inputs: [x, nu, told, w], outputs: [{ name: "y", value: y }] };
  },
});

const values = (shape: readonly number[], first: number): Tensor =>
  fromFloat64("float64", shape, Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(first + i * i))); // prettier-ignore

async function evaluate(graph: Graph, tensors: Readonly<Record<string, Tensor>>) {
  const executor = createExecutor("reference");
  const program = await executor.compile(graph);
  const out = await program.run(new Map(Object.entries(tensors)));
  await executor.dispose();
  return [...out.values()].map((tensor) => [...toFloat64(tensor)]);
}

/** The outputs, and the gradient of their sum in the parameter. */
const withGradient = (graph: Graph): Graph => {
  const g = new Builder();
  const y = graph.outputs[0]!.value;
  const w = graph.inputs.find((value: Value) => inputName(value) === "w")!;
  const [slope] = grad(g, g.sum(y), [w]);
  return { ...graph, outputs: [...graph.outputs, { name: "slope", value: slope! }] };
};

test.each([
  ["one number in all", [3, 4], []],
  ["a field of one channel", [3, 4], [1, 1, 3, 4]],
  ["no grid", [], []],
] as const)(
  "is told what its inputs are, and has the gradient of its own: %s",
  async (_, points, t) => {
    const model = network(points, t);
    const w = values([], 2);
    const x = values([1, 2, ...points], 0);
    const count = sizeOf(points);
    const channel = (value: number): number[] => Array.from({ length: count }, () => value);
    const own = await evaluate(withGradient(model.graph(1)), {
      ...{ x, w },
      nu: fromFloat64("float64", [1], Float64Array.of(0.3)),
      t: fromFloat64(
        "float64",
        t,
        Float64Array.from({ length: sizeOf(t) }, () => 7),
      ),
    });
    // In another order than the network's inputs.
    const packed = [...toFloat64(x), ...channel(7), ...channel(0.3)];
    const wrapped = conditioned(model, ["t", "nu"]).graph(1);
    expect(wrapped.inputs.map(inputName)).toEqual(["x", "w"]);
    const told = await evaluate(withGradient(wrapped), {
      w,
      x: fromFloat64("float64", [1, 4, ...points], Float64Array.from(packed)),
    });
    expect(told).toEqual(own);
  },
);

test("conditions that no input is called after stay channels of the state", () => {
  const graph = conditioned(network([3, 4], []), ["nu", "mass", "t"]).graph(1);
  // Its two channels, the last of them the mass, and the two that are inputs.
  expect(graph.inputs[0]!.shape).toEqual([1, 4, 3, 4]);
});

test("a network of one input is left as it is, one that is not told enough refused", () => {
  const one = conditioned(network([3, 4], []), ["nu", "t"]);
  expect(conditioned(one, ["t"]).graph(1)).toBe(one.graph(1));
  expect(() => conditioned(network([3, 4], []), ["nu"]).graph(1)).toThrow(
    /takes 3 inputs \(x, nu, t\)/,
  );
});
