/** How much each layer of a network contributes to a Lie derivative, the largest first. */
import type { RunRecord } from "../run";
import type { Facts, ShowNumber } from "./facts";
import { object } from "./json";

/** A terminal's worth beside the generators. */
const MOST = 8;

/** A line a layer with its mean part of ‖L f‖/‖f‖ for each generator; nothing where none were followed. */
export function lieLayerFacts({ analysis, summary }: RunRecord, show: ShowNumber): Facts {
  const layers = analysis === "lie-derivative" ? object(summary["layers"]) : null;
  const [names, generators] = [layers?.["names"], layers?.["generators"]];
  if (!Array.isArray(names) || !Array.isArray(generators)) return [];
  const parts = generators.map((one) => {
    const found = object(one);
    const mean = found?.["mean"];
    return { id: String(found?.["id"]), mean: Array.isArray(mean) ? mean.map(Number) : [] };
  });
  const rows = names.map((name, l) => ({
    name: String(name),
    largest: Math.max(...parts.map(({ mean }) => mean[l] ?? 0)),
    text: parts.map(({ id, mean }) => `${id} ${show(mean[l] ?? NaN)}`).join(", "),
  }));
  rows.sort((a, b) => b.largest - a.largest);
  return [
    ["Layer", "part of ‖L f‖/‖f‖, the largest first"],
    ...rows.slice(0, MOST).map(({ name, text }): [string, string] => [name, text]),
    ...(rows.length > MOST ? ([["", `and ${rows.length - MOST} more in run.json`]] as Facts) : []),
  ];
}
