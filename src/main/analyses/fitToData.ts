/** What analyses of data alone look at: a map fitted to what the data pair their states with, at the chosen samples. */
import type { Tensor } from "../../shared/tensor";
import { fittedDynamics, type FitChoices } from "../data/fit/dynamics";
import { clustersOf } from "./aggregate";
import type { DataContext } from "./context";

export interface FitParameters {
  /** Of `FitChoices`, as the analyses' parameters have it. */
  readonly prediction: string;
  readonly degree: number;
  /** Between successive states; 0 for what the data state, else 1. */
  readonly dt: number;
}

/**
 * Samples of one trajectory stay together where parts are held out.
 * @throws UserError "data/few-pairs"
 */
export function fitToData(
  { input, later, samples, dt: stated }: DataContext,
  target: Tensor,
  { prediction, degree, dt }: FitParameters,
  step: () => void,
): ReturnType<typeof fittedDynamics> {
  return fittedDynamics(
    {
      input,
      target,
      ...(later === undefined ? {} : { later }),
      clusters: (positions) => clustersOf(positions.map((position) => samples[position]!)),
    },
    {
      prediction: prediction as FitChoices["prediction"],
      degree,
      dt: dt > 0 ? dt : (stated ?? 1),
    },
    step,
  );
}
