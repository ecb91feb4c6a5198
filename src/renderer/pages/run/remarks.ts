/** The notices of a run as its page shows them: less what the study answers, with a step to take where there is one. */
import { coherence } from "../../../shared/analyses/coherence";
import { readNotice, weightOf } from "../../../shared/analyses/notices";
import type { Study } from "../../../shared/contract";
import type { ParameterValue } from "../../../shared/parameters";
import type { RunRecord } from "../../../shared/run";
import { elementsOf } from "../../../shared/charts/elements";
import { showNumber } from "../../../shared/charts/scale";
import { inWindow } from "../../inWindow";
import { groupOrNone } from "../../state/groups";

export interface Remark {
  readonly text: string;
  /** What is said of the data and needs no attention. */
  readonly calm: boolean;
  /** The same run with the values of any of these mends it. */
  readonly mends?: readonly Mend[];
}

export interface Mend {
  readonly label: string;
  readonly change: Readonly<Record<string, ParameterValue>>;
}

/** What `weightOf` says of what a reader may skip. */
const ROUTINE = 2;
/** In half sides: what a few convolutions carry in from the edges stays outside. */
const DISC = 0.75;
/** Two digits of rounding. */
const DAMPING = 100;

/**
 * What changes the reading comes first, what can be mended before what cannot: where there is room for one line, it is
 * the one that shows. Last is what is said of the data and how they were read.
 */
export function remarksOf(record: RunRecord, study: Study): Remark[] {
  const stated = statedSymmetry(record, study);
  const all = record.notices.map((notice): Remark => {
    const coded = readNotice(notice);
    switch (coded?.code) {
      case "symmetry/not-established":
        return stated === null ? { text: notice, calm: false } : { text: stated, calm: true };
      case "span/energy-cut":
        return {
          text: `The energy cut leaves out part of the smaller gradients for ${coded.about}.`,
          calm: false,
          mends: [{ label: "Try unit columns…", change: { "unit-columns": true } }],
        };
      case "box/breaks-motion":
        return {
          text: `The periodic box itself breaks ${coded.about}: such a flow does not close around it, so a network that wraps around shows an error near the edges.`,
          calm: false,
          mends: [{ label: "Over a disc within…", change: { disc: DISC } }],
        };
      case "precision/ridge":
        return {
          text: `Ridge and energy cut are too small for the precision of the gradients: rounding may move influence for ${coded.about}, relative to the self terms.`,
          calm: false,
          mends: morePrecise(record),
        };
      // Runs of before advise pooled statistics, with which a trained network computes another function.
      case "normalise/commutes":
      case "normalise/trained":
      case "loss/zero":
        return { text: notice, calm: false };
      case "model/states":
        return { text: notice, calm: true };
      case undefined:
        return { text: notice, calm: weightOf(notice) === ROUTINE };
    }
  });
  // Codes are read off the notice as it was made; only then is it put in the window's words.
  const said = all.map((remark) => ({ ...remark, text: inWindow(remark.text) }));
  const weight = ({ text, calm, mends }: Remark): number => {
    if (calm) return readNotice(text) === null && weightOf(text) === ROUTINE ? ROUTINE : 3;
    if (mends !== undefined) return 0.5;
    // Nearly every run says it: what is said of this one comes before.
    if (readNotice(text)?.code === "symmetry/not-established") return 1.5;
    return weightOf(text);
  };
  return said.toSorted((a, b) => weight(a) - weight(b));
}

/** 10⁻⁴ rather than 1·10⁻⁴. */
function power(value: number): string {
  return showNumber(value).replace(/^1·/, "");
}

/** Ways out of rounding: what the span then leaves out, what damps it, or twice the digits. */
function morePrecise({ parameters, executor }: RunRecord): Mend[] {
  const published = coherence.parameters.energy.default;
  const given = Math.max(Number(parameters["ridge"]), coherence.parameters.ridge.default);
  // 100 · 10⁻⁶ is 9.999…·10⁻⁵ in binary, which no one wants to read in a form.
  const ridge = Number((DAMPING * given).toPrecision(12));
  return [
    ...(Number(parameters["energy"]) < published
      ? [{ label: `Energy cut ${power(published)}…`, change: { energy: published } }]
      : []),
    { label: `Ridge ${power(ridge)}…`, change: { ridge } },
    ...(executor.startsWith("reference")
      ? []
      : [{ label: "In float64…", change: { executor: "reference", device: "cpu" } }]),
  ];
}

/** What the data's options say of the dynamics, where that covers every element of the run. */
function statedSymmetry(record: RunRecord, study: Study): string | null {
  const id = study.runs.find((run) => run.id === record.id)?.data;
  const name = study.data.find((entry) => entry.id === id)?.options.symmetry;
  const group = name === undefined ? undefined : groupOrNone(name);
  if (group === undefined) return null;
  const covered = elementsOf(record).every((id) => group.elements.some((one) => one.id === id));
  if (!covered) return null;
  return `The dynamics is symmetric under ${group.label}, as stated with the data.`;
}
