/** The generators as they act on a network's input and on its predictions. */
import { generatorOptions } from "../../../shared/analyses/generatorParameters";
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { channelCount, type FieldSpec, type Grid } from "../../../shared/fields/spec";
import { chooseGenerators } from "../../../shared/generators/choose";
import {
  atRest,
  type Generator,
  type Infinitesimal,
  type Side,
} from "../../../shared/generators/generator";
import { sizeOf } from "../../../shared/tensor";
import { GeneratorAction } from "../../fields/generators/apply";
import type { StatesPlace } from "../context";

export interface Sides {
  readonly generators: readonly Generator[];
  /** As they act on the input. */
  readonly infinitesimals: readonly Infinitesimal[];
  readonly input: GeneratorAction;
  /** After k steps, 1 the first. */
  output(steps: number): GeneratorAction;
}

/**
 * @param inputShape of one state, [C, …] @param outputShape of one prediction
 * @throws UserError "generator/…", "formula/syntax"
 */
export function sidesOf(
  context: StatesPlace,
  params: LieDerivativeParameters,
  inputShape: readonly number[],
  outputShape: readonly number[],
): Sides {
  const options = generatorOptions(params, context.dt);
  const { grid, units } = context;
  const into = side(context.fields, inputShape, grid, 0);
  const generators = chooseGenerators(params.generators, params.own, into, options);
  const infinitesimals = generators.map((generator) => generator.on(into));
  return {
    generators,
    infinitesimals,
    input: actionOf(infinitesimals, into, grid, units),
    output(steps) {
      const out = side(describing(context.outputFields, outputShape), outputShape, grid, steps);
      return actionOf(onPrediction(generators, out, grid), out, grid, units);
    },
  };
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
  units: StatesPlace["units"],
): GeneratorAction {
  const known = units?.std.length === channels ? units : null;
  return new GeneratorAction(infinitesimals, channels, axes === 0 ? null : grid, known);
}

function side(
  fields: FieldSpec | null,
  shape: readonly number[],
  grid: Grid | null,
  steps: number,
): Side {
  const onGrid = grid !== null && shape.slice(1).join() === grid.size.join();
  const channels = onGrid ? shape[0]! : sizeOf(shape);
  return { fields, channels, axes: onGrid ? grid.size.length : 0, steps };
}
