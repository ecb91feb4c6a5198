/**
 * The generators as they act on a network's input and on its predictions. A prediction that is a later state moves as
 * states do. One that is a rate dx/dt moves as the slope of moved states does: with X_t the generator at the time t,
 * L f = Df[X₀x] − DX₀[f] − ∂ₜX_t x.
 */
import { generatorOptions } from "../../../shared/analyses/generatorParameters";
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { channelCount, type FieldSpec, type Grid } from "../../../shared/fields/spec";
import type { GeneratorOptions } from "../../../shared/generators/catalogue";
import { chooseGenerators } from "../../../shared/generators/choose";
import {
  atRest,
  type Generator,
  type Infinitesimal,
  type Side,
} from "../../../shared/generators/generator";
import { layoutOf, type Layout } from "../../../shared/states/layout";
import { predictionLayout } from "../../../shared/states/prediction";
import { sizeOf } from "../../../shared/tensor";
import { GeneratorAction } from "../../fields/generators/apply";
import type { StatesPlace } from "../context";

/** What a prediction is to the state that it is made from. */
export type PredictionKind = "state" | "rate";

/** X_out f of one prediction. */
export interface OutputAction {
  /** @param prediction [D] @param state that it is made from, [d]; @returns [K, D] */
  of(prediction: ArrayLike<number>, state: ArrayLike<number>): Float64Array;
}

export interface Sides {
  readonly generators: readonly Generator[];
  /** As they act on the input. */
  readonly infinitesimals: readonly Infinitesimal[];
  /** Of states on no grid. */
  readonly layout: Layout | null;
  /** Of their predictions; null on grids. */
  readonly outputLayout: Layout | null;
  readonly kind: PredictionKind;
  readonly input: Pick<GeneratorAction, "count" | "of">;
  /** After k steps, 1 the first. */
  output(steps: number): OutputAction;
  /** What moves a state so many steps on, fractions of one too, for finite motions. */
  later(steps: number): readonly Infinitesimal[];
  /** Of a step, in the unit of time that boosts were given. */
  readonly dt: number;
}

/**
 * @param inputShape of one state, [C, …] @param outputShape of one prediction
 * @throws UserError "generator/…", "formula/syntax", "states/…"
 */
export function sidesOf(
  place: StatesPlace,
  params: LieDerivativeParameters,
  inputShape: readonly number[],
  outputShape: readonly number[],
  kind: PredictionKind = "state",
): Sides {
  const { grid } = place;
  // A rate is a slope in time: any unit of time does where the data state none.
  const options = generatorOptions(params, kind === "rate" ? (place.dt ?? 1) : place.dt);
  const layout = grid === null ? layoutOf(inputShape, params.split, place.fields) : null;
  const into = side(place.fields, inputShape, grid, 0, layout);
  const generators = chooseGenerators(params.generators, params.own, into, options);
  const infinitesimals = generators.map((generator) => generator.on(into));
  const outputLayout =
    layout === null ? null : predictionLayout(layout, outputShape, params["output-split"]);
  const outgoing = (steps: number): Infinitesimal[] => {
    const fields = describing(place.outputFields, outputShape);
    return onPrediction(generators, side(fields, outputShape, grid, steps, outputLayout), grid);
  };
  const affine = infinitesimals.every(({ field }) => field === undefined);
  const ends: Ends = {
    input: actionOf(infinitesimals, into, grid),
    output(steps) {
      const out = side(null, outputShape, grid, steps, outputLayout);
      return actionOf(outgoing(steps), out, grid);
    },
  };
  return {
    generators,
    infinitesimals,
    layout,
    outputLayout,
    kind,
    input: ends.input,
    output: (steps) => (kind === "state" ? ends.output(steps) : rateAction(ends, options, affine)),
    later: outgoing,
    dt: options.dt ?? 1,
  };
}

interface Ends {
  readonly input: GeneratorAction;
  output(steps: number): GeneratorAction;
}

/** Of a step that is small beside what changes over it, and large beside rounding: for X that is not affine. */
const STEP = 1e-4;

/** DX₀[f] + ∂ₜX_t x, exact of a generator that is affine in the state and in the time. */
function rateAction(
  { input, output }: Ends,
  { dt }: GeneratorOptions,
  affine: boolean,
): OutputAction {
  const later = output(1);
  return {
    of(rate, state) {
      const slope = affine ? linearPart(input, rate) : slopeAlong(input, state, rate);
      const [now, then] = [input.of(state), later.of(state)];
      return slope.map((value, i) => value + (then[i]! - now[i]!) / (dt ?? 1));
    },
  };
}

/** A f of x ↦ A x + b. */
function linearPart(action: GeneratorAction, f: ArrayLike<number>): Float64Array {
  const origin = action.of(new Float64Array(f.length));
  return action.of(f).map((value, i) => value - origin[i]!);
}

/** DX(x)[f] by a central difference. */
function slopeAlong(
  action: GeneratorAction,
  x: ArrayLike<number>,
  f: ArrayLike<number>,
): Float64Array {
  const at = (by: number): Float64Array =>
    action.of(Float64Array.from({ length: x.length }, (_, i) => x[i]! + by * f[i]!));
  const behind = at(-STEP);
  return at(STEP).map((value, i) => (value - behind[i]!) / (2 * STEP));
}

/** The fields, if they describe such states: data without targets know nothing of a prediction with other channels. */
function describing(fields: FieldSpec | null, shape: readonly number[]): FieldSpec | null {
  return fields !== null && channelCount(fields) === (shape[0] ?? 1) ? fields : null;
}

/** A prediction that lies on no grid (a class, a number) does not move with it. */
function onPrediction(
  generators: readonly Generator[],
  out: Side,
  grid: Grid | null,
): Infinitesimal[] {
  const invariant = out.axes === 0 && grid !== null;
  return generators.map((generator) =>
    invariant && generator.flow !== null ? atRest : generator.on(out),
  );
}

function actionOf(
  infinitesimals: readonly Infinitesimal[],
  { axes, channels }: Side,
  grid: Grid | null,
): GeneratorAction {
  return new GeneratorAction(infinitesimals, channels, axes === 0 ? null : grid);
}

function side(
  fields: FieldSpec | null,
  shape: readonly number[],
  grid: Grid | null,
  steps: number,
  layout: Layout | null,
): Side {
  const onGrid = grid !== null && shape.slice(1).join() === grid.size.join();
  const channels = onGrid ? shape[0]! : sizeOf(shape);
  return {
    fields,
    channels,
    axes: onGrid ? grid.size.length : 0,
    steps,
    ...(layout === null ? {} : { layout }),
  };
}
