/** What an exported file in the study's folder is, by its name: run, figure, what was picked, width, format. */
import { analysisById } from "../../shared/analyses";
import type { RunEntry } from "../../shared/contract";

export interface Exported {
  readonly title: string;
  /** "SVG", "npz" */
  readonly format: string;
  /** The run, what was picked and how wide, as far as the name says: "r2, 85 mm". */
  readonly about: string;
}

/** @returns for a file of another name, that name and nothing about it */
export function exportedAs(name: string, runs: readonly RunEntry[]): Exported {
  const [, stem = name, ending = ""] = /^(.*)\.(\w+)$/.exec(name) ?? [];
  const run = runs.find(({ id }) => stem.startsWith(`${id}-`));
  const rest = run === undefined ? "" : stem.slice(run.id.length + 1);
  // "drift-by-step" begins with "drift" as well: the longest figure is meant.
  const figure = (analysisById(run?.analysis ?? "")?.figures ?? [])
    .filter(({ id }) => rest === id || rest.startsWith(`${id}-`))
    .reduce<{ id: string; title: string } | null>(
      (best, one) => (best === null || one.id.length > best.id.length ? one : best),
      null,
    );
  if (run === undefined || figure === null) return { title: name, format: "", about: "" };
  const format = ending === "npz" ? ending : ending.toUpperCase();
  const [, picked = "", width, look] =
    /^(.*?)-?(\d+(?:\.\d+)?)mm(?:-(light|dark))?$/.exec(rest.slice(figure.id.length + 1)) ?? [];
  // The title less the analysis, as runs are told apart above.
  const made = run.title.split(" · ").slice(1).join(" · ");
  const said = [made, picked.replaceAll("-", " "), width && `${width} mm`, look];
  return { title: figure.title, format, about: said.filter(Boolean).join(", ") };
}
