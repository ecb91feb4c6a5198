/** What runs over several networks say in words: which there were, how coherence goes with loss, how steps were foretold. */
import { stepNames } from "../charts/validation";
import type { RunRecord } from "../run";
import type { Facts, ShowNumber } from "./facts";
import { number, object, type Json } from "./json";

/** Of an evolution or a comparison; nothing of other runs. @param show how the host writes numbers */
export function networksFacts({ analysis, summary }: RunRecord, show: ShowNumber): Facts {
  if (analysis === "evolution") {
    const moments = list(summary["checkpoints"]);
    const seeds = Array.isArray(summary["seeds"]) ? summary["seeds"].map(String) : [];
    const end = moments[number(summary["last"]) ?? moments.length - 1];
    const [first, last, shown] = [moments[0], moments.at(-1), end].map((one) => String(one?.["name"] ?? "")); // prettier-ignore
    return [
      ["Checkpoints", `${moments.length}, ${first!} … ${last!}`],
      ...(seeds.length > 1 ? ([["Trainings", seeds.join(", ")]] as Facts) : []),
      ["Coherence with log loss", correlation(summary, show)],
      ["Below", `as they are at ${shown!}`],
    ];
  }
  if (analysis !== "comparison") return [];
  const models = list(summary["models"]);
  return [
    ...models
      .slice(0, MOST)
      .map((one): [string, string] => [
        String(one["name"]),
        `cosine ${text(one["coherence"], show)}, loss ${text(one["loss"], show)}`,
      ]),
    ...(models.length > MOST
      ? ([["", `and ${models.length - MOST} more in run.json`]] as Facts)
      : []),
    ["Coherence with log loss", correlation(summary, show)],
    ["Below", String(models[0]?.["name"] ?? "")],
  ];
}

/** Networks of a terminal's worth. */
const MOST = 8;

function correlation(summary: Json, show: ShowNumber): string {
  const found = object(summary["generalisation"]);
  if (found === null) return "too few networks for a correlation";
  const of = (name: string, key: string): string => {
    const one = object(found[key]);
    return `${name} ${text(one?.["value"], show)} (${text(one?.["low"], show)} … ${text(one?.["high"], show)})`;
  };
  return `${of("Pearson", "pearson")}, ${of("Spearman", "spearman")}`;
}

/** How well one kind and size of step was foretold; NaN where it cannot be said. */
export interface FitFact {
  readonly kind: string;
  readonly share: number;
  readonly r2: number;
  readonly slope: number;
}

/** Of an influence validated, in the order of the run. */
export function fitFacts({ summary }: RunRecord): FitFact[] {
  return list(summary["fits"]).map((one) => ({
    kind: stepNames[String(one["preconditioner"])] ?? String(one["preconditioner"]),
    share: number(one["share"]) ?? NaN,
    r2: number(one["r2"]) ?? NaN,
    slope: number(one["slope"]) ?? NaN,
  }));
}

function list(value: unknown): Json[] {
  return (Array.isArray(value) ? value : []).map(object).filter((one) => one !== null);
}

function text(value: unknown, show: ShowNumber): string {
  return show(number(value) ?? NaN);
}
