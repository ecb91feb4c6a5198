/** Discovery on fields: combinations of generators, or linear maps of the channels alike at every point. */
import type { DiscoverParameters } from "../../../shared/analyses/discover";
import { UserError } from "../../../shared/errors";
import { channelCount, type Grid } from "../../../shared/fields/spec";
import { closesAround } from "../../../shared/generators/around";
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
import { gridFloor } from "./gridFloor";
import { RESOLVED } from "./decision";
import { homogeneous, spaceMatrix } from "./homogeneous";
import { layoutOf } from "../../../shared/states/layout";
import { verdict } from "./onStates";
import { halvesOf, partsOfHalves, solve, type Problem, type Solution } from "./problem";
import { pushedProblem } from "./pushed";
import { clustersOf } from "../aggregate";
import { summaryOf } from "./summary";
import { relativeDefect } from "./trial";
import { commutesByCells } from "../wholeCells";
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
  const output = outputOf(
    params,
    shape,
    outputShape,
    context.outputFields !== null && channelCount(context.outputFields) === outputShape[0],
  );
  const family = id === "fields" ? null : familyOf(id, shape[0]!);
  const candidates =
    family === null
      ? namedCandidates(context, params, output, shape, outputShape)
      : channelCandidates(context, family, output, shape, outputShape);
  const count = candidates.input.count;
  const outputs = network.prediction.shape.reduce((product, extent) => product * extent, 1);
  const factors = candidates.free === null ? 0 : candidates.free * (candidates.free + 1);
  notices.push(...checkSampleCount(samples.length, outputs, count, factors));
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
  // What channels do to each other a grid represents exactly; only flows meet its limits.
  const limit =
    family !== null || grid === null
      ? null
      : await gridLimit({ ...context, grid }, executor, candidates, problem, output, () =>
          step(0.93, "The grid’s own error"),
        );
  const asked = {
    threshold: params.threshold,
    floor: floorOf(executor, null),
    seed: params.seed,
    outputSquares,
    ...(limit === null ? {} : { gridFloor: limit.floor }),
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
  notices.push(
    ...gridNotice(solution, limit?.exact ?? []),
    ...trivialNotice(solution.trivial),
    ...boxNotice(candidates, grid),
  );
  const halfway = halvesOf(problem, clusters, solution, looking);
  const layout = layoutOf([candidates.channels], "none");
  return {
    summary: summaryOf({
      samples: samples.length,
      candidates: id,
      names: candidates.names,
      particles: 1,
      output,
      solution,
      halves: halfway,
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
      parts === null
        ? null
        : {
            parts,
            halves: partsOfHalves(halfway, (v) => combined(family!, candidates.channels, v)),
            layout,
            shifts: shiftsOf(family),
          },
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

/** A free action on more channels than this has more unknowns than can be told apart. */
const MOST_FREE = 32;

/** @throws UserError "discover/output" */
function outputOf(
  { output, prediction }: DiscoverParameters,
  input: readonly number[],
  predicted: readonly number[],
  stated: boolean,
): FieldOutput {
  const onGrid = predicted.slice(1).join() === input.slice(1).join();
  if (output === "invariant" || (output === "auto" && !onGrid)) return "invariant";
  const alike = input.join() === predicted.join();
  const channels = onGrid ? predicted[0]! : predicted.reduce((size, extent) => size * extent, 1);
  if (output === "free" || (output === "auto" && !alike && !stated)) {
    if (channels <= MOST_FREE) return "free";
    throw new UserError(
      "discover/output",
      `The output has ${channels} ${onGrid ? "channels" : "numbers"}, too many for an action on them to be found along.`,
      { where: "output", todo: "Use same or invariant." },
    );
  }
  // Other fields than the state's move with it as their kinds say, and are no next state.
  if (!alike && onGrid && stated) return "rate";
  if (!alike) {
    throw new UserError(
      "discover/output",
      `The output is [${predicted.join(", ")}] and the state [${input.join(", ")}], so it cannot move by the same motion.`,
      {
        where: "output",
        todo: onGrid
          ? "State its fields (--output-fields on the command line), or use free or invariant."
          : "Use free or invariant.",
      },
    );
  }
  return prediction === "rate" ? "rate" : "state";
}

function recognisedOf(
  { generators }: Solution,
  { generators: named, motions, channels }: FieldCandidates,
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
  const spaces = named!.map((one, k) => spaceMatrix(one, motions[k]!, axes));
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

interface GridLimit {
  /** Translations with which the network commutes by whole cells, as they are named. */
  readonly exact: readonly string[];
  floor(v: Float64Array): number;
}

/**
 * The grid's own error in the size that this network makes it: where translations by whole cells are exact, all of their
 * defect is aliasing, and the pointwise map's error is scaled to it for the other flows.
 */
async function gridLimit(
  { model, input, grid }: DataContext & { readonly model: Network; readonly grid: Grid },
  executor: Executor,
  { names, motions }: FieldCandidates,
  problem: Problem,
  output: FieldOutput,
  step: () => void,
): Promise<GridLimit> {
  const pointwise = gridFloor(motions, grid, input, step);
  const network = sampleNetwork(model);
  const onGrid = network.prediction.shape.slice(2).join() === grid.size.join();
  const axes = await commutesByCells(executor, model, network, grid, input, onGrid, step);
  if (onGrid === (output === "invariant")) return { exact: [], floor: pointwise };
  // The last axis is x.
  const exact = axes
    .map((axis) => `t${"xyz"[grid.size.length - 1 - axis]!}`)
    .filter((name) => names.includes(name));
  const factors = exact.map((name) => {
    const v = Float64Array.from(names, (one) => Number(one === name));
    const own = pointwise(v);
    return own > 0 ? relativeDefect(problem.tried(v)) / own : 1;
  });
  const factor = factors.length === 0 ? 1 : Math.max(...factors);
  return { exact: exact.sort(), floor: (v) => factor * pointwise(v) };
}

/** Which defects are small enough to be the grid's own doing. */
function gridNotice({ grid, defects, generators }: Solution, exact: readonly string[]): string[] {
  if (grid === null) return [];
  const found = generators.flatMap((one, k) =>
    one.defect <= RESOLVED * one.grid
      ? [`X${k + 1} (${show(one.defect)} of ${show(one.grid)})`]
      : [],
  );
  const open = Array.from(defects)
    .map((defect, k) => ({ defect, floor: grid[k]!, k }))
    .slice(generators.length)
    .filter(({ defect, floor }) => defect <= RESOLVED * floor);
  const cells =
    exact.length === 0
      ? []
      : [
          `By whole cells the network commutes with ${exact.join(" and ")} to rounding: what ${exact.length === 1 ? "its infinitesimal form shows" : "their infinitesimal forms show"} is aliasing between the points, and sets the size of the grid’s own error for the other flows.`,
        ];
  return [
    ...cells,
    ...(found.length === 0
      ? []
      : [
          `Defects within twice of what the grid alone would make: ${found.join(", ")}. As far as the grid resolves, these are symmetries.`,
        ]),
    ...(open.length === 0
      ? []
      : [
          `${open.length === 1 ? `Direction ${open[0]!.k + 1} lies` : `Directions ${listed(open.map(({ k }) => k + 1))} lie`} above the gap, but within twice of the grid’s own error: whether the network breaks ${open.length === 1 ? "it" : "them"}, smoother states or a finer grid would have to tell.`,
        ]),
  ];
}

function show(value: number): string {
  return value !== 0 && value < 1e-2
    ? value.toExponential(1)
    : String(Number(value.toPrecision(2)));
}

/** 2, 3 and 5 */
function listed(numbers: readonly number[]): string {
  return `${numbers.slice(0, -1).join(", ")} and ${String(numbers.at(-1))}`;
}

/** Rotations and scalings of a periodic box end at its edges, whatever the network does. */
function boxNotice({ generators }: FieldCandidates, grid: Grid | null | undefined): string[] {
  if (!grid) return [];
  const leaving = (generators ?? [])
    .filter(({ flow }) => flow !== null && !closesAround(flow, grid))
    .map(({ label }) => label);
  if (leaving.length === 0) return [];
  return [
    `The periodic box itself breaks ${leaving.join(", ")}: fields should vanish towards its edges for these to be found.`,
  ];
}
