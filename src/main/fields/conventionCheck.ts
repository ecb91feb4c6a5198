/**
 * Which way do the axes and components of a vector go? Every reading is scored on the data, by divergence and by what the
 * flow carries from frame to frame; a remark is made where one stands out, and silence is kept where none does.
 */
import { UserError } from "../../shared/errors";
import type { ConventionReport } from "../../shared/contract";
import {
  showFieldSpec,
  type ChannelGroup,
  type FieldSpec,
  type Grid,
} from "../../shared/fields/spec";
import { sizeOf } from "../../shared/tensor";
import { unexplained, type CarriedPair } from "./convention/carried";
import { averaged, coarsened } from "./convention/coarse";
import type { Explained } from "./convention/explained";
import { divergences } from "./convention/divergence";
import { isGradient } from "./convention/gradient";
import { isotropies } from "./convention/isotropy";
import { lawUnexplained } from "./convention/law";
import { spaceOf, storedVector, type Space, type StoredVector } from "./convention/flow";
import {
  contradictedByChange,
  contradictedByDivergence,
  contradictedByLaw,
  curlFreeAsStated,
  type Contradicted,
} from "./convention/judge";
import { meaningOf } from "./convention/meaning";
import {
  atRightAngle,
  readAs,
  readingsOf,
  storedChannels,
  type Reading,
} from "./convention/readings";
import { vorticityUnexplained } from "./convention/vorticity";

type Values = Float32Array | Float64Array;
type Evidence = NonNullable<ConventionReport["evidence"]>[number];

/** Below this a score is rounding. */
const ROUNDING = 1e-6;

/** A reading that leaves more than this of what decides unexplained is not proposed: of bad ones it is the least bad. */
const POOR = 0.65;

const ISOTROPY = "Spectral isotropy";
const LAW = "Equivariance of the dynamics";

/** One piece of evidence with what it contradicts. */
interface Finding extends Omit<Evidence, "says" | "weight"> {
  readonly contradicted: Contradicted;
}

/**
 * Scores all signed permutations of a vector's components: eight on a plane, 48 in space. Frames decide before divergence
 * does, for a flow without curl that is read at a right angle looks incompressible. Noise, states that do not change,
 * shear flows and unrelated frames stay without a verdict. Of several vectors the velocity is reported, unless another one
 * contradicts what is stated of it; of those only divergence is asked, for nothing says that they carry anything. Names
 * count where they say that a vector is no flow: of a force or a gradient not even divergence is known.
 * @param values [B, C, …grid], states
 * @param later the states that follow them, where the file has any
 * @throws UserError "convention/no-vector"
 */
export function checkConvention(
  values: Values,
  shape: readonly number[],
  spec: FieldSpec,
  grid: Grid,
  later?: Values,
): ConventionReport {
  const [velocity, ...others] = vectorsOf(spec);
  const states: States = { values, later, shape, spec, grid };
  const report = reportOn(velocity, states);
  if (report.verdict === "other-fits-better") return report;
  for (const vector of others) {
    const other = reportOn(vector, { ...states, later: undefined });
    if (other.verdict === "other-fits-better") return other;
  }
  return report;
}

interface States {
  readonly values: Values;
  readonly later: Values | undefined;
  readonly shape: readonly number[];
  readonly spec: FieldSpec;
  readonly grid: Grid;
}

function reportOn(
  vector: ChannelGroup,
  { values, later, shape, spec, grid }: States,
): ConventionReport {
  const readings = readingsOf(vector);
  const coarse = coarsened(grid);
  const space = spaceOf(coarse.grid);
  const samples = shape[0]!;
  const frames = (states: Values) =>
    framesOf(states, shape, spec, vector, space, coarse.block, grid);
  const before = frames(values);
  const after = later === undefined ? undefined : frames(later);
  const meaning = meaningOf(vector.name);
  const divergence = divergenceFinding(before, readings, space);
  const findings = [
    ...(meaning === "other" ? divergence.map(undecided) : divergence),
    ...(after !== undefined && meaning === "flow"
      ? changeFindings(before, after, spec, vector, readings, space)
      : []),
    ...isotropyFinding(before, readings, space),
    ...(after === undefined ? [] : lawFinding(before, after, spec, vector, readings, space)),
  ];
  const slopes = carriedOf(spec).some(
    (_, at) =>
    isGradient(before.map(({ flow, scalars }) => ({ flow, field: scalars[at]! })), readings, space), // prettier-ignore
  );
  const left = remaining(findings, readings, slopes);
  const counted = countedIn(findings, left);
  const total = readings.map((_, i) => Math.max(0, ...counted.map(({ scores }) => scores[i]!)));
  const order = readings.map((_, i) => i).filter((i) => left[i]);
  // The stated one where nothing contradicts it, though another may score as well.
  const agreed = readings.map((_, i) => findings.filter(isChange).reduce((sum, { scores }) => sum + scores[i]!, 0)); // prettier-ignore
  const nearer = (a: number, b: number): boolean =>
    total[b]! < total[a]! - ROUNDING || (total[b]! <= total[a]! + ROUNDING && agreed[b]! < agreed[a]!); // prettier-ignore
  const best = left[0]! ? 0 : order.reduce((a, b) => (nearer(a, b) ? b : a), order[0]!);
  const told = order.length === readings.length ? "cannot-tell" : left[0] ? "fits" : "other-fits-better"; // prettier-ignore
  const least = Math.min(...decidingFor(findings, best).map(({ scores }) => scores[best]!));
  const poor = told === "other-fits-better" && least > POOR;
  const verdict = poor ? "cannot-tell" : told;
  const fieldsAs = (reading: Reading): string =>
    showFieldSpec(spec.map((one) => (one === vector ? readAs(one, reading) : one)));
  const kinds = mirrored(spec);
  const mirrors =
    verdict === "other-fits-better" &&
    after !== undefined &&
    kinds !== undefined &&
    atRightAngle(readings[best]!, readings[0]!) &&
    lawFinding(before, after, kinds, vector, readings, space).some(fitsAsStated);
  return {
    verdict,
    sentence: poor
      ? nothingFits(vector, readings[best]!, least)
      : sentenceFor(verdict, vector, readings, findings, best, alsoPossible(order, best, readings)) + // prettier-ignore
        (mirrors ? ` Or a mirror reverses the other fields: ${showFieldSpec(kinds)}.` : ""),
    rows: readings.map((reading, i) => {
      const { name, description } = reading;
      const row = { name, description, score: total[i]!, stated: i === 0, possible: left[i]! };
      return poor ? row : { ...row, fields: fieldsAs(reading) };
    }),
    best,
    evidence: findings.map(({ contradicted, ...evidence }) => ({
      ...evidence,
      ...weighed({ ...evidence, contradicted }, verdict === "cannot-tell" ? undefined : best),
    })),
    samples,
  };
}

/** The fields with pseudoscalars for scalars and the reverse; undefined where there is none of either. */
function mirrored(spec: FieldSpec): FieldSpec | undefined {
  const others = { scalar: "pseudoscalar", pseudoscalar: "scalar" } as const;
  const kinds = spec.map((one) =>
    one.kind === "scalar" || one.kind === "pseudoscalar" ? { ...one, kind: others[one.kind] } : one,
  );
  return kinds.some((one, i) => one !== spec[i]) ? kinds : undefined;
}

/** Whether the stated reading is one that this tells others from. */
function fitsAsStated({ decides, contradicted }: Finding): boolean {
  return decides && !contradicted[0]!;
}

/** The same scores, of a vector that they say nothing of. */
function undecided(finding: Finding): Finding {
  return { ...finding, decides: false, contradicted: finding.contradicted.map(() => false) };
}

/** Whether it is of what a flow does from frame to frame, which alone counts the sign of the vector. */
function isChange({ name }: Finding): boolean {
  return name.startsWith("Change of ");
}

/** What rows are scored by: what decided among them, else all but laws and isotropy, which wrong readings may fit too. */
function countedIn(findings: readonly Finding[], left: readonly boolean[]): Finding[] {
  const deciding = findings.filter(
    ({ decides, contradicted }) => decides && left.some((one, i) => one && !contradicted[i]!),
  );
  return deciding.length > 0
    ? deciding
    : findings.filter(({ name }) => name !== ISOTROPY && name !== LAW);
}

/** Scores nearer to each other than this say the same. */
const ALIKE = 0.1;

/**
 * What a piece of evidence says of the reading that is proposed, and by how much it sets apart the nearest one that it
 * contradicts.
 */
function weighed(
  { scores, decides, contradicted }: Finding,
  best: number | undefined,
): Pick<Evidence, "says" | "weight"> {
  if (best === undefined) return { says: "cannot-tell", weight: 0 };
  const own = scores[best]!;
  if (decides) {
    const nearest = Math.min(...scores.filter((_, i) => contradicted[i]));
    if (contradicted[best]!) return { says: "disagrees", weight: 0 };
    return { says: "decides", weight: Math.min(1, Math.max(0, nearest - own)) };
  }
  const lowest = Math.min(...scores);
  const agrees = own - lowest < ROUNDING && Math.max(...scores) - own > ALIKE;
  return { says: agrees ? "agrees" : "cannot-tell", weight: 0 };
}

/** The velocity first, or the first vector where none is called so. */
function vectorsOf(spec: FieldSpec): [ChannelGroup, ...ChannelGroup[]] {
  const vectors = spec.filter(({ kind }) => kind === "vector");
  const chosen =
    vectors.find(({ name }) => /^(v|u|velocity)$/i.test(name)) ??
    vectors.find(({ name }) => meaningOf(name) === "flow") ??
    vectors[0];
  if (chosen === undefined) {
    throw new UserError(
      "convention/no-vector",
      "The fields have no vector, so there is no convention to check.",
    );
  }
  return [chosen, ...vectors.filter((one) => one !== chosen)];
}

/** One sample's vector, and its other fields that a flow may carry. */
interface Frame {
  readonly flow: StoredVector;
  readonly scalars: readonly Float64Array[];
  /** Fields beside the vector that a law of the dynamics may be made of. */
  readonly others: readonly Float64Array[];
}

function framesOf(
  values: Values,
  shape: readonly number[],
  spec: FieldSpec,
  vector: ChannelGroup,
  space: Space,
  block: number,
  grid: Grid,
): Frame[] {
  const [batch = 0, count = 0] = shape;
  const points = sizeOf(grid.size);
  return Array.from({ length: batch }, (_, b) => {
    const field = (channel: number): Float64Array => {
      const start = (b * count + channel) * points;
      return averaged(values.subarray(start, start + points), grid.size, block);
    };
    return {
      flow: storedVector(storedChannels(vector).map(field), space),
      scalars: carriedOf(spec).map(({ channels }) => field(channels[0]!)),
      others: othersOf(spec).map(({ channels }) => field(channels[0]!)),
    };
  });
}

function carriedOf(spec: FieldSpec): ChannelGroup[] {
  return spec.filter(({ kind }) => kind === "scalar" || kind === "density");
}

/** The terms of a law go with the square of its fields. */
const MOST_OTHERS = 3;

function othersOf(spec: FieldSpec): ChannelGroup[] {
  const single = spec.filter(({ kind }) => kind !== "vector" && kind !== "tensor");
  return single.slice(0, MOST_OTHERS);
}

/** Agrees or disagrees with what decides, and never does itself. */
function isotropyFinding(
  frames: readonly Frame[],
  readings: readonly Reading[],
  space: Space,
): Finding[] {
  if (space.dimension < 2) return [];
  const flows = frames.map(({ flow }) => flow);
  return [
    {
      name: ISOTROPY,
      question:
        "Is the flow as longitudinal along one wave vector as along another? 1 as of unrelated components; of flows with a direction of their own it says nothing, so it never decides.",
      scores: [...isotropies(flows, readings, space)],
      decides: false,
      contradicted: readings.map(() => false),
    },
  ];
}

function lawFinding(
  before: readonly Frame[],
  after: readonly Frame[],
  spec: FieldSpec,
  vector: ChannelGroup,
  readings: readonly Reading[],
  space: Space,
): Finding[] {
  if (space.dimension !== 2) return [];
  const all = ({ flow, others }: Frame): Float64Array[] => [...flow.components, ...others];
  const pairs = before.map((frame, s) => ({ before: all(frame), after: all(after[s]!) }));
  const pseudo = othersOf(spec).map(({ kind }) => kind === "pseudoscalar");
  const explained = lawUnexplained(pairs, pseudo, readings, space);
  const contradicted = contradictedByLaw(explained, meaningOf(vector.name) === "flow");
  return [
    {
      name: LAW,
      question:
        "Does one law of finite differences explain frames and their images under the symmetries of the square? What it leaves unexplained; blind to the sign of v.",
      scores: [...explained.together],
      decides: contradicted.some(Boolean),
      contradicted,
    },
  ];
}

function divergenceFinding(
  frames: readonly Frame[],
  readings: readonly Reading[],
  space: Space,
): Finding[] {
  if (space.dimension < 2) return [];
  const scores = divergences(
    frames.map(({ flow }) => flow),
    readings,
    space,
  );
  const contradicted = contradictedByDivergence(scores, readings);
  return [
    {
      name: "Divergence",
      question: "How far is it from incompressible? ‖∇·v‖²/‖∇v‖²; blind to the sign of v.",
      scores,
      decides: contradicted.some(Boolean),
      contradicted,
    },
  ];
}

function changeFindings(
  before: readonly Frame[],
  after: readonly Frame[],
  spec: FieldSpec,
  vector: ChannelGroup,
  readings: readonly Reading[],
  space: Space,
): Finding[] {
  const carried = carriedOf(spec).map(({ name }, at) => {
    const pairs = before.map((frame, s): CarriedPair => {
      return {
        before: { scalar: frame.scalars[at]!, flow: frame.flow },
        after: { scalar: after[s]!.scalars[at]!, flow: after[s]!.flow },
      };
    });
    return change(
      `Change of ${name}`,
      `Does ${vector.name} carry ${name} from frame to frame? What it leaves unexplained of the change.`,
      unexplained(pairs, readings, space),
    );
  });
  if (space.dimension !== 2) return carried;
  const flows = before.map((frame, s) => [frame.flow, after[s]!.flow] as const);
  return [
    ...carried,
    change(
      "Change of the vorticity",
      `Does ${vector.name} carry its own curl, as momentum demands? What it leaves unexplained of the change.`,
      vorticityUnexplained(flows, readings, space),
    ),
  ];
}

function change(name: string, question: string, explained: Explained): Finding {
  const contradicted = contradictedByChange(explained);
  return {
    name,
    question,
    scores: [...explained.together],
    decides: contradicted.some(Boolean),
    contradicted,
  };
}

/** Of laws that decide nothing, a difference of less than this says nothing either. */
const LAW_DIFFERS = 0.1;

/** Whether frames speak for the reading without curl: of a gas that no pressure moves, divergence says the wrong one. */
function movesTurned(
  changes: readonly Finding[],
  contradicted: Contradicted,
  readings: readonly Reading[],
): boolean {
  const law = changes.find(({ name }) => name === LAW);
  const still = contradicted.indexOf(false);
  const turned = readings.findIndex((reading) => atRightAngle(reading, readings[still]!));
  return law !== undefined && turned >= 0 && law.scores[turned]! < law.scores[still]! - LAW_DIFFERS;
}

/**
 * One flag a reading: whether nothing contradicts it. All of them where the evidence contradicts itself.
 * @param slopes whether the vector is the gradient of a field beside it, turned or not
 */
function remaining(
  findings: readonly Finding[],
  readings: readonly Reading[],
  slopes: boolean,
): boolean[] {
  const all = readings.map(() => true);
  const [divergence, changes] = [
    findings.filter(({ name }) => name === "Divergence"),
    findings.filter(({ name }) => name !== "Divergence"),
  ];
  // The clearest first; one that leaves nothing of what the others left is a remark on other physics, not on readings.
  const ranked = changes
    .filter(({ decides }) => decides)
    .sort((a, b) => Math.min(...a.scores) - Math.min(...b.scores));
  const narrowed = ranked.reduce((left, { contradicted }) => {
    const next = left.map((one, i) => one && !contradicted[i]);
    return next.some(Boolean) ? next : left;
  }, all);
  return divergence.reduce((left, { contradicted, decides }) => {
    if (!decides) return left;
    const unsure = slopes || curlFreeAsStated(contradicted, readings);
    if (ranked.length === 0 && (unsure || movesTurned(changes, contradicted, readings)))
      return left;
    const next = left.map((one, i) => one && !contradicted[i]);
    return next.some(Boolean) ? next : left;
  }, narrowed);
}

function sentenceFor(
  verdict: ConventionReport["verdict"],
  vector: ChannelGroup,
  readings: readonly Reading[],
  findings: readonly Finding[],
  best: number,
  others: string,
): string {
  const score = (value: number): string => (value < ROUNDING ? "below 1e-6" : value.toPrecision(2));
  const { name } = vector;
  const deciding = decidingFor(findings, best);
  const by = (at: number): string =>
    deciding.map((one) => `${lower(one.name)} ${score(one.scores[at]!)}`).join(", ");
  switch (verdict) {
    case "fits":
      return `${name} has the axes and components stated: ${by(0)}.${others === "" ? "" : ` These data do not tell it from the stored components ${others}.`}`;
    case "other-fits-better":
      return `${name} fits only if its stored components are ${readings[best]!.name}${others === "" ? "" : `, or ${others}`} (${readings[best]!.description}): ${by(best)}; as stated ${by(0)}. Are axes and components as stated? If not, read it as ${showFieldSpec([readAs(vector, readings[best]!)])} (--fields on the command line).`;
    case "cannot-tell":
      return `These data do not tell which way axes and components go: no reading of ${name} stands out by divergence${findings.length > 1 ? " or by what it carries from frame to frame" : ""}.`;
  }
}

/** The evidence that tells readings apart and speaks for this one. */
function decidingFor(findings: readonly Finding[], best: number): Finding[] {
  return findings.filter(({ decides, contradicted }) => decides && !contradicted[best]!);
}

function nothingFits({ name }: ChannelGroup, best: Reading, score: number): string {
  return `No reading of ${name} fits: even the best, ${best.name}, leaves ${score.toPrecision(2)} of 1 unexplained. Perhaps the channels are in another order, or ${name} is no velocity (--fields on the command line).`;
}

/** What nothing contradicts beside the best reading, in words; empty where there is none. */
function alsoPossible(left: readonly number[], best: number, readings: readonly Reading[]): string {
  const others = left.filter((i) => i !== best);
  if (others.length > 1) return `one of ${others.length} more`;
  return others.map((i) => readings[i]!.name).join();
}

function lower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
