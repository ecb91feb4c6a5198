/** What an attentive colleague would remark about a coherence result. */
import { codedNotice } from "../../../shared/analyses/notices";
import type { LossId } from "../../training/losses";
import type { AnalysisContext } from "../context";
import type { CoherenceParameters } from "../../../shared/analyses/coherence";
import type { BatchResult } from "./batchInput";
import { withoutLoss } from "./noLoss";
import { worstPrecision } from "./precision";

/** Influences that rounding may move farther than this, relative to their self terms, deserve a warning. */
const ROUGH = 0.01;
/** Below this the quartiles and the span rest on a handful of states. */
const SMALL_BATCH = 8;
/** An energy kept below this deserves a word. */
const LOW_ENERGY = 0.99;

export function noticesOf(
  context: AnalysisContext,
  params: CoherenceParameters,
  results: readonly BatchResult[],
  sizes: {
    samples: number;
    parameters: number;
    outputSize: number;
    /** Positions of the samples of each batch. */
    batches: readonly (readonly number[])[];
  },
): string[] {
  const { elements } = context;
  const notices: string[] = [];
  const nothing = withoutLoss(context, params.loss as LossId, results, sizes.batches);
  const without = nothing.flat().filter(Boolean).length;
  if (without > 0) {
    const all = nothing.flat().length;
    const states = without === all ? `all ${all} states` : `${without} of ${all} states`;
    notices.push(codedNotice("loss/zero", states));
  }
  /** Neither the states of x nor their images have gradients that a ridge or a cut could be right for. */
  const meaningless = (g: number): boolean =>
    [nothing[g]!, nothing[elements.findIndex(({ id }) => id === "e")] ?? []].some(
      (states) => states.filter(Boolean).length > states.length / 2,
    );
  const moving = elements.filter(({ id }) => id !== "e");
  const { samples, parameters, outputSize } = sizes;
  const gaussNewton = params.metric === "gauss-newton";
  if (gaussNewton && parameters > samples * outputSize) {
    notices.push(
      `The network has more parameters (${parameters}) than the batch has outputs (${samples * outputSize}): the metric is inverted within the span of the gradients, and its full inverse would give other numbers. Compare with the Euclidean cosine and sweep the ridge.`,
    );
  }
  if (samples < SMALL_BATCH) {
    notices.push(`A batch of ${samples} is small: its span and quartiles rest on few states.`);
  }
  if (!gaussNewton && params.sweep === "ridge") {
    notices.push("The identity metric has no ridge, so nothing was swept.");
  }
  if (moving.length > 0) {
    notices.push(codedNotice("symmetry/not-established", "elements"));
  }
  const low = gaussNewton
    ? elements.flatMap(({ label }, g) =>
        ["x", "g·x"].flatMap((side, s) => {
          if (meaningless(g)) return [];
          const kept = Math.min(...results.map(({ arrays }) => arrays.energy_kept![g * 2 + s]!));
          return kept < LOW_ENERGY ? [`${label} (${side}: ${(100 * kept).toPrecision(3)} %)`] : [];
        }),
      )
    : [];
  if (low.length > 0) {
    notices.push(codedNotice("span/energy-cut", low.join(", ")));
  }
  const rough = elements.flatMap(({ label }, g) => {
    const worst = worstPrecision(results, [g])?.influence ?? 0;
    return worst > ROUGH && !meaningless(g) ? [`${label} (${percent(worst)})`] : [];
  });
  if (rough.length > 0) {
    notices.push(codedNotice("precision/ridge", rough.join(", ")));
  }
  const zero = count(results, "gram_self", (value) => value === 0);
  if (zero > 0) {
    notices.push(`${zero} gradients are exactly zero and have no direction; they are left out.`);
  }
  const broken = count(results, "gram_self", (value) => !Number.isFinite(value));
  if (broken > 0) {
    notices.push(`${broken} gradients at transformed states are not finite and are left out.`);
  }
  const self = count(results, "self_influence", (value) => value < 0);
  if (self > 0) notices.push(`${self} self terms are not positive; their cosines are left out.`);
  return notices;
}

function count(
  results: readonly BatchResult[],
  name: string,
  matches: (value: number) => boolean,
): number {
  return results.reduce((sum, { arrays }) => sum + arrays[name]!.filter(matches).length, 0);
}

/** Beyond its own size an error says no more than that nothing is left. */
function percent(error: number): string {
  return error > 1 ? "over 100 %" : `${(100 * error).toPrecision(2)} %`;
}
