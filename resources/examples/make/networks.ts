/** The example's two networks, as graphs: a small convolutional one, and the same averaged over D4. */
import { normals, randomFrom } from "../../../src/shared/random";
import { sizeOf, type Tensor } from "../../../src/shared/tensor";
import { Builder } from "../../../src/main/graph/builder";
import type { Graph, Value } from "../../../src/main/graph/ir";

const WIDTH = 12;
const KERNEL = 3;

const shapes = {
  "conv1.weight": [WIDTH, 2, KERNEL, KERNEL],
  "conv1.bias": [WIDTH],
  "conv2.weight": [WIDTH, WIDTH, KERNEL, KERNEL],
  "conv2.bias": [WIDTH],
  "conv3.weight": [2, WIDTH, KERNEL, KERNEL],
  "conv3.bias": [2],
} as const;

/** He initialisation of the weights, zero biases; the last layer small, so that the step starts at the identity. */
export function initialParameters(seed: number): Map<string, Tensor> {
  const random = randomFrom(seed);
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const size = sizeOf(shape);
      const scale = name.endsWith("bias")
        ? 0
        : Math.sqrt(2 / (shape[1]! * KERNEL * KERNEL)) * (name.startsWith("conv3") ? 0.1 : 1);
      const data = Float32Array.from(normals(random, size), (x) => scale * x);
      return [name, { dtype: "float32", shape, data }] as const;
    }),
  );
}

/** x + conv(tanh(conv(tanh(conv(x))))), circular padding; x is [batch, 2, size, size]. */
export function plainNetwork(size: number): (batch: number) => Graph {
  return (batch) =>
    network(batch, size, (g, x, parameters) => g.add(x, correction(g, x, parameters)));
}

/**
 * The mean of g⁻¹ f(g x) over D4, an equivariant function whatever the weights. A quarter turn and its component
 * mixing are the convention of the program: out[y, x] = in[x, W−1−y] and (vx, vy) → (vy, −vx).
 */
export function averagedNetwork(size: number): (batch: number) => Graph {
  return (batch) =>
    network(batch, size, (g, x, parameters) => {
      let sum: Value | undefined;
      for (const mirrored of [false, true]) {
        for (let turns = 0; turns < 4; turns++) {
          let u = x;
          for (let k = 0; k < turns; k++) u = turn(g, u);
          if (mirrored) u = mirror(g, u);
          let y = correction(g, u, parameters);
          if (mirrored) y = mirror(g, y);
          for (let k = turns; k < 4 && turns > 0; k++) y = turn(g, y);
          sum = sum === undefined ? y : g.add(sum, y);
        }
      }
      return g.add(x, g.mul(sum!, 1 / 8));
    });
}

function network(
  batch: number,
  size: number,
  body: (g: Builder, x: Value, parameters: ReadonlyMap<string, Value>) => Value,
): Graph {
  const g = new Builder();
  const x = g.input("input", { dtype: "float32", shape: [batch, 2, size, size] });
  const parameters = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      g.input(name, { dtype: "float32", shape }, "parameter"),
    ]),
  );
  return {
    inputs: [x, ...parameters.values()],
    outputs: [{ name: "output", value: body(g, x, parameters) }],
  };
}

function correction(g: Builder, x: Value, parameters: ReadonlyMap<string, Value>): Value {
  const layer = (u: Value, name: string): Value => {
    const padded = g.pad(u, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" });
    const bias = parameters.get(`${name}.bias`)!;
    return g.add(
      g.conv(padded, parameters.get(`${name}.weight`)!),
      g.reshape(bias, [1, bias.shape[0]!, 1, 1]),
    );
  };
  const tanh = (u: Value): Value => g.node("Tanh", [u])[0]!;
  return layer(tanh(layer(tanh(layer(x, "conv1")), "conv2")), "conv3");
}

function components(g: Builder, u: Value): [Value, Value] {
  return [0, 1].map((c) => g.slice(u, [{ axis: 1, start: c, end: c + 1 }])) as [Value, Value];
}

function turn(g: Builder, u: Value): Value {
  const moved = g.flip(g.transpose(u, [0, 1, 3, 2]), [2]);
  const [vx, vy] = components(g, moved);
  return g.concat([vy, g.neg(vx)], 1);
}

function mirror(g: Builder, u: Value): Value {
  const [vx, vy] = components(g, g.flip(u, [3]));
  return g.concat([g.neg(vx), vy], 1);
}
