/** The report that a reproduction leaves: what was done, what came out, what agrees with the paper and what does not. */
import { cases } from "./cases";
import { findingsOf, type Finding, type Readings } from "./findings";
import type { Reading } from "./readings";

export interface Done {
  readonly readings: Readings;
  /** Every command that was run, in order. */
  readonly commands: readonly string[];
  /** What each training came to. */
  readonly errors: Readonly<Record<string, { relativeError: number; identityError: number }>>;
  readonly seed: number;
  readonly epochs: number;
  readonly minutes: number;
  readonly version: string;
}

const percent = (x: number): string => `${(100 * x).toPrecision(3)} %`;
const number = (x: number): string =>
  x !== 0 && Math.abs(x) < 1e-3 ? x.toExponential(1) : x.toFixed(3);

function row(id: string, what: string, { epoch, inside, outside }: Reading): string {
  const cells = [
    inside.cosine.median,
    outside.cosine.median,
    inside.excess.median,
    outside.excess.median,
    inside.relativeLoss,
    outside.relativeLoss,
    inside.equivarianceError,
    outside.equivarianceError,
  ];
  return `| ${id} | ${what} | ${epoch} | ${cells.map(number).join(" | ")} |`;
}

/** Epochs of the comparison; after fewer, what a network has learned is not told from what it has not learned yet. */
export const EPOCHS = 20;

function verdict({ holds, source, trained }: Finding, epochs: number): string {
  if (trained && epochs < EPOCHS) return "too early to say";
  if (source === null) return holds ? "as expected" : "not as expected";
  return holds ? "agrees" : "does not agree";
}

/** Markdown; figures lie beside it. */
export function report(done: Done): string {
  const findings = findingsOf(done.readings);
  return [
    "# Do trained emulators couple the states that physics says are one?",
    "",
    `The comparison of Amarel et al. 2026 (arXiv:2601.20172) made small: decaying flow in a periodic square, 32 × 32 points, networks of some tens of thousands of parameters, seed ${done.seed}, ${done.epochs} epochs${done.epochs < EPOCHS ? ` of the usual ${EPOCHS}` : ""}, ${done.minutes.toFixed(0)} minutes, Noetherscope ${done.version}. The paper has 128 × 128 points, networks of 5 and 13 million parameters and several equations, so sizes cannot be expected to agree, only directions.`,
    "",
    "## What agrees and what does not",
    "",
    ...findings.map(
      (finding) =>
        `- **${verdict(finding, done.epochs)}** (${finding.source ?? "no claim of the paper"}): ${finding.claim} Here: ${finding.numbers}.`,
    ),
    "",
    "Case e is an observation about conventions, not a claim about anyone’s work: the network and its data are as good as in a, only the group takes vx for vy.",
    "",
    "## Numbers",
    "",
    "Medians over elements and held-out transitions; V4∖e = {r², sr, sr³}, the others = {r, r³, s, sr²}. Excess is the cosine less that of unrelated states.",
    "",
    "| | case | epoch | cosine V4∖e | others | excess V4∖e | others | loss ratio V4∖e | others | equivariance error V4∖e | others |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...cases.flatMap(({ id, title }) => [
      row(id, title, done.readings[id].first),
      row(id, title, done.readings[id].last),
    ]),
    "",
    "| | relative one-step error | of predicting no change |",
    "|---|---|---|",
    ...cases.map(({ id }) => {
      const { relativeError, identityError } = done.errors[id]!;
      return `| ${id} | ${percent(relativeError)} | ${percent(identityError)} |`;
    }),
    "",
    ...cases.flatMap(({ id, title }) => [
      `### ${id}: ${title}`,
      "",
      `![Coherence over training](${id}.svg)`,
      "",
    ]),
    "## Commands",
    "",
    "```sh",
    ...done.commands,
    "```",
    "",
  ].join("\n");
}
