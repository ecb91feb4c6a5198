/** What a conservation run says beyond its drifts: of repair, data and single steps, of invariants and of layers. */
import type { RunRecord } from "../run";
import type { ShowNumber } from "./facts";
import { number, object, type Json } from "./json";

/** A column of numbers beside the drifts of quantities. */
export interface DriftColumn {
  readonly name: string;
  /** Of a quantity's entry in the summary. */
  of(quantity: Json): string;
}

/** Rows of words and numbers, the heads first. */
export type Rows = readonly (readonly string[])[];

/** Largest drifts of the repaired rollout and of the data, and the bias of single steps, where the run has them. */
export function driftColumns({ summary }: RunRecord, show: ShowNumber): DriftColumn[] {
  const quantities = entries(summary["quantities"]);
  const largest = (whose: string) => (quantity: Json) =>
    text(object(object(quantity[whose])?.["drift"])?.["median"], show);
  const bias = (quantity: Json): string => {
    const step = object(object(quantity["increments"])?.["model"]);
    const [mean, error] = [number(step?.["bias"]), number(step?.["error"])];
    return mean === null || error === null ? "–" : `${show(mean)} ± ${show(error)}`;
  };
  return [
    { name: "Drift, repaired", of: largest("repaired") },
    { name: "Drift, data’s own", of: largest("reference") },
    { name: "Bias a step / s", of: bias },
  ].filter(({ of }) => quantities.some((quantity) => of(quantity) !== "–"));
}

/** Formulas of a terminal's width. */
const MOST_LETTERS = 48;

/** Each invented invariant and how far it is from one; empty where none was found. */
export function invariantRows({ summary }: RunRecord, show: ShowNumber): Rows {
  const found = entries(object(summary["invariants"])?.["found"]);
  const columns = [
    ["Relative defect", "defect"],
    ["Repaired", "defect_repaired"],
    ["Data’s own", "defect_data"],
  ].filter(([, key]) => found.some((one) => number(one[key!]) !== null));
  if (columns.length === 0) return [];
  return [
    ["Invariant", ...columns.map(([name]) => name!)],
    ...found.map((one) => [shortened(one), ...columns.map(([, key]) => text(one[key!], show))]),
  ];
}

/** With the names of what it is, if somebody named it. */
function shortened({ formula, names }: Json): string {
  const whole = String(formula);
  const short = whole.length > MOST_LETTERS ? `${whole.slice(0, MOST_LETTERS - 1)}…` : whole;
  const known = Array.isArray(names) ? names.map(String).filter((name) => name !== whole) : [];
  return known.length === 0 ? short : `${short} (${known.join(", ")})`;
}

/** Of a terminal. */
const MOST_LAYERS = 8;
const MOST_QUANTITIES = 4;

/** What layers change in one step, those that change most first; empty where the run did not follow layers. */
export function layerRows({ summary }: RunRecord, show: ShowNumber): Rows {
  const layers = object(summary["layers"]);
  const [names, changes] = [array(layers?.["names"]), array(layers?.["changes"])];
  const all = entries(summary["quantities"]).map(({ id }, q) => ({
    id: String(id),
    values: array(changes[q]).map((value) => number(value) ?? NaN),
  }));
  const most = (values: readonly number[]): number =>
    Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  const quantities = all
    .filter(({ values }) => values.length === names.length && names.length > 0)
    .sort((a, b) => most(b.values) - most(a.values))
    .slice(0, MOST_QUANTITIES);
  if (quantities.length === 0) return [];
  const size = (l: number): number => most(quantities.map(({ values }) => values[l]!));
  const rest = names.length - MOST_LAYERS;
  return [
    ["Layer, change a step / s", ...quantities.map(({ id }) => id)],
    ...[...names.keys()]
      .sort((a, b) => size(b) - size(a))
      .slice(0, MOST_LAYERS)
      .map((l) => [String(names[l]), ...quantities.map(({ values }) => show(values[l]!))]),
    ...(rest > 0 ? [[`… and ${rest} that change less`, ...quantities.map(() => "")]] : []),
  ];
}

function entries(value: unknown): Json[] {
  return array(value).map((one) => object(one) ?? {});
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function text(value: unknown, show: ShowNumber): string {
  return show(number(value) ?? NaN);
}
