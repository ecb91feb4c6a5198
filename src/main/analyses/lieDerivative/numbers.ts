/** The numbers that a run measures, before they are named as arrays and summed up. */

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
