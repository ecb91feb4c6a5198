/** Small networks and batches for the tests of analyses. */
import type { FieldSpec } from "../../shared/fields/spec";
import { parseFieldSpec, unitGrid } from "../../shared/fields/spec";
import { groupByName } from "../../shared/groups/catalogue";
import { normals, randomFrom } from "../../shared/random";
import { sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import type { Value } from "../graph/ir";
import type { Normalisation } from "../data/normalise";
import { prepared, type Preparation } from "../models/prepared";
import { createReferenceExecutor } from "../runtime/reference";
import type { Executor } from "../runtime/executor";
import type { AnalysisContext, Network, SampleRef } from "./context";

export function randomTensor(shape: readonly number[], seed: number, scale = 1): Tensor {
  const data = normals(randomFrom(seed), sizeOf(shape)).map((value) => scale * value);
  return { dtype: "float64", shape, data };
}

/** A network from how a batch of states becomes a prediction. */
export function networkOf(
  shape: readonly number[],
  parameters: Readonly<Record<string, Tensor>>,
  build: (g: Builder, x: Value, p: Record<string, Value>) => Value,
): Network {
  return {
    parameters: new Map(Object.entries(parameters)),
    graph(batch) {
      const g = new Builder();
      const x = g.input("x", { dtype: "float32", shape: [batch, ...shape] });
      const values = Object.fromEntries(
        Object.entries(parameters).map(([name, tensor]) => [
          name,
          g.input(name, { dtype: "float32", shape: tensor.shape }, "parameter"),
        ]),
      );
      const y = build(g, x, values);
      return { inputs: [x, ...Object.values(values)], outputs: [{ name: "y", value: y }] };
    },
  };
}

/** The network on the data's states that works in such variables. */
export function inVariables(
  model: Network,
  scales: Pick<Normalisation, "mean" | "std" | "log">,
  more: Partial<Preparation> = {},
): Network {
  return prepared(model, {
    normalisation: { ...scales, source: "test" },
    ...{ predicts: "state", padding: null, channelAxis: 1, told: 0, lossIn: "network" },
    ...more,
  });
}

/** Two circular 3 × 3 convolutions with tanh between: equivariant under every whole shift, for all parameters. */
export function circularCnn(channels: number, size: number, seed = 1, hidden = 3): Network {
  const conv = (g: Builder, x: Value, w: Value): Value =>
    g.conv(g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }), w);
  return networkOf(
    [channels, size, size],
    {
      w1: randomTensor([hidden, channels, 3, 3], seed, 0.4),
      b1: randomTensor([hidden, 1, 1], seed + 1, 0.3),
      w2: randomTensor([channels, hidden, 3, 3], seed + 2, 0.4),
    },
    (g, x, p) => {
      const inner = g.add(conv(g, x, p.w1!), p.b1!);
      return conv(g, g.node("Tanh", [inner])[0]!, p.w2!);
    },
  );
}

export interface ContextOptions {
  readonly model: Network;
  readonly input: Tensor;
  readonly target: Tensor;
  readonly group?: string;
  readonly fields?: string | null;
  readonly executor?: Executor;
  readonly samples?: readonly SampleRef[];
  readonly memoryBytes?: number;
}

export function contextOf(options: ContextOptions): AnalysisContext {
  const group = groupByName(options.group ?? "d4");
  const fields: FieldSpec | null =
    options.fields === undefined || options.fields === null ? null : parseFieldSpec(options.fields);
  return {
    model: options.model,
    input: options.input,
    target: options.target,
    samples:
      options.samples ??
      Array.from({ length: options.input.shape[0]! }, (_, index) => ({
        index,
        trajectory: null,
        time: null,
      })),
    fields,
    outputFields: fields,
    grid: options.input.shape.length > 2 ? unitGrid(options.input.shape.slice(2)) : null,
    dt: null,
    group,
    elements: group.elements,
    executor: options.executor ?? createReferenceExecutor(),
    reference: () => Promise.resolve(createReferenceExecutor()),
    memoryBytes: options.memoryBytes ?? 2 ** 30,
    notices: [],
  };
}

export const never = new AbortController().signal;
