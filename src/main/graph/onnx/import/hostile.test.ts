/** Small files that stand for more than any machine holds, or name what is there in JavaScript but not in ONNX. */
import { describe, expect, test } from "vitest";
import { UserError } from "../../../../shared/errors";
import { fromFloat64, type Tensor } from "../../../../shared/tensor";
import { parseOnnx } from "../model";
import { smallModel, type SmallModel, type SmallNode } from "../testing";
import { importGraph } from ".";

const node = (op: string, inputs: string, outputs: string, attributes = {}): SmallNode => ({
  op,
  name: op.toLowerCase(),
  inputs: inputs.split(" ").filter((name) => name !== ""),
  outputs: outputs.split(" "),
  attributes,
});
const whole = (value: number): Tensor => fromFloat64("int64", [], [value]);
const ints = (...values: number[]): Tensor => fromFloat64("int64", [values.length], values);
const floats = (...shape: number[]): Tensor =>
  fromFloat64(
    "float32",
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 1),
  );
const yes = fromFloat64("bool", [], [1]);

const model = (nodes: SmallNode[], more: Partial<SmallModel> = {}): SmallModel => ({
  inputs: { x: [1, 2] },
  outputs: ["y"],
  nodes,
  ...more,
});

const branch = (op: string, domain = ""): object => ({
  graph: { outputs: [`${op}-made`], nodes: [{ ...node(op, "a", `${op}-made`), domain }] },
});

/** A loop of `rounds` whose body is what is given, or nothing. */
const loop = (rounds: string, from: string, to: string, inside: SmallNode[] = []): SmallNode =>
  node("Loop", `${rounds} yes ${from}`, to, {
    body: {
      graph: {
        inputs: [`i-${to}`, `c-${to}`, `s-${to}`],
        outputs: [`c-${to}`, inside.length > 0 ? inside.at(-1)!.outputs[0]! : `s-${to}`],
        nodes: inside,
      },
    },
  });

const lstm = { hidden_size: 1 };
const doubled = (times: number): SmallNode[] =>
  Array.from({ length: times }, (_, k) => node("Concat", `t${k} t${k}`, `t${k + 1}`, { axis: 0 }));

const cases: [string, SmallModel, RegExp][] = [
  [
    "functions that call themselves in a branch",
    model([{ ...node("F", "x", "y"), domain: "own" }], {
      functions: [
        {
          domain: "own",
          name: "F",
          inputs: ["a"],
          outputs: ["r"],
          nodes: [
            node("Constant", "", "c", { value: { tensor: yes } }),
            node("If", "c", "r", { then_branch: branch("F", "own"), else_branch: branch("Relu") }),
          ],
        },
      ],
    }),
    /nested more than 64 deep/,
  ],
  [
    "empty loops inside of a loop",
    model([loop("n", "x", "y", [loop("n", "s-y", "z")])], {
      initializers: { n: whole(9999), yes },
    }),
    /its loops unroll to more than 40000 nodes/,
  ],
  [
    "ten million steps of an LSTM",
    model([node("LSTM", "x w r", "y", lstm)], {
      inputs: { x: [1e7, 1, 1] },
      initializers: { w: floats(1, 4, 1), r: floats(1, 4, 1) },
    }),
    /its 10000000 steps would be written out/,
  ],
  [
    "an LSTM of no steps",
    model([node("LSTM", "x w r", "y", lstm)], {
      inputs: { x: [0, 1, 1] },
      initializers: { w: floats(1, 4, 1), r: floats(1, 4, 1) },
    }),
    /a sequence of no steps/,
  ],
  [
    "a constant doubled sixty times",
    model([...doubled(60), node("ReduceSum", "t60", "s"), node("Add", "x s", "y")], {
      initializers: { t0: floats(2, 2) },
    }),
    /the result has \d+ elements/,
  ],
  [
    "a shape of four million numbers",
    model([...doubled(21), node("Reshape", "x t21", "y")], { initializers: { t0: ints(1, 2) } }),
    /input 2 lists 4194304 numbers/,
  ],
  [
    "a Fourier transform of sixty-four million points",
    model([node("DFT", "x", "y", { axis: 1 })], { inputs: { x: [1, 2 ** 26, 1] } }),
    /a transform of length 67108864/,
  ],
  [
    "an index far outside",
    model([node("Gather", "x far", "y", { axis: 1 })], { initializers: { far: ints(2 ** 52) } }),
    /index 4503599627370496 is not one of 2/,
  ],
  ["an operator called like a method", model([node("constructor", "x", "y")]), /no such operator/],
  ["an operator called __proto__", model([node("__proto__", "x", "y")]), /no such operator/],
  [
    "an activation called like a method",
    model([node("RNN", "x w r", "y", { hidden_size: 1, activations: ["constructor"] })], {
      inputs: { x: [1, 1, 1] },
      initializers: { w: floats(1, 1, 1), r: floats(1, 1, 1) },
    }),
    /activation constructor/,
  ],
  [
    "a list of axes that is a number",
    model([node("ReduceSum", "x", "y", { axes: { float: 1 } })], { opset: 11 }),
    /the attribute axes has another type/,
  ],
  ["a Concat without axis", model([node("Concat", "x x", "y")]), /the attribute axis is missing/],
  [
    "blocks of nothing",
    model([node("DepthToSpace", "x", "y", { blocksize: 0 })], { inputs: { x: [1, 4, 2, 2] } }),
    /blocks of 0/,
  ],
  [
    "blocks of fractions of an image",
    model([node("Col2Im", "x image block", "y")], {
      inputs: { x: [1, 2 ** 40, 1] },
      initializers: {
        image: fromFloat64("int64", [2], [4, 4]),
        block: fromFloat64("float32", [2], [0.5, 0.5]),
      },
    }),
    /input 3 is no list of extents: \[0\.5, 0\.5\]/,
  ],
  [
    "blocks of a trillion channels",
    model([node("Col2Im", "x image block", "y")], {
      inputs: { x: [1, 2 ** 40, 1] },
      initializers: {
        image: fromFloat64("int64", [2], [4, 4]),
        block: fromFloat64("int64", [2], [1, 1]),
      },
    }),
    /would be written out/,
  ],
  [
    "two outputs of one name",
    model([node("Relu", "x", "y")], { outputs: ["y", "y"] }),
    /two outputs of the name "y"/,
  ],
];

describe("refused in a sentence, within a second:", () => {
  test.each(cases)("%s", (_, hostile, sentence) => {
    const bytes = smallModel(hostile);
    const started = performance.now();
    const importing = (): unknown => importGraph(parseOnnx(bytes, "hostile.onnx"));
    expect(importing).toThrow(sentence);
    expect(importing).toThrow(UserError);
    // Twice a second, on a machine that is also doing something else.
    expect(performance.now() - started).toBeLessThan(4000);
  });
});
