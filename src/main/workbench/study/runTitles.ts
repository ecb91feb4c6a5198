/** Titles by which the runs of a study are told apart, where analysis, network and data are the same. */
import { analysisById } from "../../../shared/analyses";
import type { Parameter } from "../../../shared/parameters";

interface Titled {
  readonly analysis: string;
  readonly title: string;
  /** Of the run, as its record has them. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What numbers do not follow from. */
const MACHINE = ["executor", "device", "fallback", "memory", "verify"];

/** A title is read at a glance: settings that it tells of, and letters of each. */
const [MOST, LONGEST] = [3, 40];

/**
 * Runs of one title with what they differ in behind it: "Landscape · unet on vortices · element r, points 21". Runs of the
 * same settings keep their title: they differ by their time alone.
 */
export function withDifferences<T extends Titled>(runs: readonly T[]): T[] {
  return runs.map((run) => {
    const alike = runs.filter(({ title }) => title === run.title);
    if (alike.length < 2) return run;
    const { parameters = {} } = analysisById(run.analysis) ?? {};
    const told = Object.entries(parameters as Readonly<Record<string, Parameter>>)
      .filter(([name]) => !MACHINE.includes(name))
      .filter(([name, parameter]) => differs(alike, name, parameter))
      // Elements are another group's where the groups differ.
      .filter(([name], _, all) => name !== "elements" || all.every(([other]) => other !== "group"))
      .map(([name, parameter]) => inWords(parameter, valueOf(run, name, parameter)))
      .filter((words) => words !== "")
      .slice(0, MOST);
    return told.length === 0 ? run : { ...run, title: `${run.title} · ${told.join(", ")}` };
  });
}

function differs(runs: readonly Titled[], name: string, parameter: Parameter): boolean {
  return new Set(runs.map((run) => valueOf(run, name, parameter))).size > 1;
}

/** A record of an earlier version may lack what came later; the default is what it did. */
function valueOf({ parameters }: Titled, name: string, parameter: Parameter): string {
  return String(parameters[name] ?? parameter.default);
}

/** "plane", "no plane", "points 21", "directions random"; nothing for a text that was left empty. */
function inWords(parameter: Parameter, value: string): string {
  const label = /^\p{Lu}\p{Ll}/u.test(parameter.label)
    ? parameter.label.charAt(0).toLowerCase() + parameter.label.slice(1)
    : parameter.label;
  if (parameter.kind === "boolean") return value === "true" ? label : `no ${label}`;
  const short = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  return value.trim() === "" ? "" : `${label} ${short}`;
}
