/**
 * For an element that a model fails: is the failure one of convention? The array is moved as the element says, but vector
 * components are mixed by each of the eight signed permutations; where another one gives a much smaller error, the
 * stated components are probably not what the model was trained on.
 */
import type { ConventionReport } from "../../shared/contract";
import {
  showImage,
  signedPermutations,
  type Element,
  type SignedPermutation,
} from "../../shared/groups/element";

/** Another mixing must halve the error to be mentioned. */
const MARGIN = 2;

/** And be small itself: under any mixing an untrained network is far from commuting, and nothing follows from it. */
const FITS = 0.2;

/** A network that commutes to this is right as stated; what is below it differs by float32's rounding alone. */
const ROUNDING = 1e-4;

/**
 * @param errorOf the model's equivariance error with `actMixing(element, mixing, …)` in place of the action
 * @param samples how many the errors are over, for the report
 */
export async function checkMixing(
  element: Element,
  samples: number,
  errorOf: (mixing: SignedPermutation) => Promise<number>,
): Promise<ConventionReport> {
  const statedName = imageOf(element.matrix);
  const rows: ConventionReport["rows"] = [];
  for (const mixing of signedPermutations) {
    const name = imageOf(mixing);
    rows.push({
      name,
      description: `(vx, vy) → ${name}`,
      score: await errorOf(mixing),
      stated: name === statedName,
    });
  }
  const stated = rows.find((row) => row.stated)!;
  const best = rows.reduce((a, b) => (b.score < a.score ? b : a));
  if (best === stated || stated.score < ROUNDING) {
    return {
      verdict: "fits",
      sentence: `No other mixing of components fits ${element.label} better.`,
      rows,
      samples,
    };
  }
  if (best.score < FITS && best.score * MARGIN < stated.score) {
    return {
      verdict: "other-fits-better",
      sentence: `For ${element.label} the model's error is ${show(best.score)} if components go to ${best.name}, and ${show(stated.score)} as stated, ${stated.name}. Do the components have the order and signs stated?`,
      rows,
      samples,
    };
  }
  return {
    verdict: "cannot-tell",
    sentence: `For ${element.label} no mixing of components stands out.`,
    rows,
    samples,
  };
}

function imageOf(mixing: SignedPermutation): string {
  return showImage(mixing, ["vx", "vy"]);
}

function show(error: number): string {
  return error.toPrecision(2);
}
