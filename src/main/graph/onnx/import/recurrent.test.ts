import { describe, expect, test } from "vitest";
import { randomFrom } from "../../../../shared/random";
import { sizeOf } from "../../../../shared/tensor";
import { evaluator } from "../../evaluate";
import { inputName } from "../../ir";
import { parseOnnx } from "../model";
import { smallModel, type SmallAttribute } from "../testing";
import { importGraph } from ".";

const [STEPS, SIZE] = [6, 3];

/** One sample, one direction: shapes of the operator's inputs, by the formula's letters. */
const shapes = (gates: number): Record<string, number[]> => ({
  X: [STEPS, 1, SIZE],
  W: [1, gates * SIZE, SIZE],
  R: [1, gates * SIZE, SIZE],
  B: [1, 2 * gates * SIZE],
  h: [1, 1, SIZE],
  c: [1, 1, SIZE],
  P: [1, 3 * SIZE],
});

type Numbers = Record<string, Float64Array>;

/** Numbers in (−2, 2), so that a clip of 0.5 holds many sums back. */
function drawn(gates: number): Numbers {
  const unit = randomFrom(3);
  return Object.fromEntries(
    Object.entries(shapes(gates)).map(([name, shape]) => [
      name,
      Float64Array.from({ length: sizeOf(shape) }, () => 4 * unit() - 2),
    ]),
  );
}

/** All outputs of the operator in float64. */
function imported(
  op: string,
  inputs: readonly string[],
  numbers: Numbers,
  gates: number,
  attributes: Readonly<Record<string, SmallAttribute>>,
): Float64Array[] {
  const outputs = op === "LSTM" ? ["Y", "Yh", "Yc"] : ["Y", "Yh"];
  const given = inputs.filter((name) => name !== "");
  const bytes = smallModel({
    inputs: Object.fromEntries(given.map((name) => [name, shapes(gates)[name]!])),
    outputs,
    nodes: [{ op, inputs, outputs, attributes: { hidden_size: SIZE, ...attributes } }],
  });
  const { graph } = importGraph(parseOnnx(bytes, op));
  const fed = new Map(graph.inputs.map((value) => [value, numbers[inputName(value)]!]));
  return evaluator(graph.outputs.map(({ value }) => value))(fed);
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const clipped = (x: number): number => Math.min(0.5, Math.max(-0.5, x));

/** The sum W x + b_W + R h + b_R of gate k, unit i, of which the parts with R are left out where `h` is null. */
function sumOf(
  { X, W, R, B }: Numbers,
  gates: number,
  t: number,
  row: number,
  h: number[] | null,
): number {
  let sum = B![row]!;
  for (const j of range(SIZE)) sum += W![row * SIZE + j]! * X![t * SIZE + j]!;
  if (h === null) return sum;
  for (const j of range(SIZE)) sum += R![row * SIZE + j]! * h[j]!;
  return sum + B![gates * SIZE + row]!;
}

function expectClose(found: Float64Array, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  // Rounding of sums of ten terms over six steps.
  expected.forEach((y, i) => expect(Math.abs(found[i]! - y), `element ${i}`).toBeLessThan(1e-12));
}

const clip = { clip: { float: 0.5 } };

describe("in float64, written out step by step,", () => {
  test("an RNN holds its sums within the clip", () => {
    const numbers = drawn(1);
    let h = [...numbers.h!];
    const all: number[] = [];
    for (const t of range(STEPS)) {
      h = range(SIZE).map((i) => Math.tanh(clipped(sumOf(numbers, 1, t, i, h))));
      all.push(...h);
    }
    const found = imported("RNN", ["X", "W", "R", "B", "", "h"], numbers, 1, clip);
    expectClose(found[0]!, all);
    expectClose(found[1]!, h);
  });

  test.each([0, 1])("a GRU does, with linear_before_reset = %i", (linear) => {
    const numbers = drawn(3);
    const { R, B } = numbers as { R: Float64Array; B: Float64Array };
    let h = [...numbers.h!];
    const all: number[] = [];
    for (const t of range(STEPS)) {
      const before = h;
      const gate = (k: number): number[] =>
        range(SIZE).map((i) => sigmoid(clipped(sumOf(numbers, 3, t, k * SIZE + i, before))));
      const [z, r] = [gate(0), gate(1)] as [number[], number[]];
      h = range(SIZE).map((i) => {
        const row = 2 * SIZE + i;
        const product = (state: readonly number[]): number =>
          range(SIZE).reduce((sum, j) => sum + R[row * SIZE + j]! * state[j]!, 0);
        const bias = B[3 * SIZE + row]!;
        const reset =
          linear === 1
            ? r[i]! * (product(before) + bias)
            : product(before.map((each, j) => r[j]! * each)) + bias;
        const candidate = Math.tanh(clipped(sumOf(numbers, 3, t, row, null) + reset));
        return (1 - z[i]!) * candidate + z[i]! * before[i]!;
      });
      all.push(...h);
    }
    const attributes = { ...clip, linear_before_reset: linear };
    expectClose(imported("GRU", ["X", "W", "R", "B", "", "h"], numbers, 3, attributes)[0]!, all);
  });

  test.each([0, 1])("an LSTM with peepholes does, with input_forget = %i", (coupled) => {
    const numbers = drawn(4);
    let [h, c] = [[...numbers.h!], [...numbers.c!]];
    const all: number[] = [];
    for (const t of range(STEPS)) {
      const [hidden, cell] = [h, c];
      const sum = (k: number, i: number): number => sumOf(numbers, 4, t, k * SIZE + i, hidden);
      const seen = (k: number, i: number, state: number): number =>
        numbers.P![k * SIZE + i]! * state;
      c = range(SIZE).map((i) => {
        const input = sigmoid(clipped(sum(0, i) + seen(0, i, cell[i]!)));
        const forget =
          coupled === 1 ? 1 - input : sigmoid(clipped(sum(2, i) + seen(2, i, cell[i]!)));
        return forget * cell[i]! + input * Math.tanh(clipped(sum(3, i)));
      });
      h = range(SIZE).map(
        (i) => sigmoid(clipped(sum(1, i) + seen(1, i, c[i]!))) * Math.tanh(c[i]!),
      );
      all.push(...h);
    }
    const inputs = ["X", "W", "R", "B", "", "h", "c", "P"];
    const found = imported("LSTM", inputs, numbers, 4, { ...clip, input_forget: coupled });
    expectClose(found[0]!, all);
    expectClose(found[2]!, c);
  });
});

test("parameters of activations are consumed in order; a missing one is named", () => {
  const numbers = drawn(1);
  const run = (attributes: Readonly<Record<string, SmallAttribute>>): Float64Array =>
    imported("RNN", ["X", "W", "R", "B", "", "h"], numbers, 1, attributes)[1]!;
  expect(
    run({
      activations: ["Affine"],
      activation_alpha: { floats: [0] },
      activation_beta: { floats: [7] },
    }),
  ).toEqual(Float64Array.of(7, 7, 7));
  expect(() => run({ activations: ["Affine"], activation_alpha: { floats: [1] } })).toThrow(
    "activation_beta lacks a value for Affine",
  );
  expect(() => run({ activations: ["Sine"] })).toThrow("activation Sine");
});
