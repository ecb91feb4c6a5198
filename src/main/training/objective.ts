/**
 * What is made small: the loss of a batch, over one step of the network or a rollout of several, and its gradient with
 * respect to every parameter.
 */
import type { Builder } from "../graph/builder";
import { grad } from "../graph/grad";
import { dataInputs, inputName, type Graph, type Value } from "../graph/ir";
import { OWN_OUTPUT, type OwnVariables } from "../models/prepared";
import { UserError } from "../../shared/errors";
import { lossPerSample, type LossId } from "./losses";
import { replayed } from "./replayed";

export interface ObjectiveOptions {
  readonly loss: LossId;
  /** Steps that the network is applied to its own prediction. */
  readonly rollout: number;
  /**
   * `all`: mean of the losses of all steps, through the whole rollout. `last`: the last step's loss alone, and the state
   * that it starts from is given (push-forward; Brandstetter et al. 2022, arXiv:2202.03376).
   */
  readonly through: "all" | "last";
  /** Where the loss is taken; absent: in the data's variables. */
  readonly own?: OwnVariables;
}

/** The network's output as losses compare it: in its own variables where it has such. */
export function comparedOf({ outputs }: Graph, own: OwnVariables | undefined): Value {
  const found = own === undefined ? undefined : outputs.find(({ name }) => name === OWN_OUTPUT);
  return (found ?? outputs[0]!).value;
}

/** Name of the target of a step of the rollout, from 0. */
export const targetName = (step: number): string => `$target.${step}`;

export interface Objective {
  /** Data input of the network, then targets that the loss reads. */
  readonly inputs: readonly Value[];
  readonly parameters: readonly Value[];
  /** Rank 0, mean over the batch. */
  readonly loss: Value;
  /** One a parameter. */
  readonly gradients: readonly Value[];
}

/** A step of a rollout: the state that it goes out from, what losses compare, and where it leads. */
interface Reached {
  readonly from: Value;
  readonly output: Value;
  readonly state: Value;
}

/** Parameters of a network's graph. */
export function parametersOf({ inputs }: Graph): Value[] {
  return inputs.filter(({ source }) => source.kind === "input" && source.role === "parameter");
}

/**
 * @param network at the batch's size, one data input
 * @throws UserError "training/not-a-step" where a rollout is asked of a network whose output is no next input
 */
export function objective(g: Builder, network: Graph, options: ObjectiveOptions): Objective {
  const parameters = parametersOf(network);
  const [input] = dataInputs(network) as [Value];
  const first = network.outputs[0]!.value;
  const { rollout } = options;
  if (rollout > 1 && first.shape.join() !== input.shape.join()) {
    throw new UserError(
      "training/not-a-step",
      `The network maps [${input.shape.slice(1).join(", ")}] to [${first.shape.slice(1).join(", ")}], so it cannot be applied to its own prediction.`,
      { where: "rollout", todo: "Train single steps: rollout 1." },
    );
  }
  const targets = Array.from({ length: rollout }, (_, step) => g.input(targetName(step), first));
  const compared = comparedOf(network, options.own);
  const lossAt = ({ from, output }: Reached, step: number): Value => {
    const target = targets[step]!;
    const wanted = options.own?.target(g, target, from) ?? target;
    return g.mean(lossPerSample(g, options.loss, output, wanted));
  };
  const step = (from: Value): Reached => {
    const [state, output] = replayed(g, [first, compared], new Map([[input, from]]));
    return { from, output: output!, state: state! };
  };
  const begun: Reached = { from: input, output: compared, state: first };

  if (options.through === "all" || rollout === 1) {
    let reached = begun;
    let sum = lossAt(reached, 0);
    for (let k = 1; k < rollout; k++) {
      reached = step(reached.state);
      sum = g.add(sum, lossAt(reached, k));
    }
    const loss = rollout === 1 ? sum : g.div(sum, rollout);
    return { inputs: [input, ...targets], parameters, loss, gradients: grad(g, loss, parameters) };
  }
  let given = first;
  for (let k = 1; k < rollout - 1; k++) given = step(given).state;
  // The last step reads parameters of its own, so that the gradient with respect to these ends there.
  const last = parameters.map((parameter) => g.input(`$last(${inputName(parameter)})`, parameter));
  const replaced = new Map<Value, Value>([
    [input, given],
    ...parameters.map((parameter, i): [Value, Value] => [parameter, last[i]!]),
  ]);
  const [state, output] = replayed(g, [first, compared], replaced);
  const loss = lossAt({ from: given, output: output!, state: state! }, rollout - 1);
  const again = new Map(last.map((each, i) => [each, parameters[i]!]));
  const [value, ...gradients] = replayed(g, [loss, ...grad(g, loss, last)], again);
  return { inputs: [input, targets.at(-1)!], parameters, loss: value!, gradients };
}
