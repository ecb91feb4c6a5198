/** Sentences that speak of the command line's options, in the words of forms. */
import { analyses } from "../shared/analyses";
import type { AnalysisDefinition } from "../shared/analyses/definition";
import type { ErrorRecord } from "../shared/errors";
import type { Parameter } from "../shared/parameters";

/** What the page of the data calls its own options. */
const ofData = {
  fields: "Fields",
  axes: "Axes",
  boundary: "Boundary",
  length: "Sides of the box",
  dt: "Time step",
  input: "Inputs",
  target: "Targets",
} as const;

const labels: ReadonlyMap<string, string> = new Map([
  // Of analyses that call one differently, the first listed counts.
  ...Object.values<AnalysisDefinition>(analyses)
    .flatMap(({ parameters }) =>
      Object.entries(parameters).map(([name, { label }]) => [name, label] as const),
    )
    .reverse(),
  ...Object.entries(ofData),
]);

/**
 * A notice or remedy as a window says it: asides for the command line are left out, and an option that the sentence
 * cannot do without is called what its field in the form is.
 */
export function inWindow(text: string): string {
  return text
    .replace(/ \(--[^()]*\)/g, "")
    .replace(/--([a-z][a-z-]*)( on the command line)?/g, (option, name: string) => {
      const label = labels.get(name);
      return label === undefined ? option : `“${label}”`;
    });
}

/** An error of what a form asks for: its place is the field's label, not the parameter's own name. */
export function inForm(
  { where, ...error }: ErrorRecord,
  parameters: Readonly<Record<string, Parameter>>,
): ErrorRecord {
  const label = where === undefined ? undefined : parameters[where]?.label;
  if (label !== undefined) return { ...error, where: `“${label}”` };
  // Any other word of ours says nothing to whoever filled in the form.
  return where === undefined || /^[a-z-]+$/.test(where) ? error : { ...error, where };
}
