/**
 * Would the network commute with an element if vector components had another order or sign? For each element, the
 * error with its move of the grid and each of the eight signed permutations of components in place of its own.
 * A minimum away from the stated one points to a convention, not to physics.
 */
import { actMixing } from "../../../shared/groups/act";
import { identityMatrix, signedPermutations, type Element } from "../../../shared/groups/element";
import type { Tensor } from "../../../shared/tensor";
import { checkMixing } from "../../fields/mixingCheck";
import type { StatesContext, ResultArray } from "../context";
import type { Reals } from "../innerProducts";
import { distances, realsOf, slice, tensorOf } from "../orbit";

/** Samples that each error is a mean over: a wrong component changes every sample, so few tell. */
const SAMPLES = 4;

export interface Mixings {
  readonly arrays: Record<string, ResultArray>;
  /** Names of the mixings, and for each element the sentence that the comparison comes to. */
  readonly summary: { names: string[]; verdicts: Record<string, string> };
  readonly notices: string[];
}

/** Runs of `checkMixings`, for progress. */
export function mixingRuns(context: StatesContext): number {
  return runsOfMixings(asked(context).length);
}

/** The same for a number of elements that turn or mirror vectors. */
export function runsOfMixings(turning: number): number {
  return turning * signedPermutations.length;
}

/**
 * @param own f(x) of all samples [n, …]
 * @param predict f of some states, [m, D]
 * @returns null where the fields have no vectors or no element turns or mirrors them
 */
export async function checkMixings(
  context: StatesContext,
  own: Tensor,
  predict: (states: Tensor, element: Element) => Promise<Reals>,
): Promise<Mixings | null> {
  const { elements, input, fields, outputFields } = context;
  const turning = asked(context);
  if (turning.length === 0) return null;
  const n = Math.min(SAMPLES, input.shape[0]!);
  const states = slice(input, 0, n);
  const { shape, data } = slice(own, 0, n);
  const outputs = data as Reals;
  const errors = new Float64Array(elements.length * signedPermutations.length).fill(NaN);
  const verdicts: Record<string, string> = {};
  const suspicions: string[] = [];
  let names: string[] = [];
  for (const element of turning) {
    const report = await checkMixing(element, n, async (mixing) => {
      const moved = actMixing(element, mixing, realsOf(states), states.shape, fields!);
      const expected = actMixing(element, mixing, outputs, shape, outputFields!);
      const { difference, norm } = distances(
        await predict(tensorOf(moved, states.shape), element),
        expected,
        n,
      );
      return difference.reduce((sum, d, i) => sum + d / norm[i]!, 0) / n;
    });
    const first = elements.indexOf(element) * signedPermutations.length;
    report.rows.forEach((row, k) => (errors[first + k] = row.score));
    names = report.rows.map((row) => row.name);
    verdicts[element.id] = report.sentence;
    if (report.verdict === "other-fits-better") suspicions.push(report.sentence);
  }
  return {
    arrays: {
      mixing_error: {
        tensor: tensorOf(errors, [elements.length, signedPermutations.length]),
        axes: ["element", "mixing"],
        unit: "1",
        description: `‖f(g·x) − g·f(x)‖/‖f(x)‖, mean over ${n} samples, with vector components mixed by each signed permutation`,
      },
    },
    summary: { names, verdicts },
    // One sentence is enough to look: the table has the others.
    notices: suspicions.slice(0, 1),
  };
}

/** Elements that turn or mirror vectors, where there are vectors before and after. */
function asked({ elements, fields, outputFields }: StatesContext): Element[] {
  const vectors = (spec: StatesContext["fields"]): boolean =>
    spec?.some(({ kind }) => kind === "vector") ?? false;
  if (!vectors(fields) || !vectors(outputFields)) return [];
  const still = JSON.stringify(identityMatrix);
  return elements.filter(({ matrix }) => JSON.stringify(matrix) !== still);
}
