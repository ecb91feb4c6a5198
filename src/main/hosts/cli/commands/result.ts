/** What a run found, as a few lines of text: a table of its elements, generators or quantities, or a list of facts. */
import { elementLabel, elementsOf, kindOfElements } from "../../../../shared/charts/elements";
import { driftColumns, invariantRows, layerRows } from "../../../../shared/findings/conservation";
import { algebraFacts } from "../../../../shared/findings/discovery";
import type { Facts } from "../../../../shared/findings/facts";
import { number, object, type Json } from "../../../../shared/findings/json";
import { landscapeFacts } from "../../../../shared/findings/landscape";
import { lieLayerFacts } from "../../../../shared/findings/lieLayers";
import { fitFacts, networksFacts } from "../../../../shared/findings/networks";
import {
  elementQuantities,
  generatorOf,
  quantityNames,
  type Quantity,
} from "../../../../shared/findings/quantities";
import type { RunRecord } from "../../../../shared/run";
import { shortNumber, table } from "./shared";

/** A terminal's worth; a run has the rest. */
const MOST_ROWS = 20;
/** Of a discovery, below the facts of its algebra. */
const MOST_GENERATORS = 8;

/**
 * Of these a table has the median with its 95 % interval, of `medians` the median alone, if the run has them: what
 * answers the analysis' question first, and few enough to fit a terminal.
 */
interface Columns {
  readonly intervals: readonly string[];
  readonly medians: readonly string[];
}

const columns: Readonly<Record<string, Columns>> = {
  coherence: { intervals: ["cosine", "influence"], medians: ["relative_loss"] },
  equivariance: { intervals: ["equivariance_error", "relative_loss"], medians: [] },
  "lie-derivative": {
    intervals: ["lie_error"],
    medians: ["lie_error_last", "lie_relative", "data_error", "finite_error", "grid_error"],
  },
  conservation: { intervals: ["drift"], medians: ["slope"] },
  // Of the last checkpoint, and of the model itself.
  evolution: { intervals: ["cosine", "excess"], medians: ["relative_loss"] },
  comparison: { intervals: ["cosine", "excess"], medians: ["relative_loss"] },
};

/** The result in at most some 25 lines; empty where nothing is known of such a run. */
export function resultInWords(record: RunRecord): string {
  if (record.analysis === "landscape") return list(landscapeFacts(record, show));
  if (record.analysis === "discover") return discovered(record);
  if (record.analysis === "influence-validation") return validated(record);
  const shown = columns[record.analysis];
  if (shown === undefined) return "";
  const facts = networksFacts(record, show);
  const layers = lieLayerFacts(record, show);
  const below = [
    ...(record.analysis === "conservation" ? belowDrifts(record) : []),
    ...(layers.length === 0 ? [] : ["", list(layers)]),
  ];
  return [...(facts.length === 0 ? [] : [list(facts)]), byElement(record, shown), ...below].join(
    "\n",
  );
}

/** Tables of invented invariants and of layers, if the run has them. */
function belowDrifts(record: RunRecord): string[] {
  return [invariantRows(record, show), layerRows(record, show)].flatMap((rows) =>
    rows.length === 0 ? [] : ["", table(rows, rows[0]!.length - 1)],
  );
}

function byElement(record: RunRecord, { intervals, medians }: Columns): string {
  const all = elementsOf(record);
  const rows = all.slice(0, MOST_ROWS).map((id) => ({
    id,
    about: generatorOf(record, id),
    quantities: new Map(elementQuantities(record, id).map((one) => [one.key, one])),
  }));
  const has = (key: string): boolean => rows.some(({ quantities }) => quantities.has(key));
  const [wide, narrow] = [intervals.filter(has), medians.filter(has)];
  const name = (key: string): string => quantityNames[key]!;
  const verdict = verdictOf(record.analysis);
  const further = record.analysis === "conservation" ? driftColumns(record, show) : [];
  const head = [
    kindOfElements(record),
    ...wide.flatMap((key) => [name(key), "95 % interval"]),
    ...narrow.map(name),
    ...further.map((column) => column.name),
  ];
  const lines = rows.map(({ id, about, quantities }) => [
    about === null ? elementLabel(id) : id,
    ...wide.flatMap((key) => [median(quantities.get(key)), interval(quantities.get(key))]),
    ...narrow.map((key) => median(quantities.get(key))),
    ...further.map((column) => column.of(about ?? {})),
    ...(verdict === null ? [] : [verdict.of(about ?? {})]),
  ]);
  // Words stand to the left, numbers to the right of their columns.
  const numbers = table(
    [head, ...lines.map((line) => line.slice(0, head.length))],
    head.length - 1,
  ).split("\n");
  const words = verdict === null ? [] : [verdict.name, ...lines.map((line) => line.at(-1)!)];
  return [
    ...numbers.map((line, i) => (words[i] === undefined ? line : `${line}  ${words[i]}`)),
    ...more(all.length - rows.length),
  ].join("\n");
}

/** What is said in words of a generator or a quantity beside its numbers; null of elements. */
function verdictOf(analysis: string): { name: string; of(about: Json): string } | null {
  if (analysis === "lie-derivative") return { name: "Resolved", of: resolved };
  return analysis === "conservation" ? { name: "Sign", of: sign } : null;
}

/** Whether an error stands out, else what it lies within. */
function resolved(generator: Json): string {
  if (generator["resolved"] !== false) return "yes";
  switch (generator["bound"]) {
    case "rounding":
      return generator["rounding"] === 0 ? "zero to the last digit" : "no: rounding";
    case "fit_error":
      return "no: the fit’s own error";
    default:
      return "no: the grid’s own error";
  }
}

/** Of s: integrals are summed in float64, so what drifts less has no direction. */
const ROUNDING = 1e-12;

/** Which way a quantity goes as far as its interval tells, and whether it may where the physics forbids one way. */
function sign(quantity: Json): string {
  const slope = object(quantity["slope"]);
  const drift = number(object(quantity["drift"])?.["median"]);
  if (drift !== null && Math.abs(drift) < ROUNDING) return "kept to rounding";
  const [low, high] = [number(slope?.["low"]), number(slope?.["high"])];
  const trend =
    low === null || high === null ? "–" : low > 0 ? "rises" : high < 0 ? "falls" : "undecided";
  const against = object(quantity["against"]);
  if (against === null) return trend;
  const nature = String(quantity["nature"]);
  return number(against["first"]) === null
    ? `${trend}; ever ${nature}, as it must`
    : `${trend}; not only ${nature} in ${String(against["rollouts"])} rollouts`;
}

function discovered(record: RunRecord): string {
  const { summary } = record;
  const [sentence, words] = [summary["sentence"], summary["words"]];
  const facts = algebraFacts(record, show);
  const algebra = facts.findIndex(([name]) => name === "Algebra");
  if (typeof words === "string") facts.splice(algebra + 1, 0, ["In words", words]);
  const found = (Array.isArray(summary["generators"]) ? summary["generators"] : []).map(object);
  // In their own order, which is that of their names: by defect as far as defects differ.
  const generators = found.flatMap((one) => (one === null ? [] : [one]));
  const rows = generators.slice(0, MOST_GENERATORS).map((one) => [
    String(one["id"]),
    text(one["defect"]),
    interval({
      interval: [
        number(object(one["interval"])?.["low"]),
        number(object(one["interval"])?.["high"]),
      ],
    }),
    text(one["share_broken"]),
  ]);
  const head = ["Generator", "Relative defect", "95 % interval", "Share broken"];
  return [
    ...(typeof sentence === "string" ? [headline(record, sentence)] : []),
    list(facts),
    ...(rows.length === 0 ? [] : [table([head, ...rows], head.length - 1)]),
    ...more(generators.length - rows.length),
  ].join("\n");
}

/** The notice that ends with the sentence, if there is one: it names the algebra too. */
function headline({ notices }: RunRecord, sentence: string): string {
  return notices.find((notice) => notice.endsWith(sentence)) ?? sentence;
}

/** R² and slope for each kind and size of step. */
function validated(record: RunRecord): string {
  const rows = fitFacts(record).map(({ kind, share, r2, slope }) => [
    kind,
    show(share),
    show(r2),
    show(slope),
  ]);
  const head = ["Step along", "Share of the loss", "R²", "Slope"];
  const elements = elementsOf(record).map(elementLabel).join(", ");
  return [table([head, ...rows], 3), `Elements: ${elements}`].join("\n");
}

/** Names and texts, a line each. */
function list(facts: Facts): string {
  return table(facts);
}

function more(rest: number): string[] {
  return rest > 0 ? [`… and ${rest} more in run.json`] : [];
}

function median(quantity: Quantity | undefined): string {
  return text(quantity?.median);
}

function interval(quantity: Pick<Quantity, "interval"> | undefined): string {
  const [low, high] = quantity?.interval ?? [null, null];
  return low === null || high === null ? "–" : `${show(low)} … ${show(high)}`;
}

function text(value: unknown): string {
  return show(number(value) ?? NaN);
}

/** Three digits, which is what medians of samples have; a dash where there is no number. */
function show(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Number.isFinite(rounded) ? shortNumber(rounded) : "–";
}
