/** What a run's page reads off its arrays beside the charts: values a sample, the orbit's pictures. */
import {
  kindsOf,
  largest,
  relativeDrifts,
  stepsOf,
} from "../../../shared/charts/conservationNumbers";
import { elementsOf } from "../../../shared/charts/elements";
import { diagonals, has, perElement } from "../../../shared/charts/reading";
import type { RunRecord, RunResult } from "../../../shared/run";
import { sizeOf, toFloat64 } from "../../../shared/tensor";

/** A number for each sample of each element: [G][N]. */
export interface SampleQuantity {
  readonly name: string;
  readonly values: readonly Float64Array[];
  /** Which end is the bad one: sorting begins there. */
  readonly worst: "low" | "high";
}

/** What the sample list can be sorted by, as far as the run has it. */
export function sampleQuantities(run: RunResult): SampleQuantity[] {
  const found: SampleQuantity[] = [];
  const add = (
    name: string,
    worst: "low" | "high",
    values: readonly Float64Array[] | null,
  ): void => {
    if (values !== null && values.length > 0) found.push({ name, worst, values });
  };
  if (run.record.analysis === "coherence") {
    add("cosine", "low", diagonals(run, "cosine"));
    add("excess", "low", perElement(run, "excess"));
  }
  if (run.record.arrays["relative_loss"]?.axes.at(-1) !== "step") {
    add("relative loss", "high", perElement(run, "relative_loss"));
  }
  const count = run.record.data.samples.length;
  const errors = perElement(run, "equivariance_error");
  // Over a rollout there is more than one number a sample; its first step is the one to compare.
  const firstStep = (values: Float64Array): Float64Array => {
    const steps = Math.max(1, Math.round(values.length / Math.max(1, count)));
    return Float64Array.from({ length: values.length / steps }, (_, i) => values[i * steps]!);
  };
  add("equivariance error", "high", errors?.map(firstStep) ?? null);
  if (run.record.analysis === "lie-derivative") {
    const first = (name: string): Float64Array[] | null =>
      perElement(run, name)?.map(firstStep) ?? null;
    add("Lie derivative", "high", first("lie_error"));
    add("share broken", "high", first("lie_relative"));
    add("Lie derivative of the data", "high", perElement(run, "data_error"));
    add("the grid’s own error", "high", perElement(run, "grid_error"));
  }
  if (run.record.analysis === "conservation") {
    const steps = stepsOf(run.record);
    for (const { name, drift } of kindsOf(run)) {
      const values = relativeDrifts(run, drift).map((all) => largest(all, steps));
      add(`largest drift / s, ${name}`, "high", values);
    }
  }
  return found;
}

/** Positions of samples ordered by a quantity, the worst first; NaN last. */
export function worstFirst(quantity: SampleQuantity, element: number): number[] {
  const values = quantity.values[element] ?? new Float64Array();
  const sign = quantity.worst === "low" ? 1 : -1;
  const rank = (i: number): number => (Number.isNaN(values[i]!) ? Infinity : sign * values[i]!);
  return [...values.keys()].sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? a - b : first - second;
  });
}

/** Positions of the samples whose fields the run kept, in the order of the kept arrays. */
export function keptSamples(run: RunResult): number[] {
  const kept = run.arrays["kept"];
  return kept === undefined ? [] : [...toFloat64(kept)];
}

export interface KeptFields {
  readonly input: Float64Array;
  /** What the prediction of x is held against: its target, or f(x) without one; null where neither was kept. */
  readonly against: { readonly values: Float64Array; readonly name: "y" | "f(x)" } | null;
  /** [C, H, W] of the input and of what the network gives. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** f(g·x) for the element at that position of the run. */
  prediction(element: number): Float64Array;
}

/** Fields of the kept sample number `at`; null where the run kept none, or not of a plane. */
export function keptFieldsOf(run: RunResult, at: number): KeptFields | null {
  const { field_input: input, field_target: target, field_prediction: prediction } = run.arrays;
  if (!has(run.record, "field_input", "field_prediction")) return null;
  if (input?.shape.length !== 4 || prediction === undefined) return null;
  const part = (data: ArrayLike<number>, size: number, index: number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => data[index * size + i]!);
  const inputShape = input.shape.slice(1);
  const outputShape = prediction.shape.slice(2);
  const count = input.shape[0]!;
  const predicted = (element: number): Float64Array =>
    part(toFloat64(prediction), sizeOf(outputShape), element * count + at);
  const identity = elementsOf(run.record).indexOf("e");
  const against =
    target !== undefined
      ? { values: part(toFloat64(target), sizeOf(outputShape), at), name: "y" as const }
      : identity < 0
        ? null
        : { values: predicted(identity), name: "f(x)" as const };
  return {
    input: part(toFloat64(input), sizeOf(inputShape), at),
    against,
    inputShape,
    outputShape,
    prediction: predicted,
  };
}

/** The element that the page shows: the one picked, or the first that does something. */
export function shownElement(record: RunRecord, picked: string | undefined): string {
  const ids = elementsOf(record);
  const moving = ids.find((id) => id !== "e");
  return picked !== undefined && ids.includes(picked) ? picked : (moving ?? ids[0] ?? "e");
}
