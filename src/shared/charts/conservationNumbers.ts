/** A conservation run's arrays as its figures need them: drifts over their scale, a quantity and a step at a time. */
import type { RunRecord, RunResult } from "../run";
import { toFloat64 } from "../tensor";
import { perElement } from "./reading";
import { fixedScale, type Scale } from "./scale";

/** Whose rollout: the network's, the repaired network's, or the data. */
export interface Kind {
  readonly name: string;
  readonly value: string;
  readonly drift: string;
  /** Of each rollout's drift, a step. */
  readonly slope: string;
  readonly dash: "solid" | "dashed" | "dotted";
}

const kinds: readonly Kind[] = [
  { name: "network", value: "value", drift: "drift", slope: "slope", dash: "solid" },
  {
    name: "repaired",
    value: "value_repaired",
    drift: "drift_repaired",
    slope: "slope_repaired",
    dash: "dotted",
  },
  {
    name: "data",
    value: "reference",
    drift: "drift_reference",
    slope: "slope_reference",
    dash: "dashed",
  },
];

/** Those that the run has; the data only where they go on. */
export function kindsOf(run: RunResult): Kind[] {
  return kinds.filter(({ drift }) => {
    const array = run.arrays[drift];
    return array !== undefined && toFloat64(array).some(Number.isFinite);
  });
}

export function stepsOf(record: RunRecord): number {
  return record.arrays.drift?.shape[2] ?? 0;
}

/** Drifts over their quantity's scale, [N · n] a quantity. */
export function relativeDrifts(run: RunResult, name: string): Float64Array[] {
  const scales = toFloat64(run.arrays.scale ?? { data: new Float64Array() });
  return (perElement(run, name) ?? []).map((values, q) =>
    values.map((value) => value / scales[q]!),
  );
}

/** Every `stride`-th value from `start`. */
export function column(values: Float64Array, start: number, stride: number): number[] {
  return Array.from({ length: values.length / stride }, (_, i) => values[i * stride + start]!);
}

/** Of each rollout the largest |drift|, NaN where there is none. */
export function largest(values: Float64Array, steps: number): Float64Array {
  return Float64Array.from({ length: values.length / steps }, (_, i) => {
    const sizes = [...values.subarray(i * steps, (i + 1) * steps)].filter(Number.isFinite);
    return sizes.length === 0 ? NaN : Math.max(...sizes.map(Math.abs));
  });
}

/** Of each rollout the drift at its last step that has one. */
export function last(values: Float64Array, steps: number): Float64Array {
  return Float64Array.from(
    { length: values.length / steps },
    (_, i) => values.subarray(i * steps, (i + 1) * steps).findLast(Number.isFinite) ?? NaN,
  );
}

/** Whole steps from `from` on. */
export function stepScale(from: number, steps: number): Scale {
  const scale = fixedScale(from, Math.max(steps, from + 1));
  return { ...scale, ticks: scale.ticks.filter(Number.isInteger) };
}

/** A run whose curves stand for something else than quantities. */
export function withCurves(run: RunResult, names: readonly string[]): RunResult {
  const summary = { quantities: names.map((id) => ({ id })) };
  return { ...run, record: { ...run.record, summary } };
}
