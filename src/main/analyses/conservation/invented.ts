/** Invented invariants as a run states them: spectra of network and data, formulas, and the names of known ones. */
import { showNumber } from "../../../shared/charts/scale";
import type { Quantity } from "../../../shared/physics/quantity";
import type { ResultArray } from "../context";
import { tensorOf } from "../orbit";
import { invariantCount, invariantSpectrum, seriesDefect, simplestBasis } from "./invariants";

/** Values of the candidates, [B, N, n + 1], of the network's rollouts, of the data and of the repaired network's. */
export interface CandidateValues {
  readonly model: Float64Array;
  readonly reference: Float64Array;
  readonly repaired: Float64Array | null;
}

/** Squared correlation from which on two functionals are the same, up to a factor and a constant. */
const SAME = 0.9999;

/**
 * @param known values of the named quantities, [Q, N, n + 1]
 * @throws UserError "conservation/too-few"
 */
export function inventedInvariants(
  candidates: readonly Quantity[],
  values: CandidateValues,
  quantities: readonly Quantity[],
  known: Float64Array,
  samples: number,
  steps: number,
): { summary: Record<string, unknown>; arrays: Record<string, ResultArray>; notices: string[] } {
  const size = samples * (steps + 1);
  const model = invariantSpectrum(values.model, candidates.length, samples, steps);
  const complete = values.reference.every(Number.isFinite);
  const data = complete
    ? invariantSpectrum(values.reference, candidates.length, samples, steps)
    : null;
  const { count, gap } = invariantCount(model.defects, model.heldOut);
  const basis = simplestBasis(model.directions.slice(0, count), model.deviation);
  const along = (of: Float64Array): Float64Array[] =>
    basis.map((coefficients) => combined(coefficients, of, size));
  const series = along(values.model);
  const ofData = data === null ? null : along(values.reference);
  const ofRepaired = values.repaired === null ? null : along(values.repaired);
  const found = basis.map((coefficients, i) => ({
    formula: formulaOf(coefficients, candidates),
    names: quantities.flatMap(({ id }, q) =>
      correlation(series[i]!, known.subarray(q * size, (q + 1) * size)) > SAME ? [id] : [],
    ),
    defect: seriesDefect(series[i]!, steps),
    ...(ofData === null ? {} : { defect_data: seriesDefect(ofData[i]!, steps) }),
    ...(ofRepaired === null ? {} : { defect_repaired: seriesDefect(ofRepaired[i]!, steps) }),
  }));
  const among = `${candidates.length} ${candidates.length === 1 ? "functional" : "functionals"}`;
  const widest = showNumber(gap, 2);
  const width = Math.max(model.defects.length, data?.defects.length ?? 0);
  const padded = (defects: readonly number[]): number[] =>
    Array.from({ length: width }, (_, k) => defects[k] ?? NaN);
  return {
    summary: {
      candidates: candidates.length,
      dimension: count,
      gap,
      constant: model.constant,
      dimensionOfData: data === null ? null : invariantCount(data.defects, data.heldOut).count,
      terms: candidates.map(({ id }) => id),
      found,
    },
    arrays: {
      invariant_defect: {
        tensor: tensorOf(
          Float64Array.from([...padded(model.defects), ...padded(data?.defects ?? [])]),
          [2, width],
        ),
        axes: ["source", "direction"],
        unit: "1",
        description:
          "Relative defects √μ of the least changing functionals, ascending: of the network's rollouts, of the data",
      },
      invariant_held_out: {
        tensor: tensorOf(
          Float64Array.from([...padded(model.heldOut), ...padded(data?.heldOut ?? [])]),
          [2, width],
        ),
        axes: ["source", "direction"],
        unit: "1",
        description:
          "The same of directions that four fifths of the rollouts made, on the rest: what is conserved by chance is not there",
      },
      invariants: {
        tensor: tensorOf(Float64Array.from(basis.flat()), [basis.length, candidates.length]),
        axes: ["invariant", "candidate"],
        unit: "",
        description: "Coefficients over summary.invariants.terms, the leading one 1",
      },
    },
    notices:
      count > 0
        ? [
            `Conserved among ${among}: ${found.map(({ formula }) => shortened(formula)).join("; ")}.`,
          ]
        : [
            `No invariant stands out among ${among}${widest === "1" ? "" : `: the defects rise without a gap (the widest is a factor ${widest})`}.`,
          ],
  };
}

/** c·Φ, [N, n + 1]. */
function combined(
  coefficients: readonly number[],
  values: Float64Array,
  size: number,
): Float64Array {
  const out = new Float64Array(size);
  coefficients.forEach((c, b) => {
    if (c === 0) return;
    for (let i = 0; i < size; i++) out[i]! += c * values[b * size + i]!;
  });
  return out;
}

/** `u^3 − 0.5·(dx(u)^2)`. */
function formulaOf(coefficients: readonly number[], candidates: readonly Quantity[]): string {
  const parts = coefficients.flatMap((c, b) => {
    if (c === 0) return [];
    const { id } = candidates[b]!;
    const term = /[+]/.test(id) ? `(${id})` : id;
    const shown = showNumber(Math.abs(c));
    const factor = shown === "1" ? "" : `${shown}·`;
    return [{ sign: c < 0 ? "−" : "+", text: `${factor}${term}` }];
  });
  return parts
    .map(({ sign, text }, i) => (i === 0 ? (sign === "−" ? `−${text}` : text) : ` ${sign} ${text}`))
    .join("");
}

/** Of a long formula its beginning; the run's summary has it whole. */
function shortened(formula: string): string {
  return formula.length > MOST_LETTERS ? `${formula.slice(0, MOST_LETTERS - 1)}…` : formula;
}

const MOST_LETTERS = 80;

/** Squared correlation over what is finite in both. */
function correlation(a: Float64Array, b: Float64Array): number {
  const both = [...a.keys()].filter((i) => Number.isFinite(a[i]!) && Number.isFinite(b[i]!));
  const mean = (v: Float64Array): number => both.reduce((sum, i) => sum + v[i]!, 0) / both.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const i of both) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return aa > 0 && bb > 0 ? ab ** 2 / (aa * bb) : 0;
}
