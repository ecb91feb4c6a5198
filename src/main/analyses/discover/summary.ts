/** What a run of discovery says in its summary. */
import type { Matrix } from "ml-matrix";
import { combinationText, vectorFieldText } from "./describe";
import type { Recognised } from "./algebra/recognise";
import type { CandidatesId } from "./choices";
import type { OutputAction } from "./gram";
import { RESOLVED } from "./decision";
import type { Halves, Solution } from "./problem";
import type { FitFacts } from "../../data/fit/dynamics";
import type { Verified } from "./verify";

export interface Told {
  readonly samples: number;
  readonly candidates: CandidatesId;
  /** Names of the candidates, or of the components that they act on. */
  readonly names: readonly string[];
  readonly particles: number;
  readonly output: OutputAction;
  readonly solution: Solution;
  /** Between what two halves of the samples give, in radians; null where not taken. */
  readonly halves: Halves | null;
  readonly recognised: Recognised | null;
  readonly fit: FitFacts | null;
  /** What was computed again in float64; null where nothing was. */
  readonly verified: Verified | null;
  readonly threshold: number;
  /** (A | b) on the components, one a generator; null where candidates are named. */
  readonly motions: readonly Float64Array[] | null;
  /** Flows of named candidates, formulas by candidate; null where there are none. */
  readonly flows: readonly (readonly string[] | null)[] | null;
  /** Sides of the box, x first, for pictures of flows. */
  readonly sides: readonly number[] | null;
}

export function summaryOf(told: Told): Record<string, unknown> {
  const { solution, recognised, names, motions } = told;
  const { decision, defects, generators } = solution;
  return {
    samples: told.samples,
    of: told.fit === null ? "network" : "data",
    fit: told.fit,
    candidates: { family: told.candidates, count: defects.length + solution.trivial },
    names,
    particles: told.particles,
    output: told.output === "rate" || told.output === "state" ? "same" : told.output,
    prediction: told.output === "rate" || told.output === "state" ? told.output : null,
    dimension: decision.dimension,
    exact: decision.exact,
    gap: {
      ratio: decision.ratio,
      below: decision.dimension > 0 ? defects[decision.dimension - 1]! : null,
      above: defects[decision.dimension] ?? null,
      threshold: Math.sqrt(told.threshold),
    },
    sentence: decision.sentence,
    trivial: solution.trivial,
    algebra: recognised?.name ?? null,
    words: recognised?.words ?? null,
    structure:
      recognised === null
        ? null
        : {
            closure: recognised.closure,
            derived: recognised.derived,
            centre: recognised.centre,
            killing: recognised.killing,
          },
    form: formOf(recognised),
    fixed_point: recognised?.fixedPoint ?? null,
    half_angle_degrees: told.halves === null ? null : (told.halves.angle * 180) / Math.PI,
    sides: told.sides,
    ...(told.verified === null ? {} : { verified: told.verified }),
    generators: generators.map((generator, k) => ({
      id: `X${k + 1}`,
      label: "a candidate for a symmetry",
      formula:
        motions === null
          ? combinationText(generator.coefficients, names)
          : vectorFieldText(motions[k]!, names),
      flow: flowOf(told.flows, generator.coefficients),
      flow_halves: told.halves?.generators.map((half) => flowOf(told.flows, half[k]!)) ?? [],
      grid_error: generator.grid,
      resolved: generator.grid === 0 || generator.defect > RESOLVED * generator.grid,
      defect: generator.defect,
      interval: generator.interval,
      residual: generator.residual,
      share_broken: generator.share,
    })),
  };
}

function formOf(recognised: Recognised | null): Record<string, unknown> | null {
  const form = recognised?.form ?? null;
  if (form === null) return null;
  return {
    kept_by: keptBy(recognised!),
    matrix: rowsOf(form.matrix),
    signature: [form.signature.plus, form.signature.minus],
    support: form.support,
    count: form.count,
    residual: form.residual,
    angle_degrees: form.angle === null ? null : (form.angle * 180) / Math.PI,
  };
}

/** Translations keep no form: of se(2) the rotation alone does. */
function keptBy({
  shifts,
  fixedPoint,
}: Recognised): "motions" | "motions about the point" | "linear parts" {
  if (!shifts) return "motions";
  return fixedPoint === null ? "linear parts" : "motions about the point";
}

/** Entries far below the largest are rounding and would hide the pattern. */
function rowsOf(matrix: Matrix): number[][] {
  const size = Math.max(...matrix.to1DArray().map(Math.abs));
  return matrix
    .to2DArray()
    .map((row) => row.map((value) => (Math.abs(value) < 1e-9 * size ? 0 : value)));
}

/** The flow of a combination of generators as formulas, an axis each; null where some of it moves no points. */
function flowOf(flows: Told["flows"], coefficients: Float64Array): string[] | null {
  if (flows === null) return null;
  const size = Math.max(...coefficients.map(Math.abs));
  const terms = flows.flatMap((flow, k) => {
    const factor = coefficients[k]!;
    return flow === null || Math.abs(factor) < 1e-6 * size ? [] : [{ flow, factor }];
  });
  const axes = terms[0]?.flow.length;
  if (axes === undefined || terms.some(({ flow }) => flow.length !== axes)) return null;
  return Array.from({ length: axes }, (_, i) =>
    terms.map(({ flow, factor }) => `${factor.toPrecision(6)}*(${flow[i]!})`).join(" + "),
  );
}
