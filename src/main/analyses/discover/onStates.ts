/** Discovery among linear and affine motions of states that are vectors: numbers of particles, of an ODE, features. */
import type { DiscoverParameters } from "../../../shared/analyses/discover";
import type { Executor } from "../../runtime/executor";
import type { AnalysisResult, DataContext } from "../context";
import { nearStates } from "../nearStates";
import { sampleNetwork } from "../network";
import { gather } from "../orbit";
import { arraysOf } from "./arrays";
import { MOST_RECOGNISED, recognise } from "./algebra/recognise";
import { checkSampleCount, spreadOf, thinNotice, trivialNotice } from "./checks";
import { outputsOf } from "./choices";
import { combined, familyOf, shiftsOf, type Family, type LinearFamilyId } from "./families";
import { floorOf } from "./floor";
import type { OutputAction } from "./gram";
import { homogeneous } from "./homogeneous";
import { layoutOf, type Layout } from "../../../shared/states/layout";
import { LinearProblems } from "./linear";
import { linearisedNetwork } from "./linearised";
import { halvesOf, partsOfHalves, solve, type Problem, type Solution } from "./problem";
import { clustersOf } from "../aggregate";
import type { FitFacts } from "../../data/fit/dynamics";
import { dataSource, networkSource, type Source } from "./source";
import { summaryOf } from "./summary";
import { verifiedSamples, verifyOperator, type Verified } from "./verify";

/** From this number of candidates on a spectrum takes seconds. */
const MANY = 300;

/** @param executor null without a model */
export async function discoverOnStates(
  context: DataContext,
  id: LinearFamilyId,
  params: DiscoverParameters,
  executor: Executor | null,
  step: (fraction: number, stage: string) => void,
): Promise<AnalysisResult> {
  const { input, notices } = context;
  const layout = layoutOf(input.shape.slice(1), params.split);
  const family = familyOf(id, layout.components);
  step(0, "Preparing");
  const source = await sourceOf(context, params, executor, step);
  const { map } = source;
  const shown =
    map.inputs === map.outputs ? nearStates(map.points, map.values, map.inputs) : undefined;
  const outputs = outputsOf(params, map.inputs, map.outputs, family.shifts, source.kind, shown);
  const factors = outputs[0] === "free" ? map.outputs * (map.outputs + 1) : 0;
  notices.push(...checkSampleCount(map.samples, map.outputs, family.basis.length, factors));
  const clusters = clustersOf(source.samples);
  const asked = {
    threshold: params.threshold,
    floor: floorOf(executor, source.fit),
    seed: params.seed,
    outputSquares: squares(map.values, map.samples),
  };
  const looking = (fraction: number) => (): void => step(fraction, "Looking for symmetries");
  const problems = new LinearProblems(map, layout);
  const attempt = (wanted: Family, output: OutputAction): Attempt => {
    const problem = problems.of(wanted, output);
    return { output, problem, solution: solve(problem, clusters, asked, looking(0.7)) };
  };
  // Of many candidates the shifts alone tell whether it matters how values are taken: a second spectrum takes seconds.
  const first = family.basis.length > MANY ? shiftsOf(family, layout.components) : family;
  const tries = outputs.length === 1 ? [] : outputs.map((output) => attempt(first, output));
  // The first is what values look like: that the other has more symmetry is no reason to take them as such.
  const known = first === family ? tries[0] : undefined;
  const { output, problem, solution } = known ?? attempt(family, outputs[0]!);
  const halfway = halvesOf(problem, clusters, solution, looking(0.9));
  const parts = solution.generators.map(({ coefficients }) =>
    combined(family, layout.components, coefficients),
  );
  const recognised =
    parts.length === 0 || parts.length > MOST_RECOGNISED
      ? null
      : recognise(
          parts.map((part) => homogeneous(part, layout.components)),
          Math.max(...solution.generators.map(({ defect }) => defect)),
        );
  const spread = spreadOf(map);
  notices.unshift(verdict(solution, recognised));
  notices.push(
    ...thinNotice(spread),
    ...trivialNotice(solution.trivial),
    ...(params.prediction === "auto" && source.kind === null
      ? predictionNotice(tries, output, first === family ? "symmetry" : "shift")
      : []),
    ...fitNotice(source),
  );
  if (layout.particles > 1) {
    notices.push(
      `Candidates move ${layout.particles} parts of ${layout.components} numbers alike.`,
    );
  }
  const verified = await verifiedOf(
    context,
    params,
    { output, problem, solution },
    family,
    layout,
    () => step(0.95, "Verifying in float64"),
  );
  return {
    summary: summaryOf({
      samples: map.samples,
      candidates: id,
      names: layout.names,
      particles: layout.particles,
      output,
      solution,
      halves: halfway,
      recognised,
      fit: source.fit,
      verified,
      threshold: params.threshold,
      motions: parts,
      flows: null,
      sides: null,
    }),
    arrays: arraysOf(
      solution,
      {
        parts,
        halves: partsOfHalves(halfway, (v) => combined(family, layout.components, v)),
        layout,
        shifts: family.shifts,
      },
      spread,
    ),
  };
}

/** What one way to move the output gives. */
interface Attempt {
  readonly output: OutputAction;
  readonly problem: Problem;
  readonly solution: Solution;
}

function sourceOf(
  context: DataContext,
  params: DiscoverParameters,
  executor: Executor | null,
  step: (fraction: number, stage: string) => void,
): Promise<Source> {
  const { model } = context;
  if (model === null || executor === null) {
    return dataSource(context, params, () => step(0.1, "Fitting a map to the data"));
  }
  return networkSource({ ...context, model }, executor, (fraction) =>
    step(0.6 * fraction, "Slopes of the network"),
  );
}

/** Without a model all is float64 as it is. */
async function verifiedOf(
  { model, input, memoryBytes, reference, samples }: DataContext,
  { verify, seed }: DiscoverParameters,
  { output, problem }: Attempt,
  family: Family,
  layout: Layout,
  step: () => void,
): Promise<Verified | null> {
  if (verify === 0 || model === null) return null;
  const again = verifiedSamples(samples.length, seed);
  const map = await linearisedNetwork(
    await reference(),
    model,
    sampleNetwork(model),
    gather(input, again),
    memoryBytes,
    step,
  );
  const exact = new LinearProblems(map, layout).of(family, output);
  return verifyOperator(problem, again, exact, verify, seed, step);
}

/** What was found, in the words that stand first on the page. */
export function verdict(
  { decision }: Solution,
  recognised: { readonly name: string | null; readonly words: string } | null,
): string {
  if (recognised === null) return decision.sentence;
  const name = recognised.name === null ? "" : `${recognised.name}, `;
  const ended = recognised.words.replace(/\.$/, "");
  return `Candidate: ${name}${ended}. ${decision.sentence}`;
}

function predictionNotice(
  solved: readonly Attempt[],
  chosen: OutputAction,
  of: "symmetry" | "shift",
): string[] {
  const [own, other] = solved.map(({ solution }) => solution.decision.dimension);
  if (own === undefined || other === undefined) {
    return chosen === "state"
      ? [
          "The output is taken as a later state: it lies near the states that it is made from. --prediction rate takes it as a rate.",
        ]
      : [];
  }
  if (own === other) return [];
  const count = own === 1 ? `1 ${of}` : `${own} ${of === "shift" ? "shifts" : "symmetries"}`;
  const [taken, lies, instead] =
    chosen === "state"
      ? ["a later state", "less far", "a rate"]
      : ["a rate", "farther", "a later state"];
  return [
    `The output is taken as ${taken}, with ${count}: if not by much, it lies ${lies} from its own state than states from their mean. As ${instead} it would have ${other}; --prediction states which it is.`,
  ];
}

/** A fit's own error bounds what can be resolved. */
const GOOD = 1e-4;

function fitNotice({ fit }: Source): string[] {
  if (fit === null) return [];
  const order = fit.order === null ? "" : `, by central differences of order ${fit.order}`;
  const told = `Without a model: ${fit.of}${order}, fitted by ${fittedBy(fit)}; on held-out data they are off by ${fit.residual.toExponential(1)} of the spread.`;
  return fit.residual < GOOD
    ? [told]
    : [told, "Defects below that may be the fit’s, and a symmetry may look broken by as much."];
}

function squares(values: Float64Array, samples: number): Float64Array {
  const size = values.length / samples;
  const out = new Float64Array(samples);
  values.forEach((value, k) => (out[Math.floor(k / size)]! += value ** 2));
  return out;
}

function fittedBy({ degree, features }: FitFacts): string {
  return degree === null
    ? `an affine map and ${features} inverse multiquadrics`
    : `polynomials of degree ${degree} (${features} features)`;
}
