/** Discovery on fields: combinations of generators, or linear maps of the channels alike at every point. */
import type { DiscoverParameters } from "../../../shared/analyses/discover";
import { UserError } from "../../../shared/errors";
import type { Executor } from "../../runtime/executor";
import type { AnalysisResult, DataContext, Network } from "../context";
import { sampleNetwork } from "../network";
import { gather } from "../orbit";
import { Pushforward, runSize } from "../pushforward";
import { recognise, type Recognised } from "./algebra/recognise";
import { combinationOf } from "./algebra/structure";
import { arraysOf } from "./arrays";
import { checkSampleCount, trivialNotice } from "./checks";
import type { CandidatesId } from "./choices";
import { combined, familyOf, type Family } from "./families";
import {
  channelCandidates,
  namedCandidates,
  type FieldCandidates,
  type FieldOutput,
} from "./fieldCandidates";
import { floorOf } from "./floor";
import { homogeneous, spaceMatrix } from "./homogeneous";
import { layoutOf } from "../../../shared/states/layout";
import { verdict } from "./onStates";
import { halfAngleOf, solve, type Problem, type Solution } from "./problem";
import { pushedProblem } from "./pushed";
import { clustersOf } from "../aggregate";
import { summaryOf } from "./summary";
import { verifiedSamples, verifyOperator, type Verified } from "./verify";

export async function discoverOnFields(
  context: DataContext & { readonly model: Network },
  id: CandidatesId,
  params: DiscoverParameters,
  executor: Executor,
  step: (fraction: number, stage: string) => void,
): Promise<AnalysisResult> {
  const { input, samples, grid, notices, model } = context;
  const network = sampleNetwork(model);
  const shape = input.shape.slice(1);
  const outputShape = network.prediction.shape.slice(1);
  const output = outputOf(params, shape, outputShape);
  const family = id === "fields" ? null : familyOf(id, shape[0]!);
  const candidates =
    family === null
      ? namedCandidates(context, params, output, shape, outputShape)
      : channelCandidates(context, family, output, shape, outputShape);
  const count = candidates.input.count;
  const outputs = network.prediction.shape.reduce((product, extent) => product * extent, 1);
  notices.push(...checkSampleCount(samples.length, outputs, count, output));
  step(0, "Preparing the network");
  const size = runSize(network, samples.length, count + 1, context.memoryBytes);
  const pushforward = await Pushforward.compile(executor, model, network, size);
  const { problem, outputSquares } = await pushedProblem(
    pushforward,
    candidates,
    input,
    size.samples,
    params.seed,
    (fraction) => step(0.9 * fraction, "Pushing the candidates through the network"),
  ).finally(() => pushforward.dispose());
  const verified = await verifiedOf(context, params, candidates, problem, () =>
    step(0.9, "Verifying in float64"),
  );
  const asked = {
    threshold: params.threshold,
    floor: floorOf(executor, null),
    seed: params.seed,
    outputSquares,
  };
  const clusters = clustersOf(samples);
  const looking = (): void => step(0.95, "Looking for symmetries");
  const solution = solve(problem, clusters, asked, looking);
  const parts =
    family === null
      ? null
      : solution.generators.map(({ coefficients }) =>
          combined(family, candidates.channels, coefficients),
        );
  const recognised = recognisedOf(solution, candidates, parts, grid?.size.length ?? 0);
  notices.unshift(verdict(solution, recognised));
  notices.push(...trivialNotice(solution.trivial), ...boxNotice(candidates, grid?.periodic));
  const layout = layoutOf([candidates.channels], "none");
  return {
    summary: summaryOf({
      samples: samples.length,
      candidates: id,
      names: candidates.names,
      particles: 1,
      output,
      solution,
      halfAngle: halfAngleOf(problem, clusters, solution, looking),
      recognised,
      fit: null,
      verified,
      threshold: params.threshold,
      motions: parts,
      flows:
        candidates.generators?.map(({ flow }) => flow?.map(({ text }) => text) ?? null) ?? null,
      sides: grid === null ? null : [...grid.length].reverse(),
    }),
    arrays: arraysOf(
      solution,
      parts === null ? null : { parts, layout, shifts: shiftsOf(family), actions: null },
      new Float64Array(),
    ),
  };
}

async function verifiedOf(
  { model, input, reference }: DataContext & { readonly model: Network },
  { verify, seed }: DiscoverParameters,
  candidates: FieldCandidates,
  problem: Problem,
  step: () => void,
): Promise<Verified | null> {
  if (verify === 0) return null;
  const again = verifiedSamples(input.shape[0]!, seed);
  const size = { samples: 1, directions: candidates.input.count + 1 };
  const program = await Pushforward.compile(await reference(), model, sampleNetwork(model), size);
  const states = gather(input, again);
  const exact = await pushedProblem(program, candidates, states, 1, seed, step).finally(() =>
    program.dispose(),
  );
  return verifyOperator(problem, again, exact.problem, verify, seed, step);
}

function shiftsOf(family: Family | null): boolean {
  return family?.shifts === true;
}

/** @throws UserError "discover/output" */
function outputOf(
  { output, prediction }: DiscoverParameters,
  input: readonly number[],
  predicted: readonly number[],
): FieldOutput {
  const onGrid = predicted.slice(1).join() === input.slice(1).join();
  if (output === "free") {
    throw new UserError(
      "discover/output",
      "An action on the output can be found along for vectors, not for fields.",
      { where: "output", todo: "Use same or invariant." },
    );
  }
  if (output === "invariant" || (output === "auto" && !onGrid)) return "invariant";
  if (input.join() !== predicted.join()) {
    throw new UserError(
      "discover/output",
      `The output is [${predicted.join(", ")}] and the state [${input.join(", ")}], so it cannot move by the same motion.`,
      { where: "output", todo: "Use invariant." },
    );
  }
  return prediction === "rate" ? "rate" : "state";
}

function recognisedOf(
  { generators }: Solution,
  { generators: named, channels }: FieldCandidates,
  parts: readonly Float64Array[] | null,
  axes: number,
): Recognised | null {
  if (generators.length === 0) return null;
  const defect = Math.max(...generators.map((one) => one.defect));
  if (parts !== null) {
    return recognise(
      parts.map((part) => homogeneous(part, channels)),
      defect,
    );
  }
  const spaces = named!.map((one) => spaceMatrix(one, axes));
  // Generators of which a found one has no more than its own defect need no matrix.
  const trace = Math.min(0.05, Math.max(1e-6, 10 * defect));
  const used = spaces.map((_, k) =>
    generators.some(({ coefficients }) => Math.abs(coefficients[k]!) > trace),
  );
  if (spaces.some((space, k) => space === null && used[k])) return null;
  const known = spaces.filter((space) => space !== null);
  const kept = spaces.flatMap((space, k) => (space === null ? [] : [k]));
  return recognise(
    generators.map(({ coefficients }) =>
      combinationOf(
        known,
        kept.map((k) => coefficients[k]!),
      ),
    ),
    defect,
  );
}

/** Rotations and scalings of a periodic box end at its edges, whatever the network does. */
function boxNotice(
  { generators }: FieldCandidates,
  periodic: readonly boolean[] | undefined,
): string[] {
  const leaving = (generators ?? []).filter(({ leavesBox }) => leavesBox).map(({ label }) => label);
  if (leaving.length === 0 || periodic?.some((one) => one) !== true) return [];
  return [
    `The periodic box itself breaks ${leaving.join(", ")}: fields should vanish towards its edges for these to be found.`,
  ];
}
