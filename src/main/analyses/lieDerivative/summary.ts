/** What a run says of each generator: spread over samples, how sure the median and mean are, whether it is resolved. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { quartiles } from "../../../shared/statistics";
import { familiesOf, type Spread } from "../aggregate";
import { medianInterval } from "../bootstrap";
import type { DataContext, StatesContext } from "../context";
import type { DataDerivative } from "./fitted";
import type { Beside, LieNumbers } from "./numbers";
import type { LayerResult } from "./layers";
import { RESOLVED, RESOLVED_OF_FIT } from "./resolved";
import type { Sides } from "./sides";

export function summaryOf(
  context: StatesContext,
  params: LieDerivativeParameters,
  sides: Sides,
  numbers: LieNumbers,
  layers: LayerResult | null,
  beside: Beside,
): Record<string, unknown> {
  const { samples } = context;
  const { steps, seed } = params;
  const n = samples.length;
  const spread = spreadOver(samples, seed);
  const { rounding, exchanges, finite, checkpoints, data } = beside;
  return {
    ...placeSummary(context, params, sides),
    steps,
    rounding: { by: rounding.by, samples: rounding.samples },
    ...(data === null ? {} : { data: data.fit }),
    generators: generatorSummaries(context, params, sides, numbers, {
      name: "rounding",
      values: rounding.floor,
    }).map((generator, k) => ({
      ...generator,
      ...(steps === 1
        ? {}
        : { lie_error_last: spread((i) => numbers.error[(k * n + i) * steps + steps - 1]!) }),
      ...(data === null ? {} : { data_error: spread((i) => data.error[k * n + i]!) }),
      ...(finite === null ? {} : { finite_error: spread((i) => finite[k * n + i]!) }),
    })),
    ...(exchanges === null
      ? {}
      : {
          exchanges: exchanges.pairs.map(([a, b], p) => ({
            id: `${a + 1}↔${b + 1}`,
            error: spread((i) => exchanges.error[p * n + i]!),
          })),
        }),
    ...(checkpoints === null
      ? {}
      : {
          checkpoints: checkpoints.names.map((name, c) => ({
            name,
            generators: sides.generators.map(({ id }, k) => ({
              id,
              lie_error: spread(
                (i) => checkpoints.error[(c * sides.generators.length + k) * n + i]!,
              ),
            })),
          })),
        }),
    ...(layers === null ? {} : { layers: layers.summary }),
  };
}

/** Of data alone. */
export function dataSummary(
  context: DataContext,
  params: LieDerivativeParameters,
  { sides, numbers, fit, floor }: DataDerivative,
): Record<string, unknown> {
  return {
    ...placeSummary(context, params, sides),
    steps: 1,
    data: fit,
    generators: generatorSummaries(context, { ...params, steps: 1 }, sides, numbers, {
      name: "fit_error",
      values: floor,
    }),
  };
}

function placeSummary(
  { samples, grid }: DataContext,
  { disc }: LieDerivativeParameters,
  { layout, kind }: Sides,
): Record<string, unknown> {
  return {
    samples: samples.length,
    disc,
    prediction: kind,
    // Sides of the box, x first, for pictures of the flows.
    sides: grid === null ? null : [...grid.length].reverse(),
    ...(layout === null
      ? {}
      : {
          particles: layout.particles,
          parts: layout.parts.map(({ name, width }) => ({ name, width })),
        }),
  };
}

/** What bounds an error from below, [K]: rounding in a network, the fit's own error of data. */
interface Floor {
  readonly name: "rounding" | "fit_error";
  readonly values: Float64Array;
}

function generatorSummaries(
  { samples }: DataContext,
  { steps, seed }: LieDerivativeParameters,
  { generators, layout }: Sides,
  numbers: LieNumbers,
  floor: Floor,
): { readonly id: string }[] {
  const n = samples.length;
  const spread = spreadOver(samples, seed);
  const of = (values: Float64Array, k: number, stride: number) =>
    spread((i) => values[(k * n + i) * stride]!);
  return generators.map(({ id, label, formula, tex, flow }, k) => {
    const error = of(numbers.error, k, steps);
    const grid = of(numbers.gridError, k, 1);
    const least = floor.values[k]!;
    // A fitted law is pushed exactly, whatever a grid makes of other maps.
    const grided = floor.name === "rounding" ? grid.median : 0;
    const factor = floor.name === "rounding" ? RESOLVED : RESOLVED_OF_FIT;
    const above = (bound: number): boolean => error.median > factor * bound;
    return {
      id,
      label,
      formula,
      ...(tex === undefined ? {} : { tex }),
      flow: flow?.map(({ text }) => text) ?? null,
      lie_error: error,
      lie_relative: of(numbers.relative, k, steps),
      ...(layout === null && floor.name === "rounding"
        ? { grid_error: grid, round_trip: of(numbers.roundTrip, k, 1).median }
        : {}),
      lee: of(numbers.square, k, 1).mean,
      [floor.name]: least,
      resolved: above(grided) && above(least),
      // Which of the two bounds it, where it is within a few times of one.
      bound: above(least) ? (above(grided) ? null : "grid") : floor.name,
    };
  });
}

/** Median, quartiles, mean and how sure the median is, of a number a sample. */
function spreadOver(
  samples: DataContext["samples"],
  seed: number,
): (values: (sample: number) => number) => Spread & { mean: number } {
  const families = familiesOf(samples);
  return (values) => {
    const all = samples.map((_, i) => finite(values(i)));
    const present = all.filter((value) => !Number.isNaN(value));
    return {
      ...quartiles(all),
      ...medianInterval(
        families.map((family) => family.map((i) => [all[i]!])),
        seed,
      ),
      mean: present.reduce((sum, value) => sum + value, 0) / present.length,
    };
  };
}

/** Infinities are ends of a rollout, not values; they are counted with NaN. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}
