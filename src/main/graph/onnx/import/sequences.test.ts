/** Lists of tensors between nodes, which importing resolves. */
import { describe, expect, test } from "vitest";
import { fromFloat64, type Tensor } from "../../../../shared/tensor";
import { Builder } from "../../builder";
import { evaluator } from "../../evaluate";
import { grad } from "../../grad";
import { topologicalOrder, type Graph } from "../../ir";
import { parseOnnx } from "../model";
import { smallModel, type SmallModel, type SmallNode } from "../testing";
import { importGraph } from ".";

const graphOf = (model: SmallModel): Graph =>
  importGraph(parseOnnx(smallModel(model), "net.onnx")).graph;

function run(model: SmallModel, x: readonly number[]): { shape: number[]; data: number[] } {
  const graph = graphOf(model);
  const { value } = graph.outputs[0]!;
  const [data] = evaluator([value])(new Map([[graph.inputs[0]!, Float64Array.from(x)]]));
  return { shape: [...value.shape], data: [...data!] };
}

const node = (op: string, inputs: string, outputs: string, attributes = {}): SmallNode => ({
  op,
  name: op.toLowerCase(),
  inputs: inputs.split(" ").filter((name) => name !== ""),
  outputs: outputs.split(" "),
  attributes,
});
const whole = (value: number): Tensor => fromFloat64("int64", [], [value]);
const ints = (...values: number[]): Tensor => fromFloat64("int64", [values.length], values);

/** x [5] and numbers at hand: 0, 1, −1, 2 and true. */
const model = (...nodes: SmallNode[]): SmallModel => ({
  inputs: { x: [5] },
  outputs: ["y"],
  initializers: {
    zero: whole(0),
    one: whole(1),
    last: whole(-1),
    two: whole(2),
    beyond: whole(3),
    true: fromFloat64("bool", [], [1]),
    parts: ints(1, 4),
  },
  nodes,
});
const x = [1, 2, 3, 4, 5];

describe("a sequence", () => {
  test("that a tensor is split into gives back its parts, and leaves nothing else behind", () => {
    const halves = model(node("SplitToSequence", "x two", "s"), node("SequenceAt", "s one", "y"));
    expect(run(halves, x)).toEqual({ shape: [2], data: [3, 4] });
    const { outputs } = graphOf(halves);
    const left = topologicalOrder(outputs.map(({ value }) => value)).map(({ op }) => op);
    expect(left).toEqual(["Slice"]);
    // The rest is shorter; sizes of parts may be given; without, parts of 1 lose their axis if so asked.
    const at = (position: string, split: string, attributes = {}): SmallModel =>
      model(
        node("SplitToSequence", split, "s", attributes),
        node("SequenceAt", `s ${position}`, "y"),
      );
    expect(run(at("last", "x two"), x)).toEqual({ shape: [1], data: [5] });
    expect(run(at("one", "x parts"), x)).toEqual({ shape: [4], data: [2, 3, 4, 5] });
    expect(run(at("two", "x"), x)).toEqual({ shape: [1], data: [3] });
    expect(run(at("two", "x", { keepdims: 0 }), x)).toEqual({ shape: [], data: [3] });
  });

  test("is joined along an axis or along a new one", () => {
    const joined = (attributes: object): SmallModel =>
      model(
        node("Neg", "x", "n"),
        node("SequenceConstruct", "x n", "s"),
        node("ConcatFromSequence", "s", "y", attributes),
      );
    expect(run(joined({ axis: 0 }), x)).toEqual({
      shape: [10],
      data: [1, 2, 3, 4, 5, -1, -2, -3, -4, -5],
    });
    expect(run(joined({ axis: -1, new_axis: 1 }), x).shape).toEqual([5, 2]);
  });

  test("takes and loses elements at its end or at a position", () => {
    const at = (...nodes: SmallNode[]): number[] =>
      run(
        model(
          node("Neg", "x", "n"),
          node("Abs", "x", "a"),
          node("SequenceConstruct", "x n", "s"),
          ...nodes,
          node("SequenceAt", "t zero", "z"),
          node("SequenceLength", "t", "l"),
          node("Cast", "l", "f", { to: 1 }),
          node("Mul", "z f", "y"),
        ),
        [1, 2, 3, 4, -5],
      ).data;
    expect(at(node("SequenceInsert", "s a", "t"))).toEqual([3, 6, 9, 12, -15]);
    expect(at(node("SequenceInsert", "s a zero", "t"))).toEqual([3, 6, 9, 12, 15]);
    expect(at(node("SequenceErase", "s", "t"))).toEqual([1, 2, 3, 4, -5]);
    expect(at(node("SequenceErase", "s zero", "t"))).toEqual([-1, -2, -3, -4, 5]);
  });

  test("grows in the rounds of a loop and in the branch of an If", () => {
    const branch = (factor: string): object => ({
      graph: {
        outputs: ["more"],
        nodes: [node("Mul", `v ${factor}`, "p"), node("SequenceInsert", "s p", "more")],
        initializers: { [factor]: fromFloat64("float32", [], [factor === "ten" ? 10 : -1]) },
      },
    });
    const body = {
      inputs: ["i", "c", "s"],
      outputs: ["c", "longer"],
      nodes: [
        node("Equal", "i one", "odd"),
        node("Identity", "x", "v"),
        node("If", "odd", "grown", { then_branch: branch("ten"), else_branch: branch("minus") }),
        node("Identity", "grown", "longer"),
      ],
    };
    const looped = model(
      node("SequenceEmpty", "", "e"),
      node("Loop", "two true e", "s", { body: { graph: body } }),
      node("ConcatFromSequence", "s", "y", { axis: 0 }),
    );
    expect(run(looped, x).data).toEqual([-1, -2, -3, -4, -5, 10, 20, 30, 40, 50]);
  });

  test("lets gradients through", () => {
    const graph = graphOf(
      model(
        node("SplitToSequence", "x two", "s"),
        node("SequenceAt", "s zero", "a"),
        node("SequenceAt", "s one", "b"),
        node("Mul", "a b", "y"),
      ),
    );
    const [input] = graph.inputs;
    const g = new Builder();
    const [dx] = grad(g, g.sum(graph.outputs[0]!.value), [input!]);
    const found = evaluator([dx!])(new Map([[input!, Float64Array.from(x)]]));
    expect([...found[0]!]).toEqual([3, 4, 1, 2, 0]);
  });

  test.each<[string, SmallNode[], string]>([
    [
      "read beyond its end",
      [node("SplitToSequence", "x two", "s"), node("SequenceAt", "s beyond", "y")],
      "position 3 is not one of 3",
    ],
    [
      "in a tensor's place",
      [node("SequenceConstruct", "x x", "s"), node("Add", "s x", "y")],
      "input 1 is a sequence, not a tensor",
    ],
    ["in the place of which a tensor stands", [node("SequenceLength", "x", "y")], "a tensor, not"],
    [
      "without elements, joined",
      [node("SequenceEmpty", "", "s"), node("ConcatFromSequence", "s", "y", { axis: 0 })],
      "it joins an empty sequence",
    ],
    ["as the network's output", [node("SequenceConstruct", "x x", "y")], 'output "y"'],
    [
      "of parts that are too many",
      [node("SplitToSequence", "x zero", "s"), node("SequenceAt", "s zero", "y")],
      "it splits into parts of 0",
    ],
  ])("%s is refused with a sentence", (_, nodes, sentence) => {
    expect(() => graphOf(model(...nodes))).toThrow(sentence);
  });
});
