/** The numbers that a run measures, before they are named as arrays and summed up. */
import type { CheckpointErrors } from "./checkpoints";
import type { Exchanges } from "./exchanges";
import type { DataDerivative } from "./fitted";
import type { Rounding } from "./rounding";

/** What is measured of each generator k and sample i, row-major. */
export interface LieNumbers {
  /** [K, N, steps] */
  readonly error: Float64Array;
  /** ‖L‖/(‖Df[X x]‖ + ‖X f‖), [K, N, steps] */
  readonly relative: Float64Array;
  /** After the first step, over the channel's own norm, [K, N, C] */
  readonly channel: Float64Array;
  /** ‖L‖²/D after the first step, [K, N] */
  readonly square: Float64Array;
  /** [K, N] */
  readonly gridError: Float64Array;
  /** [K, N] */
  readonly roundTrip: Float64Array;
  /** ‖f(x)‖, [N] */
  readonly outputNorm: Float64Array;
}

/** What stands beside a network's Lie derivative; null where it was not asked for, or there is none. */
export interface Beside {
  readonly rounding: Rounding;
  readonly exchanges: Exchanges | null;
  /** ‖f(exp(sX)x) − exp(sX)f(x)‖/‖f(x)‖, [K, N] */
  readonly finite: Float64Array | null;
  readonly checkpoints: CheckpointErrors | null;
  readonly data: DataBeside | null;
}

/** The data's own, made comparable. */
export interface DataBeside {
  /** In the network's measure, [K, N] */
  readonly error: Float64Array;
  readonly fit: DataDerivative["fit"];
}

/**
 * The data's errors in the network's own measure. A network that makes steps is compared with the step of the data's
 * rate, x + Δt G, whose Lie derivative is Δt L G to first order in Δt.
 * @param outputNorm of the network's predictions, [N]
 */
export function comparable(
  { sides, numbers, fit }: DataDerivative,
  kind: "state" | "rate",
  outputNorm: Float64Array,
  dt: number,
): DataBeside {
  const n = outputNorm.length;
  const error =
    kind === "rate" || sides.kind === "state"
      ? numbers.error
      : numbers.error.map(
          (one, at) => (one * dt * numbers.outputNorm[at % n]!) / outputNorm[at % n]!,
        );
  return { error, fit };
}
