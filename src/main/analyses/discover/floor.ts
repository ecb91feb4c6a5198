/** Below which relative defect everything is rounding, or the error of a fit. */
import type { Executor } from "../../runtime/executor";
import type { FitFacts } from "../../data/fit/dynamics";

const FLOAT64 = 1e-7;
const FLOAT32 = 1e-5;
/** Slopes of a fit are worse than its values. */
const SLOPES = 10;
/** A poor fit is not made poorer: its own error then is the floor. */
const POOR = 0.02;

/** @param executor null where a fit stands for the network */
export function floorOf(executor: Executor | null, fit: FitFacts | null): number {
  const arithmetic = executor === null || executor.id === "reference" ? FLOAT64 : FLOAT32;
  const error = fit?.residual ?? 0;
  return Math.max(arithmetic, error, Math.min(SLOPES * error, POOR));
}
