/** The arrays that a run of Lie derivatives writes. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import type { ResultArray } from "../context";
import { tensorOf } from "../orbit";
import type { LieNumbers } from "./numbers";
import type { Sides } from "./sides";

/** @param n samples */
export function arraysOf(
  { steps, disc }: LieDerivativeParameters,
  { generators }: Sides,
  numbers: LieNumbers,
  n: number,
): Record<string, ResultArray> {
  const pairs = [generators.length, n];
  const axes = ["generator", "sample"];
  const along =
    steps > 1 ? { shape: [...pairs, steps], axes: [...axes, "step"] } : { shape: pairs, axes };
  const over = disc > 0 ? ", norms over the disc" : "";
  const power = steps > 1 ? "ᵏ" : "";
  return {
    lie_error: {
      tensor: tensorOf(numbers.error, along.shape),
      axes: along.axes,
      unit: "1",
      description: `‖L f${power}(x_i)‖/‖f${power}(x_i)‖ with L f(x) = Df(x)[X x] − X f(x)${over}`,
    },
    output_norm: {
      tensor: tensorOf(numbers.outputNorm, [n]),
      axes: ["sample"],
      unit: "",
      description: `‖f(x_i)‖${over}`,
    },
    lie_relative: {
      tensor: tensorOf(numbers.relative, along.shape),
      axes: along.axes,
      unit: "1",
      description: "‖L f‖/(‖Df[X x]‖ + ‖X f‖), from 0 to 1 whatever the generator's scale",
    },
    grid_error: {
      tensor: tensorOf(numbers.gridError, pairs),
      axes,
      unit: "1",
      description:
        "The same as lie_error for the map tanh at every point, which has every symmetry: aliasing and the error of the differences on these states",
    },
    round_trip: {
      tensor: tensorOf(numbers.roundTrip, pairs),
      axes,
      unit: "1",
      description:
        "‖exp(−sX)exp(sX)x − x‖/‖x‖ where the farthest point moves by half a grid spacing: what tests with finite motions lose to reading between points",
    },
    channel_error: {
      tensor: tensorOf(numbers.channel, [
        ...pairs,
        numbers.channel.length / (generators.length * n),
      ]),
      axes: [...axes, "channel"],
      unit: "1",
      description: "‖L f‖ after one step for each channel, over that channel's own norm",
    },
  };
}
