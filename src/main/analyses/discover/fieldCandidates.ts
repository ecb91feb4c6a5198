/** Candidates on fields: generators by name and by formula, or linear maps of the channels, alike at every point. */
import { generatorOptions } from "../../../shared/analyses/generatorParameters";
import type { DiscoverParameters } from "../../../shared/analyses/discover";
import {
  channelCount,
  channelLabels,
  type FieldSpec,
  type Grid,
} from "../../../shared/fields/spec";
import { UserError } from "../../../shared/errors";
import { generatorByName, generatorNames } from "../../../shared/generators/catalogue";
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
import type { Family } from "./families";
import type { FieldActions } from "./pushed";

export interface FieldCandidates extends FieldActions {
  /** Of the candidates, or of the channels that they mix. */
  readonly names: readonly string[];
  /** By name; null for linear maps of the channels. */
  readonly generators: readonly Generator[] | null;
  /** Of the channels. */
  readonly channels: number;
  /** What each candidate does to the input. */
  readonly motions: readonly Infinitesimal[];
}

export type FieldOutput = "state" | "rate" | "invariant" | "free";

/**
 * @param input of one state @param output of one prediction
 * @throws UserError "generator/…", "formula/syntax"
 */
export function namedCandidates(
  place: StatesPlace,
  params: DiscoverParameters,
  action: FieldOutput,
  input: readonly number[],
  output: readonly number[],
): FieldCandidates {
  const options = generatorOptions(params, place.dt);
  const into = sideOf(place.fields, input, place.grid, 0);
  const outgoing = sideOf(describing(place.outputFields, output), output, place.grid, 1);
  const onOutput = (generator: Generator): Infinitesimal => {
    switch (action) {
      case "rate":
        return { ...generator.on({ ...outgoing, steps: 0 }), shift: [] };
      case "state":
        return generator.on(outgoing);
      case "invariant":
        return atRest;
      case "free":
        // Its points move as the state's; what its components do is found.
        return outgoing.axes === 0 ? atRest : { ...atRest, flow: generator.on(into).flow };
    }
  };
  const fits = (generator: Generator): boolean => {
    try {
      generator.on(into);
      onOutput(generator);
      return true;
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  };
  const names =
    params.generators.trim() === "all"
      ? generatorNames.filter((name) => fits(generatorByName(name, options))).join(",")
      : params.generators;
  const generators = chooseGenerators(names, params.own, into, options);
  const motions = generators.map((one) => one.on(into));
  return {
    ...actions(motions, generators.map(onOutput), into, outgoing, place, action),
    names: generators.map(({ id }) => id),
    generators,
    motions,
    channels: into.channels,
  };
}

/** A family of linear maps on the channels of fields. */
export function channelCandidates(
  place: StatesPlace,
  family: Family,
  action: FieldOutput,
  input: readonly number[],
  output: readonly number[],
): FieldCandidates {
  const into = sideOf(place.fields, input, place.grid, 0);
  const outgoing = sideOf(place.outputFields, output, place.grid, 1);
  const { channels } = into;
  const motions = family.basis.map((element): Infinitesimal => ({
    flow: null,
    mix: element.flatMap(({ row, column, factor }) =>
      column < channels ? [{ to: row, from: column, factor: () => factor }] : [],
    ),
    shift: element.flatMap(({ row, column, factor }) =>
      column < channels ? [] : [{ to: row, value: () => factor }],
    ),
  }));
  const onOutput = motions.map((one): Infinitesimal =>
    action === "state" ? one : action === "rate" ? { ...one, shift: [] } : atRest,
  );
  const labels = place.fields === null ? [] : channelLabels(place.fields);
  return {
    ...actions(motions, onOutput, into, outgoing, place, action),
    names: Array.from({ length: channels }, (_, c) => labels[c]?.name ?? `c${c + 1}`),
    generators: null,
    motions,
    channels,
  };
}

function actions(
  onInput: readonly Infinitesimal[],
  onOutput: readonly Infinitesimal[],
  into: Side,
  outgoing: Side,
  { grid }: StatesPlace,
  action: FieldOutput,
): FieldActions {
  const of = (motions: readonly Infinitesimal[], { axes, channels }: Side): GeneratorAction =>
    new GeneratorAction(motions, channels, axes === 0 ? null : grid);
  return {
    input: of(onInput, into),
    output: action === "invariant" ? null : of(onOutput, outgoing),
    state: action === "state",
    free: action === "free" ? outgoing.channels : null,
  };
}

/** The fields, if they describe such states. */
function describing(fields: FieldSpec | null, shape: readonly number[]): FieldSpec | null {
  return fields !== null && channelCount(fields) === (shape[0] ?? 1) ? fields : null;
}

function sideOf(
  fields: FieldSpec | null,
  shape: readonly number[],
  grid: Grid | null,
  steps: number,
): Side {
  const onGrid = grid !== null && shape.slice(1).join() === grid.size.join();
  const channels = onGrid ? shape[0]! : sizeOf(shape);
  return { fields, channels, axes: onGrid ? grid.size.length : 0, steps };
}
