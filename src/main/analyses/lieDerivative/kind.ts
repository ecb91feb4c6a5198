/** Whether predictions are later states or rates of change, which move differently under shifts and boosts. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import type { Executor } from "../../runtime/executor";
import type { DataContext, Network, StatesContext } from "../context";
import type { Reals } from "../innerProducts";
import { nearStates } from "../nearStates";
import type { SampleNetwork } from "../network";
import { realsOf, slice, tensorOf } from "../orbit";
import { Predictions } from "../predictions";
import type { PredictionKind } from "./sides";

/** Enough to tell one from the other. */
const LOOKED_AT = 16;

/**
 * As stated; on a grid a later state. Of vectors with as many numbers as the state the values tell: a step leads from a
 * state to one nearby, and a rate has nothing to do with where the state is.
 */
export async function kindOf(
  context: StatesContext,
  { prediction, steps }: Pick<LieDerivativeParameters, "prediction" | "steps">,
  network: SampleNetwork,
): Promise<PredictionKind> {
  const { grid, input, target } = context;
  const size = sizeOf(input.shape.slice(1));
  // Of other numbers (forces, an energy) the parts say how they move.
  if (sizeOf(network.prediction.shape) !== size) return "state";
  if (prediction !== "auto") return prediction as PredictionKind;
  if (grid !== null || steps > 1) return "state";
  if (target !== null) return shownBy(target, context, "Predictions");
  const states = slice(input, 0, Math.min(LOOKED_AT, input.shape[0]!));
  const values = await predicted(context.executor, context.model, network, states);
  return shownBy(tensorOf(values, [states.shape[0]!, size]), context, "Predictions");
}

/** Of what a file without successive states pairs its states with. */
export function kindOfStored(
  context: Pick<DataContext, "input" | "target" | "notices">,
  { prediction }: Pick<LieDerivativeParameters, "prediction">,
  outputShape: readonly number[],
): PredictionKind {
  if (sizeOf(outputShape) !== sizeOf(context.input.shape.slice(1))) return "state";
  if (prediction !== "auto") return prediction as PredictionKind;
  return context.target === null ? "state" : shownBy(context.target, context, "Values");
}

/** @param values [n, …] as long as the states, of the first of them */
function shownBy(
  values: Tensor,
  { input, notices }: Pick<DataContext, "input" | "notices">,
  what: "Predictions" | "Values",
): PredictionKind {
  const n = Math.min(LOOKED_AT, input.shape[0]!);
  const size = sizeOf(input.shape.slice(1));
  const { kind: found } = nearStates(realsOf(slice(input, 0, n)), realsOf(values), size);
  notices.push(
    `${what} are taken as ${found === "state" ? "later states: they lie near the states that they are made from" : "rates of change: they do not lie near the states"}. --prediction states it otherwise.`,
  );
  return found;
}

async function predicted(
  executor: Executor,
  model: Network,
  network: SampleNetwork,
  states: Tensor,
): Promise<Reals> {
  const predictions = await Predictions.compile(executor, model, network, states.shape[0]!);
  try {
    return await predictions.of(states, () => undefined);
  } finally {
    await predictions.dispose();
  }
}
