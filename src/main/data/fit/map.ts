/** A map near its samples, whatever it was found from: points, values and slopes there, in the data's units. */

export interface Linearised {
  readonly samples: number;
  /** d, numbers of a state. */
  readonly inputs: number;
  /** D, numbers of a value. */
  readonly outputs: number;
  /** [samples, d] */
  readonly points: Float64Array;
  /** [samples, D] */
  readonly values: Float64Array;
  /** ∂F_o/∂x_i, [samples, D, d] */
  readonly jacobians: Float64Array;
}

/** Positions of samples that belong together: those of a trajectory, or one each where there are none. */
export type Clusters = readonly (readonly number[])[];
