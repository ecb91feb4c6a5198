/**
 * A network trained on components stored as (vy, −vx), read so, is the network on straight components seen through a
 * signed permutation of channels: every analysis must give its very numbers.
 */
import { describe, expect, test } from "vitest";
import { coherence as coherenceDefinition } from "../../shared/analyses/coherence";
import { conservation as conservationDefinition } from "../../shared/analyses/conservation";
import { discover as discoverDefinition } from "../../shared/analyses/discover";
import { equivariance as equivarianceDefinition } from "../../shared/analyses/equivariance";
import { lieDerivative as lieDefinition } from "../../shared/analyses/lieDerivative";
import { defaultsOf, type ParameterSchema } from "../../shared/parameters";
import { toFloat64, type Tensor } from "../../shared/tensor";
import type { Builder } from "../graph/builder";
import type { Value } from "../graph/ir";
import type { AnalysisResult, Computation } from "./context";
import { coherence } from "./coherence";
import { conservation } from "./conservation";
import { discover } from "./discover";
import { equivariance } from "./equivariance";
import { lieDerivative } from "./lieDerivative";
import { contextOf, networkOf, never, randomTensor } from "./testing";

const [batch, channels, size] = [3, 4, 6];
const straight = "density:rho,vector:v,scalar:p";

/** Stored channel c is `sign[c]` times straight channel `from[c]`. */
interface Storage {
  readonly fields: string;
  readonly from: readonly number[];
  readonly sign: readonly number[];
}
const storages: readonly Storage[] = [
  { fields: "density:rho,vector:v(y,-x),scalar:p", from: [0, 2, 1, 3], sign: [1, 1, -1, 1] },
  { fields: "density:rho,vector:v(-x,y),scalar:p", from: [0, 1, 2, 3], sign: [1, -1, 1, 1] },
  { fields: "density:rho,vector:v(y,x),scalar:p", from: [0, 2, 1, 3], sign: [1, 1, 1, 1] },
];

function stored(states: Tensor, { from, sign }: Storage): Tensor {
  const values = toFloat64(states);
  const plane = size * size;
  const data = values.map((_, i) => {
    const [b, c, k] = [Math.floor(i / (channels * plane)), Math.floor(i / plane) % channels, i % plane]; // prettier-ignore
    return sign[c]! * values[(b * channels + from[c]!) * plane + k]!;
  });
  return { dtype: "float64", shape: states.shape, data };
}

/** P x, or P⁻¹ x, along the channel axis. */
function permuted(g: Builder, x: Value, { from, sign }: Storage, back: boolean): Value {
  const order = back ? from.map((_, c) => from.indexOf(c)) : from;
  const signs = back ? order.map((c) => sign[c]!) : sign;
  const factor = g.constant({
    dtype: "float32",
    shape: [channels, 1, 1],
    data: Float32Array.from(signs),
  });
  return g.mul(g.gather(x, g.indices(order), 1), factor);
}

/** A network without any symmetry but shifts, on components stored so. */
function network(storage: Storage) {
  const conv = (g: Builder, x: Value, w: Value): Value =>
    g.conv(g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }), w);
  const parameters = {
    w1: randomTensor([5, channels, 3, 3], 3, 0.4),
    w2: randomTensor([channels, 5, 3, 3], 4, 0.4),
  };
  return networkOf([channels, size, size], parameters, (g, x, p) => {
    const inner = conv(g, permuted(g, x, storage, true), p.w1!);
    return permuted(g, conv(g, g.node("Tanh", [inner])[0]!, p.w2!), storage, false);
  });
}

// Densities are positive, so that velocity is momentum over density everywhere.
const input = randomTensor([batch, channels, size, size], 1, 0.2);
for (let i = 0; i < input.data.length; i++) {
  if (Math.floor(i / size ** 2) % channels === 0) input.data[i] = 1 + 0.1 * Math.abs(Number(input.data[i])); // prettier-ignore
}
const target = randomTensor([batch, channels, size, size], 2, 0.2);
const plain: Storage = { fields: straight, from: [0, 1, 2, 3], sign: [1, 1, 1, 1] };

function run(
  analysis: { compute: unknown },
  definition: { parameters: ParameterSchema },
  storage: Storage,
  parameters: Readonly<Record<string, string | number | boolean>>,
): Promise<AnalysisResult> {
  const context = contextOf({
    model: network(storage),
    input: stored(input, storage),
    target: stored(target, storage),
    fields: storage.fields,
  });
  const all = { ...defaultsOf(definition.parameters), ...parameters };
  const compute = analysis.compute as Computation["compute"];
  return compute({ ...context, dt: 0.1 }, all, () => undefined, never);
}

describe.each([
  [
    "coherence",
    coherence,
    coherenceDefinition,
    { group: "d4" },
    ["influence", "gram", "cosine", "relative_loss", "equivariance_error"],
  ],
  [
    "equivariance",
    equivariance,
    equivarianceDefinition,
    { group: "d4", mixings: true },
    ["equivariance_error", "mixing_error"],
  ],
  [
    "lie-derivative",
    lieDerivative,
    lieDefinition,
    { generators: "tx,rot,scale,gx,gy" },
    ["lie_error"],
  ],
  [
    "conservation",
    conservation,
    conservationDefinition,
    {
      quantities: "momentum,mass",
      own: "a: rho*(vx^2+2*vy^2)*vx; w: (dx(vy)-dy(vx))^2*vy; u: rho*vx*vy",
      steps: 2,
    },
    ["value", "drift"],
  ],
  [
    "discover",
    discover,
    discoverDefinition,
    { candidates: "fields", generators: "tx,ty,rot,gx" },
    ["singular_values"],
  ],
] as const)("%s", (_, analysis, definition, parameters, names) => {
  // prettier-ignore
  test.each(storages.map((storage) => [storage.fields, storage] as const))(
    "on a network for %s gives the numbers of the straight pair",
    async (_fields, storage) => {
      const expected = await run(analysis, definition, plain, parameters);
      const found = await run(analysis, definition, storage, parameters);
      for (const name of names) {
        const [a, b] = [expected, found].map((one) => toFloat64(one.arrays[name]!.tensor));
        expect(a!.length).toBeGreaterThan(0);
        a!.forEach((value, i) => {
          if (Number.isNaN(value)) expect(b![i]).toBeNaN();
          else expect(b![i], `${name} ${i}`).toBeCloseTo(value, 9);
        });
      }
      const wrong = await run(analysis, definition, { ...storage, fields: straight }, parameters); // prettier-ignore
      const different = names.some((name) => {
        const [a, b] = [expected, wrong].map((one) => toFloat64(one.arrays[name]!.tensor));
        return a!.some((value, i) => Math.abs(value - b![i]!) > 1e-3);
      });
      expect(different, "read as straight the numbers are others").toBe(true);
    },
  );
});
