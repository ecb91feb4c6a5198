/** Numbers of a run for the inspector, from its summary and arrays; what a run does not have is left out. */
import { elementsOf } from "../../shared/charts/elements";
import { matrixOf, perElement } from "../../shared/charts/reading";
import { showNumber } from "../../shared/charts/scale";
import { showWithError } from "../../shared/charts/uncertainty";
import { number, object, type Json } from "../../shared/findings/json";
import {
  generatorOf,
  quantitiesOf,
  quantityNames,
  type Quantity,
} from "../../shared/findings/quantities";
import type { RunRecord, RunResult } from "../../shared/run";
import { formatCount, formatNumber } from "../format";

/** A generator's name, its action in a line, and whether its error stands out from the grid's; null in other runs. */
export function aboutGenerator(
  record: RunRecord,
  id: string,
): { label: string; formula: string; unresolved: string | null; said: string | null } | null {
  const found = generatorOf(record, id);
  if (found === null) return null;
  return {
    label: String(found["label"] ?? id),
    formula: readable(String(found["formula"] ?? ""), record.data.fields),
    unresolved: unresolvedOf(found),
    said: saidOfDrift(found),
  };
}

/** What an error that does not stand out lies within, in a sentence; null where it stands out, or nothing bounds it. */
function unresolvedOf(generator: Json): string | null {
  if (generator["resolved"] !== false) return null;
  const [rounding, fit] = [number(generator["rounding"]), number(generator["fit_error"])];
  if (generator["bound"] === "fit_error") {
    return `Not resolved: the fit’s own error may amount to ${showNumber(fit ?? NaN, 2)}.`;
  }
  if (generator["bound"] !== "rounding" || rounding === null) {
    return "Not resolved: within twice of the grid’s own error.";
  }
  return rounding === 0
    ? "Zero to the last digit."
    : `At the floor: rounding alone leaves ${showNumber(rounding, 2)}.`;
}

/** A formula with vectors' components as channels are called elsewhere, velocity.x for velocityx, and · for *. */
function readable(formula: string, fields: string): string {
  const letter = "[\\p{L}\\p{N}_]";
  const vectors = [...fields.matchAll(/vector:([\p{L}\p{N}_-]+)/gu)].map(([, name]) => name!);
  return vectors
    .reduce(
      (text, name) =>
        text.replace(new RegExp(`(?<!${letter})${name}_?([xy])(?!${letter})`, "gu"), `${name}.$1`),
      formula,
    )
    .replaceAll("*", "·");
}

/**
 * What a statistic runs over, in words: "16 samples", "3 elements × 16 samples", "2 seeds × 16 samples".
 * @param seeds trainings whose values are taken together
 */
export function pooled({ count, dropped }: Quantity, samples: number, seeds = 1): string {
  if (count === null) return "the samples";
  const elements = (count + dropped) / samples / seeds;
  if (!Number.isInteger(elements)) return `${count} samples`;
  return [
    ...(elements > 1 ? [`${elements} elements`] : []),
    ...(seeds > 1 ? [`${seeds} seeds`] : []),
    `${elements * seeds > 1 ? samples : count} samples`,
  ].join(" × ");
}

/** Trainings whose values a run's statistics take together. */
export function seedsOf({ summary }: RunRecord): number {
  return Array.isArray(summary["seeds"]) ? Math.max(1, summary["seeds"].length) : 1;
}

/** Forward passes that a coherence took, beside those that any method needs; nothing in other runs. */
export function passesOf(record: RunRecord): [string, string][] {
  const passes = object(record.summary["passes"]);
  const [made, needed] = [number(passes?.["made"]), number(passes?.["needed"])];
  if (made === null || needed === null) return [];
  return [["Forward passes", `${formatCount(made)}; any method needs ${formatCount(needed)}`]];
}

/** What rounding may do to an element's numbers, in a sentence; null where the run does not say. */
export function roundingOf(record: RunRecord, element: string): string | null {
  const found = object(object(object(record.summary["elements"])?.[element])?.["precision"]);
  if (found === null) return null;
  const [cosine, influence] = [found["cosine"], found["influence"]].map((value) =>
    // What no number in JSON says is that nothing is left.
    typeof value === "number" ? value : Infinity,
  ) as [number, number];
  return influence > 1
    ? "Rounding leaves nothing of some influences."
    : `Rounding moves cosines by ${showNumber(cosine, 1)} at most, influence by ${showNumber(influence, 1)} of its self terms.`;
}

/** Whether a drift is bias or noise, and what the physics says against it; null of what is no quantity. */
function saidOfDrift(quantity: Json): string | null {
  const exponent = number(quantity["exponent"]);
  const step = object(object(quantity["increments"])?.["model"]);
  const against = object(quantity["against"]);
  const worst = object(quantity["worst_step"]);
  const [bias, noise] = [number(step?.["bias"]), number(step?.["noise"])];
  const sentences = [
    ...(exponent === null ? [] : [`The drift grows like k^${formatNumber(exponent)}.`]),
    ...(bias === null || noise === null
      ? []
      : [`One step from the data: bias ${formatNumber(bias)}, noise ${formatNumber(noise)} of s.`]),
    ...(worst === null
      ? []
      : [
          `It moves most at step ${String(worst["step"])}, by ${formatNumber(number(worst["change"]))} of s.`,
        ]),
    ...(against === null
      ? []
      : number(against["first"]) === null
        ? [`It is only ever ${String(quantity["nature"])}, as it must.`]
        : [
            `It must only be ${String(quantity["nature"])}, but is not in ${String(against["rollouts"])} rollouts, first at step ${String(against["first"])}.`,
          ]),
  ];
  return sentences.length === 0 ? null : sentences.join(" ");
}

/** What was computed again in float64, and how far it was off: one finding, or a list of them. */
export function verifiedFacts(record: RunRecord): [string, string][] {
  return [record.summary["verified"]].flat().flatMap((one) => {
    const found = object(one);
    const [entries, largest] = [number(found?.["entries"]), number(found?.["largest"])];
    if (entries === null || largest === null) return [];
    const name = String(found!["quantity"]);
    const entry = entries === 1 ? "1 entry" : `${entries} entries`;
    return [[verifiedNames[name] ?? name, `${entry} within ${showNumber(largest, 2)}`]];
  });
}

const verifiedNames: Record<string, string> = {
  ...quantityNames,
  gram: "Euclidean product",
  metric: "Product of tangents",
  loss: "Loss",
};

/** Of the subgroup with that key, and of the other elements; null where the run has no such aggregate. */
export function subgroupQuantities(
  record: RunRecord,
  key: string,
): { label: string; inside: Quantity[]; complement: Quantity[] | null } | null {
  const all = record.summary["subgroups"];
  const found = (Array.isArray(all) ? all : []).map(object).find((one) => one?.["key"] === key);
  if (found === undefined || found === null) return null;
  const complement = object(found["complement"]);
  return {
    label: String(found["label"] ?? key),
    inside: quantitiesOf(object(found["inside"])),
    complement: complement === null ? null : quantitiesOf(complement),
  };
}

/** What the run says of one transformed sample and one other. */
export function pairFacts(
  run: RunResult,
  element: string,
  row: number,
  column: number,
): [string, string][] {
  const g = Math.max(0, elementsOf(run.record).indexOf(element));
  const facts: [string, string][] = [];
  for (const [array, name] of [
    ["cosine", "Cosine"],
    ["influence", "Influence"],
    ["gram", "Euclidean product"],
  ] as const) {
    const matrix = matrixOf(run, array, g, row);
    if (matrix === null) continue;
    const [i, j] = [row - matrix.first, column - matrix.first];
    if (i >= 0 && j >= 0 && i < matrix.size && j < matrix.size) {
      const error = matrixOf(run, `${array}_error`, g, row)?.values[i * matrix.size + j];
      const number = matrix.values[i * matrix.size + j]!;
      facts.push([name, error === undefined ? formatNumber(number) : showWithError(number, error)]);
    }
  }
  for (const [array, name] of [
    ["excess", "Excess"],
    ["loss", "Loss of g·x"],
    ["relative_loss", "Relative loss"],
    ["equivariance_error", "Equivariance error"],
    ["lie_error", "Lie derivative"],
    ["lie_relative", "Share broken"],
    ["data_error", "Lie derivative of the data"],
    ["finite_error", "Error of the finite motion"],
    ["grid_error", "The grid’s own error"],
    ["round_trip", "Round trip of a finite motion"],
  ] as const) {
    const values = perElement(run, array)?.[g];
    if (values !== undefined && values.length === run.record.data.samples.length) {
      facts.push([name, formatNumber(values[row])]);
    }
  }
  return facts;
}

/** A parameter as people read it. */
export function value(given: unknown): string {
  if (typeof given === "number") return formatNumber(given);
  if (typeof given === "boolean") return given ? "yes" : "no";
  if (Array.isArray(given)) return given.join(", ");
  return given === "" || given === null || given === undefined ? "–" : String(given);
}
