/** The network as analyses differentiate it: one sample, its parameters as inputs, one prediction. */
import { UserError } from "../../shared/errors";
import { showType, sizeOf, type Tensor } from "../../shared/tensor";
import type { Builder } from "../graph/builder";
import { dataInputs, inputName, topologicalOrder, type Graph, type Value } from "../graph/ir";
import { multiplyAdds as multiplyAddsOf } from "../graph/work";
import { OWN_OUTPUT } from "../models/prepared";
import { lossPerSample, type LossId } from "../training/losses";
import type { Network } from "./context";

export interface SampleNetwork {
  readonly graph: Graph;
  /** [1, …] */
  readonly input: Value;
  /** [1, …], in the data's variables. */
  readonly prediction: Value;
  /** [1, …], what losses compare: in the network's own variables where it has such, else the prediction. */
  readonly compared: Value;
  /** What a target is in those variables. */
  readonly comparedTarget: (g: Builder, target: Value) => Value;
  /** Those that are trained, in the model's order. */
  readonly parameters: readonly Value[];
}

/**
 * The network of a single sample. Several samples are several copies of it by vmap, so that nothing in the network can
 * mix them.
 * @throws UserError "model/inputs" where it has not exactly one data input
 */
export function sampleNetwork(model: Network): SampleNetwork {
  const graph = model.graph(1);
  const data = dataInputs(graph);
  const [input] = data;
  if (input === undefined || data.length > 1) {
    throw new UserError(
      "model/inputs",
      `The model takes ${data.length} inputs (${data.map(inputName).join(", ")}); an analysis feeds one.`,
      { todo: "Export it with a single input that holds the state." },
    );
  }
  const byName = new Map(graph.inputs.map((value) => [inputName(value), value]));
  const prediction = graph.outputs[0]!.value;
  const { own } = model;
  const compared = graph.outputs.find(({ name }) => own !== undefined && name === OWN_OUTPUT);
  return {
    graph,
    input,
    prediction,
    compared: compared?.value ?? prediction,
    comparedTarget: (g, target) => own?.target(g, target, input) ?? target,
    parameters: [...model.parameters.keys()].map((name) => byName.get(name)!),
  };
}

/** Loss of the network's one sample, rank 0. @param target in the data's variables */
export function lossOf(g: Builder, network: SampleNetwork, loss: LossId, target: Value): Value {
  return lossAt(g, network, loss, network.compared, target);
}

/** The same of another output than the network's. */
export function lossAt(
  g: Builder,
  { comparedTarget }: SampleNetwork,
  loss: LossId,
  compared: Value,
  target: Value,
): Value {
  return g.sum(lossPerSample(g, loss, compared, comparedTarget(g, target)));
}

/**
 * Numbers that one evaluation of one sample makes: what a run with several at once needs in memory grows with it.
 */
export function activationSize(network: SampleNetwork): number {
  return topologicalOrder([network.prediction]).reduce(
    (sum, node) => sum + node.outputs.reduce((size, output) => size + sizeOf(output.shape), 0),
    0,
  );
}

/** Multiply–adds of one forward pass of one sample. */
export function multiplyAdds(network: SampleNetwork): number {
  return multiplyAddsOf([network.prediction]);
}

/**
 * Checks that samples fit the network.
 * @throws UserError "data/shape" naming both shapes, "data/not-finite" naming the sample
 */
export function checkSamples(
  network: SampleNetwork,
  input: Tensor,
  target: Tensor | null,
  nameOf: (sample: number) => string,
): void {
  checkShape("input", input, network.input);
  checkFinite("input", input, nameOf);
  if (target !== null) {
    checkShape("target", target, network.prediction);
    checkFinite("target", target, nameOf);
  }
}

function checkShape(what: string, samples: Tensor, value: Value): void {
  const [, ...sample] = samples.shape;
  const [, ...wanted] = value.shape;
  if (sample.join() !== wanted.join()) {
    throw new UserError(
      "data/shape",
      `The data's ${what} is ${showType(samples)}, but the model ${what === "input" ? "takes" : "predicts"} [batch, ${wanted.join(", ")}].`,
      {
        where: what,
        todo: "Check the order of its axes (--axes on the command line) and which array it is.",
      },
    );
  }
}

function checkFinite(what: string, samples: Tensor, nameOf: (sample: number) => string): void {
  const size = sizeOf(samples.shape.slice(1));
  const at = (samples.data as Float32Array).findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const sample = Math.floor(at / size);
    throw new UserError(
      "data/not-finite",
      `The ${what} of ${nameOf(sample)} holds ${String(samples.data[at])} at position ${at % size}.`,
      {
        where: nameOf(sample),
        todo: "Choose trajectories or times without it (--trajectories, --times on the command line).",
      },
    );
  }
}
