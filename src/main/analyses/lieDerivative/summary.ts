/** What a run says of each generator: spread over samples, how sure the median and mean are, whether it is resolved. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { quartiles } from "../../../shared/statistics";
import { familiesOf, type Spread } from "../aggregate";
import { medianInterval } from "../bootstrap";
import type { StatesContext } from "../context";
import type { LieNumbers } from "./numbers";
import type { LayerResult } from "./layers";
import type { Sides } from "./sides";

/** An error within this factor of the grid's own is not resolved. */
const RESOLVED = 2;

export function summaryOf(
  { samples, grid }: StatesContext,
  { steps, seed, disc }: LieDerivativeParameters,
  { generators }: Sides,
  numbers: LieNumbers,
  layers: LayerResult | null,
): Record<string, unknown> {
  const n = samples.length;
  const families = familiesOf(samples);
  const spread = (values: (sample: number) => number): Spread & { mean: number } => {
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
  const of = (values: Float64Array, k: number, stride: number, step = 0) =>
    spread((i) => values[(k * n + i) * stride + step]!);
  return {
    samples: n,
    steps,
    disc,
    // Sides of the box, x first, for pictures of the flows.
    sides: grid === null ? null : [...grid.length].reverse(),
    generators: generators.map(({ id, label, formula, flow }, k) => {
      const error = of(numbers.error, k, steps);
      const grid = of(numbers.gridError, k, 1);
      return {
        id,
        label,
        formula,
        flow: flow?.map(({ text }) => text) ?? null,
        lie_error: error,
        lie_relative: of(numbers.relative, k, steps),
        grid_error: grid,
        round_trip: of(numbers.roundTrip, k, 1).median,
        lee: of(numbers.square, k, 1).mean,
        resolved: error.median > RESOLVED * grid.median,
        ...(steps === 1 ? {} : { lie_error_last: of(numbers.error, k, steps, steps - 1) }),
      };
    }),
    ...(layers === null ? {} : { layers: layers.summary }),
  };
}

/** Infinities are ends of a rollout, not values; they are counted with NaN. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}
