/** A map that was fitted to data, whatever its kind, and its Lie derivatives on the data's own states. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import type { DataContext } from "../context";
import { FitBounds } from "./fitBounds";
import { kindOfStored } from "./kind";
import { nothingBroken, RESOLVED_OF_FIT } from "./resolved";
import { fittedFields } from "./ofFieldData";
import { fittedStates } from "./ofStateData";
import { Measure } from "./measure";
import type { LieNumbers } from "./numbers";
import { sidesOf, type PredictionKind, type Sides } from "./sides";

/** The map at one of its points. */
export interface FittedPoint {
  /** [d] */
  readonly state: Float64Array;
  /** [D] */
  readonly value: Float64Array;
  /** Its slope along every generator, [K, D]. */
  readonly tangents: Float64Array;
  /**
   * What its slope along a motion in no particular direction is as large as the generator's, and what float64 leaves of
   * a slope along the generator, [K] each; absent where two halves of the data tell the fit's error.
   */
  readonly gain?: { readonly slope: Float64Array; readonly rounding: Float64Array };
}

export interface FittedData {
  /** Positions of its points among the samples. */
  readonly kept: readonly number[];
  /** What its values are; null where the file pairs states with whatever it pairs them with. */
  readonly kind: PredictionKind | null;
  readonly outputShape: readonly number[];
  /** What was fitted and by what: "rates, …". */
  readonly words: string;
  /** On data that the fit has not seen, over the spread of the values. */
  readonly residual: number;
  /** Ready to be pushed along these generators. */
  along(sides: Sides): (k: number) => FittedPoint;
  /** ‖L‖ of what two fits to half of the data each differ by, over ‖G‖, [K]; absent where that would take too long. */
  halves?(sides: Sides): Float64Array;
}

export interface DataDerivative {
  readonly sides: Sides;
  readonly numbers: LieNumbers;
  readonly outputShape: readonly number[];
  readonly fit: Pick<FittedData, "words" | "residual"> & { readonly samples: number };
  /** What the fit's own error may amount to in `error`, [K]. */
  readonly floor: Float64Array;
}

/** @throws UserError "lie-derivative/no-dynamics", "data/few-pairs", and what generators throw */
export async function dataDerivative(
  context: DataContext,
  params: LieDerivativeParameters,
  step: () => void,
): Promise<DataDerivative> {
  const { input, grid } = context;
  const fitted =
    grid === null
      ? await fittedStates(context, params, step)
      : await fittedFields({ ...context, grid }, params, step);
  const shape = input.shape.slice(1);
  const kind = fitted.kind ?? kindOfStored(context, params, fitted.outputShape);
  const sides = sidesOf(context, params, shape, fitted.outputShape, kind);
  const measure = new Measure(context, { steps: 1, disc: params.disc }, sides, fitted.outputShape);
  const output = sides.output(1);
  const at = fitted.along(sides);
  const one: DataContext["input"] = { ...input, shape: [1, ...shape], dtype: "float64" };
  const bounds = new FitBounds(sides.generators.length, fitted.residual);
  fitted.kept.forEach((position, k) => {
    step();
    const point = at(k);
    const { state, value, tangents } = point;
    const moved = output.of(value, state);
    const field = tangents.map((along, i) => along - moved[i]!);
    measure.add(position, 0, { prediction: value, field, tangents });
    bounds.add(point, moved);
    measure.addGrid(position, { ...one, data: state });
  });
  step();
  const floor = bounds.floor(fitted.halves?.(sides));
  return {
    floor,
    sides,
    numbers: nothingBroken(measure.numbers, floor, RESOLVED_OF_FIT),
    outputShape: fitted.outputShape,
    fit: { words: fitted.words, residual: fitted.residual, samples: fitted.kept.length },
  };
}
