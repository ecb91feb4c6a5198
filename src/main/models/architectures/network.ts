/** An architecture with its settings and states: checked, counted, and built as a graph at any batch. */
import type { ArchitectureDefinition } from "../../../shared/architectures/definition";
import type { NetworkRequest } from "../../../shared/architectures/network";
import { UserError } from "../../../shared/errors";
import { didYouMean } from "../../../shared/nearest";
import {
  parseParameters,
  type ParameterValues,
  type ParameterSchema,
} from "../../../shared/parameters";
import { sizeOf, type DType, type Tensor } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import type { Graph, Value } from "../../graph/ir";
import { simplify } from "../../graph/simplify";
import { multiplyAdds } from "../../graph/work";
import { unfit, type Architecture } from "./architecture";
import { cnn } from "./cnn";
import { d4cnn } from "./d4cnn";
import { fno } from "./fno";
import { messagePassing } from "./messagePassing";
import { mlp } from "./mlp";
import { channelsIn, outputShape, type NetworkStates } from "./states";
import { unet } from "./unet";
import { vit } from "./vit";
import { Weights } from "./weights";

const all = [mlp, cnn, unet, vit, fno, d4cnn, messagePassing] as unknown as readonly Architecture[];

export interface NetworkPlan {
  readonly definition: ArchitectureDefinition;
  readonly preset: string;
  readonly settings: ParameterValues<ParameterSchema>;
  readonly states: NetworkStates;
  /** Trained tensors in the order of the graph's inputs. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly parameterCount: number;
  /** Of one forward pass of one sample. */
  readonly multiplyAdds: number;
  /** Where settings are taken otherwise than they read, each a sentence. */
  readonly notices: readonly string[];
  /** First values of the parameters. */
  draw(seed: number): Map<string, Tensor>;
  /** Data input `x`, then the parameters, then the statistics (see `statisticNames`), all as inputs; output `y`. */
  graph(batch: number, dtype?: DType): Graph;
}

/**
 * Inputs, one number a channel, of what a network is given and gives in the data's variables: it computes with
 * (x − input_mean)/input_std, and its prediction is read as output_mean + output_std·(…), added to x where it predicts
 * the change.
 */
export const statisticNames = ["input_mean", "input_std", "output_mean", "output_std"] as const;
export type StatisticName = (typeof statisticNames)[number];

/** @throws UserError "architecture/…", "params/…" */
export function networkPlan(request: NetworkRequest, states: NetworkStates): NetworkPlan {
  const { definition, build, remarks } = architectureNamed(request.id);
  assertLayout(definition, states);
  const preset = request.preset ?? Object.keys(definition.presets)[0]!;
  const settings = parseParameters(definition.parameters, {
    ...presetNamed(definition, preset),
    ...request.parameters,
  });
  assertChange(settings, states);
  const made = (batch: number, dtype: DType): { weights: Weights; graph: Graph } => {
    const weights = new Weights(new Builder(), dtype);
    return { weights, graph: wrapped(weights, batch, { build, settings, states }) };
  };
  const one = made(1, "float32");
  const parameters = one.weights.inputs.map(({ source, shape }) => ({
    name: source.kind === "input" ? source.name : "",
    shape,
  }));
  const parameterCount = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  assertWritable(definition, parameterCount);
  return {
    definition,
    preset,
    settings,
    states,
    parameters,
    parameterCount,
    multiplyAdds: multiplyAdds(one.graph.outputs.map(({ value }) => value)),
    notices: remarks?.(settings, states) ?? [],
    draw: (seed) => one.weights.draw(seed),
    graph: (batch, dtype = "float32") => made(batch, dtype).graph,
  };
}

/** The network between normalised variables, in the data's. */
function wrapped(
  w: Weights,
  batch: number,
  {
    build,
    settings,
    states,
  }: Pick<Architecture, "build"> & Pick<NetworkPlan, "settings" | "states">,
): Graph {
  const { g, dtype } = w;
  const x = g.input("x", { dtype, shape: [batch, ...states.shape] });
  const rank = x.shape.length;
  const channels = { input: channelsIn(states), output: states.outputChannels };
  const last = states.layout === "particles";
  const statistic = (name: StatisticName): Value => {
    const count = name.startsWith("input") ? channels.input : channels.output;
    return g.input(name, { dtype, shape: [count] }, "parameter");
  };
  const spread = (values: Value): Value => {
    const shape = new Array<number>(rank).fill(1);
    shape[last ? rank - 1 : 1] = values.shape[0]!;
    return g.reshape(values, shape);
  };
  const statistics = statisticNames.map(statistic) as [Value, Value, Value, Value];
  const [inputMean, inputStd, outputMean, outputStd] = statistics.map(spread) as [Value, Value, Value, Value]; // prettier-ignore
  const made = build(w, g.div(g.sub(x, inputMean), inputStd), settings, states);
  const own = g.add(g.mul(made, outputStd), outputMean);
  const y = settings["prediction"] === "change" ? g.add(x, own) : own;
  return simplify({ inputs: [x, ...w.inputs, ...statistics], outputs: [{ name: "y", value: y }] });
}

function architectureNamed(id: string): Architecture {
  const found = all.find(({ definition }) => definition.id === id);
  if (found !== undefined) return found;
  const ids = all.map(({ definition }) => definition.id);
  throw new UserError("architecture/unknown", `There is no architecture “${id}”.`, {
    where: "architecture",
    todo: didYouMean(id, ids) ?? `There are ${ids.join(", ")}.`,
  });
}

function presetNamed({ id, presets }: ArchitectureDefinition, name: string): object {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset !== undefined) return preset.values;
  throw new UserError("architecture/preset", `${id} has no preset “${name}”.`, {
    where: "preset",
    todo: `There are ${Object.keys(presets).join(", ")}.`,
  });
}

const inWords: Readonly<Record<NetworkStates["layout"], string>> = {
  grid: "fields on a grid",
  particles: "particles",
  numbers: "lists of numbers",
};

function assertLayout({ title, layouts }: ArchitectureDefinition, { layout }: NetworkStates): void {
  if (layouts.includes(layout)) return;
  throw new UserError(
    "architecture/states",
    `${title}: takes ${layouts.map((each) => inWords[each]).join(" or ")}, and these states are ${inWords[layout]}.`,
    {
      where: "architecture",
      todo:
        layout === "grid"
          ? "If they are particles, say so with their axes b,p,c or n,t,p,c (--axes on the command line)."
          : `For ${inWords[layout]} there are ${fitting(layout).join(" and ")}.`,
    },
  );
}

/** Architectures that take such states. */
function fitting(layout: NetworkStates["layout"]): string[] {
  return all.flatMap(({ definition: { id, layouts } }) => (layouts.includes(layout) ? [id] : []));
}

function assertChange(settings: ParameterValues<ParameterSchema>, states: NetworkStates): void {
  if (settings["prediction"] !== "change" || states.shape.join() === outputShape(states).join())
    return;
  throw unfit(
    "prediction",
    `States have ${channelsIn(states)} channels and targets ${states.outputChannels}, so the target is no change of the state.`,
    "Predict the target itself (--prediction state).",
  );
}

/** An .onnx file that holds its weights is a message of less than two gigabytes. */
const MOST_PARAMETERS = 4e8;

function assertWritable({ id }: ArchitectureDefinition, parameters: number): void {
  if (parameters <= MOST_PARAMETERS) return;
  throw unfit(
    "width",
    `This ${id} has ${(parameters / 1e9).toPrecision(2)} billion parameters, more than an .onnx file can hold.`,
    "Take a smaller width or depth.",
  );
}
