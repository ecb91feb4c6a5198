/** The arrays that a run of Lie derivatives writes. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import type { ResultArray } from "../context";
import { tensorOf } from "../orbit";
import type { DataDerivative } from "./fitted";
import type { Beside, LieNumbers } from "./numbers";
import type { Sides } from "./sides";

/** Of a network. @param n samples */
export function arraysOf(
  params: LieDerivativeParameters,
  sides: Sides,
  numbers: LieNumbers,
  n: number,
  beside: Beside,
): Record<string, ResultArray> {
  return {
    ...ownArrays(params, sides, numbers, n, "f"),
    ...besideArrays(params, sides, n, beside),
  };
}

/** Of data alone. @param n samples */
export function dataArrays(
  params: LieDerivativeParameters,
  { sides, numbers, floor }: DataDerivative,
  n: number,
): Record<string, ResultArray> {
  return {
    ...ownArrays({ ...params, steps: 1 }, sides, numbers, n, "G"),
    fit_error: {
      tensor: tensorOf(floor, [floor.length]),
      axes: ["generator"],
      unit: "1",
      description:
        "What the fit's own error may amount to in lie_error: its residual's share of both terms, what fits to two halves of the data disagree about, or what float64 leaves, whichever is most",
    },
  };
}

/** @param f what the map is called */
function ownArrays(
  { steps, disc }: LieDerivativeParameters,
  { generators, layout }: Sides,
  numbers: LieNumbers,
  n: number,
  f: "f" | "G",
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
      description: `‖L ${f}${power}(x_i)‖/‖${f}${power}(x_i)‖ with L ${f}(x) = D${f}(x)[X x] − X ${f}(x)${f === "G" ? " and G the map that is fitted to the data" : ""}${over}`,
    },
    output_norm: {
      tensor: tensorOf(numbers.outputNorm, [n]),
      axes: ["sample"],
      unit: "",
      description: `‖${f}(x_i)‖${over}`,
    },
    lie_relative: {
      tensor: tensorOf(numbers.relative, along.shape),
      axes: along.axes,
      unit: "1",
      description: `‖L ${f}‖/(‖D${f}[X x]‖ + ‖X ${f}‖), from 0 to 1 whatever the generator's scale; 0 where both terms lie within rounding, NaN where within a poor fit’s error, 1 of a prediction that should stay and does not`,
    },
    // States on no grid have no grid's error, and a law that is pushed exactly does not make it.
    ...(layout === null && f === "f" ? gridArrays(numbers, pairs, axes) : {}),
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

function gridArrays(
  numbers: LieNumbers,
  pairs: readonly number[],
  axes: readonly string[],
): Record<string, ResultArray> {
  return {
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
  };
}

function besideArrays(
  { finite: s }: LieDerivativeParameters,
  { generators }: Sides,
  n: number,
  { rounding, exchanges, finite, checkpoints, data }: Beside,
): Record<string, ResultArray> {
  const k = generators.length;
  const share = (
    values: Float64Array,
    axes: readonly string[],
    shape: readonly number[],
    description: string,
  ): ResultArray => ({ tensor: tensorOf(values, shape), axes, unit: "1", description });
  return {
    rounding: share(
      rounding.floor,
      ["generator"],
      [k],
      `‖L̃f − L f‖/‖f‖, L̃f as it was computed: what rounding leaves, against ${rounding.by} on ${rounding.samples} samples`,
    ),
    ...(finite === null
      ? {}
      : {
          finite_error: share(
            finite,
            ["generator", "sample"],
            [k, n],
            `‖f(exp(sX)x) − exp(sX)f(x)‖/‖f(x)‖ at s = ${s}: about |s| times lie_error where s is small`,
          ),
        }),
    ...(exchanges === null
      ? {}
      : {
          exchange_error: share(
            exchanges.error,
            ["exchange", "sample"],
            [exchanges.pairs.length, n],
            "‖f(P x) − P f(x)‖/‖f(x)‖, P the exchange of two particles",
          ),
        }),
    ...(checkpoints === null
      ? {}
      : {
          checkpoint_error: share(
            checkpoints.error,
            ["checkpoint", "generator", "sample"],
            [checkpoints.names.length, k, n],
            "lie_error of the same network with each checkpoint's weights",
          ),
        }),
    ...(data === null
      ? {}
      : {
          data_error: share(
            data.error,
            ["generator", "sample"],
            [k, n],
            "lie_error of the map that is fitted to the data, in the network's measure; NaN where the data end too early for a rate",
          ),
        }),
  };
}
