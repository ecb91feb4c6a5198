/** Small smooth networks of one sample that use parameters in all the ways there are, for tests of derivatives. */
import { allocate, fromFloat64, sizeOf, type TensorType } from "../../shared/tensor";
import { Builder } from "./builder";
import type { Value } from "./ir";
import { importGraph } from "./onnx/import";
import { parseOnnx } from "./onnx/model";
import { smallModel } from "./onnx/testing";
import { Random } from "./ops/domains";

export interface SmallNetwork {
  readonly g: Builder;
  /** [1, …] */
  readonly x: Value;
  readonly parameters: readonly Value[];
  /** [1, …] */
  readonly prediction: Value;
}

const float = (...shape: number[]): TensorType => ({ dtype: "float64", shape });

/** One kernel in two layers, circular and zero padding, a bias over channels. */
function sharedConvolution(): SmallNetwork {
  const g = new Builder();
  const x = g.input("x", float(1, 2, 3, 3));
  const w = g.input("w", float(2, 2, 2, 3), "parameter");
  const bias = g.input("bias", float(2), "parameter");
  const layer = (u: Value, mode: string): Value => {
    const wide = g.pad(u, [0, 0, 1, 1, 0, 0, 0, 1], { mode });
    return g.tanh(g.add(g.conv(wide, w), g.reshape(bias, [1, 2, 1, 1])));
  };
  return { g, x, parameters: [w, bias], prediction: layer(layer(x, "wrap"), "constant") };
}

/** Tokens with learnt positions, one head of attention, embedded and read out by the same matrix. */
function transformer(): SmallNetwork {
  const g = new Builder();
  const x = g.input("x", float(1, 3, 2));
  const [embedding, positions, keys, scale] = [
    g.input("embedding", float(2, 3), "parameter"),
    g.input("positions", float(1, 3, 3), "parameter"),
    g.input("keys", float(3, 3), "parameter"),
    g.input("scale", float(3), "parameter"),
  ] as [Value, Value, Value, Value];
  const tokens = g.add(g.matmul(x, embedding), positions);
  const centred = g.sub(tokens, g.mean(tokens, [2], true));
  const spread = g.sqrt(g.add(g.mean(g.mul(centred, centred), [2], true), 0.1));
  const normal = g.mul(g.div(centred, spread), scale);
  const scores = g.matmul(g.matmul(normal, keys), g.transposeLast(normal));
  const mixed = g.add(tokens, g.matmul(g.softmax(scores, 2), normal));
  const prediction = g.matmul(mixed, g.transposeLast(embedding));
  return { g, x, parameters: [embedding, positions, keys, scale], prediction };
}

/** ONNX's LSTM over four steps, its weights used in each. */
function recurrent(): SmallNetwork {
  const [size, hidden] = [2, 2];
  const weights = { w: [1, 4 * hidden, size], r: [1, 4 * hidden, hidden], b: [1, 8 * hidden] };
  const bytes = smallModel({
    inputs: { x: [4, 1, size] },
    outputs: ["y"],
    initializers: Object.fromEntries(
      Object.entries(weights).map(([name, shape]) => [
        name,
        fromFloat64("float32", shape, Array.from(allocate("float32", sizeOf(shape)), Number)),
      ]),
    ),
    nodes: [
      {
        op: "LSTM",
        inputs: ["x", "w", "r", "b"],
        outputs: ["y"],
        attributes: { hidden_size: hidden },
      },
    ],
  });
  const { graph } = importGraph(parseOnnx(bytes, "lstm.onnx"), {
    parameters: new Map(Object.keys(weights).map((name) => [name, { name, transposed: false }])),
  });
  const [x, ...parameters] = graph.inputs;
  return { g: new Builder(), x: x!, parameters, prediction: graph.outputs[0]!.value };
}

/** Matrices of one size through a dozen operators in random order; what was made before is used again. */
export function randomNetwork(seed: number): SmallNetwork {
  const random = new Random(seed);
  const g = new Builder();
  const x = g.input("x", float(1, 3, 3));
  const parameters = ["a", "b", "c"].map((name) => g.input(name, float(3, 3), "parameter"));
  const made = [x, ...parameters.map((p) => g.matmul(x, p))];
  const any = (): Value => random.pick(made);
  for (let step = 0; step < 12; step++) {
    const u = any();
    made.push(
      random.pick([
        () => g.tanh(u),
        () => g.sin(g.mul(u, any())),
        () => g.softmax(u, random.whole(1, 2)),
        () => g.matmul(g.sigmoid(u), random.pick(parameters)),
        () => g.matmul(u, g.tanh(any())),
        () => g.add(g.transposeLast(u), random.pick(parameters)),
        () => g.sub(u, g.mean(any(), [2], true)),
        () => g.mul(random.pick(parameters), g.slice(u, [{ axis: 1, step: -1 }])),
        () => g.div(u, g.add(g.mul(u, u), 2)),
        () => g.concat([g.slice(u, [{ axis: 2, start: 1 }]), g.sum(any(), [2], true)], 2),
      ])(),
    );
  }
  // Whatever happened on the way, all parameters and the last values count, and nothing is large.
  const prediction = g.tanh(made.slice(-3).reduce((sum, value) => g.add(sum, value)));
  return { g, x, parameters, prediction };
}

export const smallNetworks: Readonly<Record<string, () => SmallNetwork>> = {
  "a kernel shared by two convolutions": sharedConvolution,
  "attention with positions and a tied embedding": transformer,
  "an LSTM over four steps": recurrent,
};
