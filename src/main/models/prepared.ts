/**
 * A network on the data's own states: variables of its own in, a prediction out of them, all in the graph, so that
 * gradients, tangents and group actions go through it. With s(x) = x or log(x + ε), mean and std a channel,
 *
 *     z = (s(x) − mean)/std            what the network is given, padded where that is stated
 *     y = network(z)                   in its own variables, cropped
 *     prediction = s⁻¹(y·std + mean)   or, of one that predicts changes, s⁻¹(y·std + s(x))
 *
 * Losses compare y with what the target is in these variables.
 */
import type { Model } from ".";
import { UserError } from "../../shared/errors";
import { scalesOfOutput, type Normalisation, type Scales } from "../data/normalise";
import { Builder } from "../graph/builder";
import { dataInputs, inputName, type Graph, type Value } from "../graph/ir";
import { rebuild } from "../graph/rebuild";
import { cropped, insideOf, padded, type PaddedAxes } from "./padded";

/** What is stated of a network beside its file. */
export interface Preparation {
  /** null: the network's variables are the data's. */
  readonly normalisation: Normalisation | null;
  readonly predicts: "state" | "change";
  readonly padding: PaddedAxes | null;
  /** Axis of the channels in a batch of states; null where they have none. */
  readonly channelAxis: number | null;
  /** How many of the last channels of an input are no states but conditions. */
  readonly told: number;
  /** Whether losses compare in the network's own variables or in the data's. */
  readonly lossIn: "network" | "data";
}

/** Where losses are taken: in the variables of the network and not of the data. */
export interface OwnVariables {
  /**
   * What the network should have put out, of the shape of a prediction.
   * @param target in the data's variables @param input that the prediction is made from
   */
  target(g: Builder, target: Value, input: Value): Value;
}

/** Name of the output that is in the network's own variables; the first is the prediction. */
export const OWN_OUTPUT = "in own variables";

/** Whether there is anything to build into the graph. */
export function changesNothing({ normalisation, predicts, padding }: Preparation): boolean {
  return normalisation === null && predicts === "state" && padding === null;
}

/**
 * @param model of one data input
 * @throws (its `graph`) UserError "normalise/channels", "predicts/change", "pad/…" where that does not fit the network
 */
export function prepared<M extends Pick<Model, "graph">>(
  model: M,
  preparation: Preparation,
): M & { readonly own?: OwnVariables } {
  if (changesNothing(preparation)) return model;
  const made = new Map<number, Graph>();
  return {
    ...model,
    graph(batch) {
      let graph = made.get(batch);
      if (graph === undefined) {
        graph = built(model.graph(batch), preparation);
        made.set(batch, graph);
      }
      return graph;
    },
    ...(preparation.lossIn === "data"
      ? {}
      : {
          own: {
            target: (g, target, input) =>
              new Variables(g, target, input, preparation).own(target, input),
          },
        }),
  };
}

/** A network of several data inputs is left as it is: whoever runs it says what is wrong. */
function built(graph: Graph, preparation: Preparation): Graph {
  const [data, ...others] = dataInputs(graph);
  if (data === undefined || others.length > 0) return graph;
  const { padding, normalisation, channelAxis } = preparation;
  const g = new Builder();
  const shape = insideOf(padding, data.shape);
  const x = g.input(inputName(data), { dtype: data.dtype, shape });
  const scales = normalisation === null ? null : logScales(normalisation);
  // Named like modules, for analyses that go layer by layer.
  const z = g.at("normalise/variables", () =>
    scales === null ? x : scaled(g, logged(g, x, scales.log, channelAxis), scales, channelAxis),
  );
  const wide = g.at("pad/cells", () => padded(g, z, padding));
  const { inputs, outputs } = rebuild(graph, g, () => undefined, new Map([[data, wide]]));
  const [{ name, value }] = outputs as [Graph["outputs"][number]];
  const y = g.at("crop/cells", () => cropped(g, value, x, padding));
  const prediction = g.at("denormalise/variables", () =>
    new Variables(g, y, x, preparation).prediction(y, x),
  );
  return {
    inputs: [x, ...inputs],
    outputs: [
      { name, value: prediction },
      { name: OWN_OUTPUT, value: y },
    ],
  };
}

type LogScales = Scales & { readonly log: readonly (number | null)[] };

function logScales({ mean, std, log = mean.map(() => null) }: Normalisation): LogScales {
  return { mean, std, log };
}

/** The variables of a network's output, for predictions of one shape. */
class Variables {
  readonly #g: Builder;
  readonly #axis: number | null;
  readonly #told: number;
  readonly #change: boolean;
  /** null: those of the data. */
  readonly #scales: LogScales | null;

  constructor(
    g: Builder,
    output: Value,
    input: Value,
    { normalisation, predicts, channelAxis, told }: Preparation,
  ) {
    this.#g = g;
    // Predictions of fewer axes have their channels where a batch of features has them.
    this.#axis =
      channelAxis === null || output.shape.length === input.shape.length
        ? channelAxis
        : Math.min(1, output.shape.length - 1);
    this.#told = told;
    this.#change = predicts === "change";
    this.#scales = this.#scalesOf(output, input, normalisation);
    if (this.#change) this.#assertStep(output, input);
  }

  own(target: Value, input: Value): Value {
    const s = this.#logged(target);
    const from = this.#change ? this.#g.sub(s, this.#lastState(input, target)) : s;
    return this.#scales === null ? from : scaled(this.#g, from, this.#scales, this.#axis);
  }

  prediction(y: Value, input: Value): Value {
    const g = this.#g;
    const s = this.#scales === null ? y : unscaled(g, y, this.#scales, this.#axis);
    const moved = this.#change ? g.add(s, this.#lastState(input, y)) : s;
    return this.#scales === null ? moved : unlogged(g, moved, this.#scales.log, this.#axis);
  }

  #logged(value: Value): Value {
    return this.#scales === null ? value : logged(this.#g, value, this.#scales.log, this.#axis);
  }

  /** s of the state that the input ends with. */
  #lastState(input: Value, output: Value): Value {
    const axis = this.#axis;
    if (axis === null) return this.#logged(input);
    const end = input.shape[axis]! - this.#told;
    const start = end - output.shape[axis]!;
    const whole = start === 0 && end === input.shape[axis];
    return this.#logged(whole ? input : this.#g.slice(input, [{ axis, start, end }]));
  }

  #scalesOf(output: Value, input: Value, normalisation: Normalisation | null): LogScales | null {
    if (normalisation === null) return null;
    const channels = this.#axis === null ? 1 : output.shape[this.#axis]!;
    const count = this.#axis === null ? 1 : input.shape[this.#axis]!;
    const { mean, source } = normalisation;
    const found = scalesOfOutput(normalisation, channels, this.#change ? "change" : "state", this.#told); // prettier-ignore
    if (mean.length === count && found !== undefined) return found;
    const [what, there] =
      mean.length === count ? ["the predictions", channels] : ["the inputs", count];
    throw new UserError(
      "normalise/channels",
      `The normalisation ${source} is for ${mean.length} channels, but ${what} have ${there}.`,
      {
        where: "normalise",
        todo: "Give a file that states output_mean and output_std as well, one number a channel of the prediction.",
      },
    );
  }

  /** @throws UserError "predicts/change" */
  #assertStep(output: Value, input: Value): void {
    const axis = this.#axis;
    const fits =
      output.shape.length === input.shape.length &&
      output.shape.every((n, i) =>
        i === axis ? n <= input.shape[i]! - this.#told : n === input.shape[i],
      );
    if (fits) return;
    throw new UserError(
      "predicts/change",
      `The network maps [${input.shape.slice(1).join(", ")}] to [${output.shape.slice(1).join(", ")}], which is no change of a state.`,
      { where: "predicts", todo: "Say that it predicts states (--predicts state)." },
    );
  }
}

/** Numbers of the channels, to be combined with a batch of that rank. */
function constantOf(
  g: Builder,
  { dtype, shape }: Value,
  numbers: readonly number[],
  axis: number | null,
): Value {
  const ones = axis === null ? [] : shape.slice(axis + 1).map(() => 1);
  const constant = g.constant({
    dtype: "float32",
    shape: axis === null ? [] : [numbers.length, ...ones],
    data: Float32Array.from(numbers),
  });
  return dtype === "float32" ? constant : g.cast(constant, dtype);
}

/** (s − mean)/std */
function scaled(g: Builder, s: Value, { mean, std }: Scales, axis: number | null): Value {
  const centred = mean.every((each) => each === 0) ? s : g.sub(s, constantOf(g, s, mean, axis));
  return std.every((each) => each === 1) ? centred : g.div(centred, constantOf(g, s, std, axis));
}

/** z·std + mean */
function unscaled(g: Builder, z: Value, { mean, std }: Scales, axis: number | null): Value {
  const wide = std.every((each) => each === 1) ? z : g.mul(z, constantOf(g, z, std, axis));
  return mean.every((each) => each === 0) ? wide : g.add(wide, constantOf(g, z, mean, axis));
}

type Logs = readonly (number | null)[];

function logged(g: Builder, x: Value, log: Logs, axis: number | null): Value {
  return onLogged(g, x, log, axis, (part, epsilon) => g.log(g.add(part, epsilon)));
}

function unlogged(g: Builder, s: Value, log: Logs, axis: number | null): Value {
  return onLogged(g, s, log, axis, (part, epsilon) => g.sub(g.exp(part), epsilon));
}

/** Channels of which a logarithm is taken changed, runs of equal ones at once; the others as they are. */
function onLogged(
  g: Builder,
  value: Value,
  log: Logs,
  axis: number | null,
  change: (part: Value, epsilon: Value) => Value,
): Value {
  const changed = (part: Value, epsilons: Logs): Value =>
    epsilons[0] === null ? part : change(part, constantOf(g, part, epsilons as number[], axis));
  if (axis === null) return changed(value, log);
  const parts: Value[] = [];
  for (let start = 0; start < log.length;) {
    let end = start + 1;
    while (end < log.length && (log[end] === null) === (log[start] === null)) end++;
    const whole = start === 0 && end === log.length;
    const part = whole ? value : g.slice(value, [{ axis, start, end }]);
    parts.push(changed(part, log.slice(start, end)));
    start = end;
  }
  return parts.length === 1 ? parts[0]! : g.concat(parts, axis);
}
