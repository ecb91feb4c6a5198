/** The arrays that a run of conservation checks writes. */
import type { ResultArray } from "../context";
import { tensorOf } from "../orbit";
import type { Increments } from "./increments";
import type { RolloutNumbers } from "./numbers";
import type { Rollouts } from "./rollout";
import { theilSen } from "./statistics";
import { driftOf } from "./summary";

/** @param scales and spreads: one a quantity @param n samples @param dt null where the data do not say */
export function arraysOf(
  rollouts: Rollouts,
  scales: Float64Array,
  spreads: Float64Array,
  increments: Increments | null,
  n: number,
  steps: number,
  dt: number | null,
): Record<string, ResultArray> {
  const count = scales.length;
  const series = (numbers: RolloutNumbers, description: string): ResultArray => ({
    tensor: tensorOf(numbers.value, [count, n, steps + 1]),
    axes: ["quantity", "sample", "time"],
    unit: "",
    description,
  });
  const drift = (numbers: RolloutNumbers, description: string): ResultArray => ({
    tensor: tensorOf(driftOf(numbers, steps), [count, n, steps]),
    axes: ["quantity", "sample", "step"],
    unit: "",
    description,
  });
  const slope = (numbers: RolloutNumbers, whose: string): ResultArray => {
    const all = driftOf(numbers, steps);
    const slopes = Float64Array.from({ length: count * n }, (_, row) =>
      theilSen([0, ...all.subarray(row * steps, (row + 1) * steps)]),
    );
    return {
      tensor: tensorOf(slopes, [count, n]),
      axes: ["quantity", "sample"],
      unit: "",
      description: `Rate of the drift, a step, of ${whose}: median of the slopes between all pairs of steps (Theil–Sen)`,
    };
  };
  const error = (numbers: RolloutNumbers, description: string): ResultArray => ({
    tensor: tensorOf(numbers.error, [n, steps]),
    axes: ["sample", "step"],
    unit: "1",
    description,
  });
  const { model, repaired, reference } = rollouts;
  return {
    value: series(model, "I(u_k) along the network's rollout, from the data's u_0"),
    reference: series(reference, "I of the data's own states; NaN where they end"),
    drift: drift(model, "I(u_k) − I(u_0) of the network"),
    drift_reference: drift(reference, "I(u_k) − I(u_0) of the data"),
    slope: slope(model, "the network"),
    slope_reference: slope(reference, "the data"),
    scale: {
      tensor: tensorOf(scales, [count]),
      axes: ["quantity"],
      unit: "",
      description:
        "s, what drifts are held against: the median over samples of ΔV·Σ|f(u_0)|, or the spread of I where that is zero or was asked for",
    },
    spread: {
      tensor: tensorOf(spreads, [count]),
      axes: ["quantity"],
      unit: "",
      description: "Standard deviation of I over the initial states",
    },
    error: error(model, "‖u_k − data‖/‖data‖ of the network's rollout"),
    end: {
      tensor: { dtype: "int32", shape: [n], data: model.end },
      axes: ["sample"],
      unit: "",
      description: "Step at which the rollout blew up, 0 where it did not",
    },
    times: {
      tensor: tensorOf(
        Float64Array.from({ length: steps + 1 }, (_, k) => k * (dt ?? 1)),
        [steps + 1],
      ),
      axes: ["time"],
      unit: dt === null ? "step" : "",
      description: "Time since the start",
    },
    ...(repaired === null
      ? {}
      : {
          value_repaired: series(repaired, "I(u_k) along the repaired network's rollout"),
          drift_repaired: drift(repaired, "I(u_k) − I(u_0) of the repaired network"),
          slope_repaired: slope(repaired, "the repaired network"),
          error_repaired: error(repaired, "‖u_k − data‖/‖data‖ of the repaired network's rollout"),
        }),
    ...(increments === null
      ? {}
      : {
          increments: {
            tensor: tensorOf(Float64Array.from(increments.model.flatMap((values) => [...values])), [
              count,
              increments.model[0]!.length,
            ]),
            axes: ["quantity", "state"],
            unit: "",
            description: "I(F(u)) − I(u) from states u of the data",
          },
          ...(increments.data[0]!.length === 0
            ? {}
            : {
                increments_reference: {
                  tensor: tensorOf(
                    Float64Array.from(increments.data.flatMap((values) => [...values])),
                    [count, increments.data[0]!.length],
                  ),
                  axes: ["quantity", "state"],
                  unit: "",
                  description: "The data's own change over the same steps",
                },
              }),
        }),
  };
}
