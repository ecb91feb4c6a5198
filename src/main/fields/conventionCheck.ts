/**
 * Which way do the axes and components of a velocity go? In an incompressible flow only the right reading is free of
 * divergence, so its score is near zero and that of a wrong one near a half or one. Blind to a sign of both components.
 */
import { UserError } from "../../shared/errors";
import type { ConventionReport } from "../../shared/contract";
import type { ChannelGroup, FieldSpec, Grid } from "../../shared/fields/spec";
import { spectral } from "./derivative";

type ConventionRow = ConventionReport["rows"][number];
type ConventionVerdict = ConventionReport["verdict"];

interface Reading {
  readonly name: string;
  readonly description: string;
  /** Whether the first component belongs to the array's y axis instead of x. */
  readonly exchanged: boolean;
  /** Of the second component, relative to the first. */
  readonly sign: 1 | -1;
  /** A flow without curl gives zero here whatever its convention, so zero says nothing. */
  readonly ambiguous: boolean;
}

const readings: readonly Reading[] = [
  {
    name: "as stated",
    description: "the last axis is x, components are (x, y)",
    exchanged: false,
    sign: 1,
    ambiguous: false,
  },
  {
    name: "axes exchanged",
    description: "the last axis is y, or components are (y, x)",
    exchanged: true,
    sign: 1,
    ambiguous: false,
  },
  {
    name: "one axis reversed",
    description: "an axis runs against its component, as when row 0 is at the top",
    exchanged: false,
    sign: -1,
    ambiguous: false,
  },
  {
    name: "axes exchanged, one reversed",
    description: "both; also what a flow without curl looks like",
    exchanged: true,
    sign: -1,
    ambiguous: true,
  },
];

/** Above this no reading is free of divergence; wrong readings of isotropic flows score 0.46 to 1. */
const NEAR_ZERO = 0.05;
/** Below this, differences are rounding of float16 and float32 files. */
const ROUNDING = 1e-6;
/** Another reading must be better than the stated one by this factor. */
const MARGIN = 2;

/**
 * Scores ‖q‖²/‖∇v‖² with q = s₀∂ₐv₀ + s₁∂ᵦv₁ for both orders of the axes and both relative signs, spectral derivatives.
 * A verdict other than "cannot-tell" needs one reading near zero and clearly below all others: noise, compressible and
 * curl-free flows stay without a remark. A remark means that something is amiss, not for certain what: a curl-free flow
 * with one axis reversed scores like an incompressible one with axes exchanged.
 * @param values [B, C, H, W], periodic
 * @throws UserError "convention/no-vector"
 */
export function checkConvention(
  values: Float32Array | Float64Array,
  shape: readonly number[],
  spec: FieldSpec,
  grid: Grid,
): ConventionReport {
  const vector = velocityOf(spec);
  const scores = divergenceScores(values, shape, vector, grid);
  const rows = readings.map(({ name, description }, i): ConventionRow => {
    return { name, description, score: scores[i]!, stated: i === 0 };
  });
  const samples = shape[0]!;
  const { verdict, best } = judge(scores);
  return { verdict, sentence: sentenceFor(verdict, vector.name, rows, best), rows, samples };
}

/** The velocity, or the first vector where none is called so. */
function velocityOf(spec: FieldSpec): ChannelGroup {
  const vectors = spec.filter(({ kind }) => kind === "vector");
  const chosen = vectors.find(({ name }) => /^(v|u|velocity)$/i.test(name)) ?? vectors[0];
  if (chosen === undefined) {
    throw new UserError(
      "convention/no-vector",
      "The fields have no vector, so there is no convention to check.",
    );
  }
  return chosen;
}

/** One score a reading; all 0 for a field without gradients. */
function divergenceScores(
  values: Float32Array | Float64Array,
  shape: readonly number[],
  { channels }: ChannelGroup,
  { length }: Grid,
): number[] {
  const [batch = 0, count = 0, height = 0, width = 0] = shape;
  const plane = height * width;
  const sums = readings.map(() => 0);
  let total = 0;
  for (let b = 0; b < batch; b++) {
    // derivatives[component][0 for ∂ₓ, 1 for ∂ᵧ]
    const derivatives = channels.map((channel) => {
      const start = (b * count + channel) * plane;
      const field = Float64Array.from(values.subarray(start, start + plane));
      return [
        spectral(field, [height, width], 1, length[1]!),
        spectral(field, [height, width], 0, length[0]!),
      ] as const;
    });
    const [[vxx, vxy], [vyx, vyy]] = derivatives as [
      readonly [Float64Array, Float64Array],
      readonly [Float64Array, Float64Array],
    ];
    for (let i = 0; i < plane; i++) {
      total += vxx[i]! ** 2 + vxy[i]! ** 2 + vyx[i]! ** 2 + vyy[i]! ** 2;
      readings.forEach(({ exchanged, sign }, r) => {
        const q = exchanged ? vxy[i]! + sign * vyx[i]! : vxx[i]! + sign * vyy[i]!;
        sums[r]! += q * q;
      });
    }
  }
  return sums.map((sum) => (total === 0 ? 0 : sum / total));
}

function judge(scores: readonly number[]): { verdict: ConventionVerdict; best: number } {
  const rounded = scores.map((score) => Math.max(score, ROUNDING));
  const best = rounded.indexOf(Math.min(...rounded));
  const others = rounded.filter((_, i) => i !== best);
  const clear =
    rounded[best]! <= NEAR_ZERO && others.every((score) => score > MARGIN * rounded[best]!);
  if (!clear || readings[best]!.ambiguous) return { verdict: "cannot-tell", best };
  return { verdict: best === 0 ? "fits" : "other-fits-better", best };
}

function sentenceFor(
  verdict: ConventionVerdict,
  vector: string,
  rows: readonly ConventionRow[],
  best: number,
): string {
  const score = (i: number): string => {
    const value = rows[i]!.score;
    return value < ROUNDING ? "below 1e-6" : value.toPrecision(2);
  };
  switch (verdict) {
    case "fits":
      return `${vector} is free of divergence as stated (relative divergence ${score(0)}).`;
    case "other-fits-better":
      return `${vector} is free of divergence only if ${rows[best]!.description} (relative divergence ${score(best)}, as stated ${score(0)}). Are axes and components as stated?`;
    case "cannot-tell":
      return `These data do not tell which way axes and components go: no single reading of ${vector} is free of divergence.`;
  }
}
