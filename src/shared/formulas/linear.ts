/** Linear motions that were found, as vector fields: −y ∂ₓ + x ∂ᵧ for the matrix of a rotation. */
import { texOfName, textOf, texOfValue } from "./names";

/** Entries below this share of the largest are rounding or estimation error and left out, as in the run’s own words. */
const NEGLIGIBLE = 5e-3;

/** More terms are better looked at as a picture. */
const MOST_TERMS = 12;

/**
 * Σᵢ (Σⱼ Aᵢⱼ xⱼ + bᵢ) ∂ᵢ, its largest entry scaled to ±1, since a generator's length means nothing.
 * @param matrix (A | b) or A, row-major
 * @param columns one more than `names` where the last is a shift
 * @returns null where it has more terms than can be read, or none
 */
export function texOfMotion(
  matrix: ArrayLike<number>,
  columns: number,
  names: readonly string[],
): string | null {
  const letters = names.map((name) => texOfName(name.replaceAll(".", "_")));
  const entries = scaled(Array.from(matrix));
  if (entries.filter((value) => value !== 0).length > MOST_TERMS) return null;
  const terms = letters.flatMap((letter, i) => {
    const field = String.raw`\partial_{${letter}}`;
    const row = entries
      .slice(i * columns, (i + 1) * columns)
      .flatMap((value, j) => (value === 0 ? [] : [{ value, factor: letters[j] ?? "" }]));
    const [first] = row;
    if (first === undefined) return [];
    if (row.length === 1) {
      return [
        signed(first.value, first.factor === "" ? field : String.raw`${first.factor}\,${field}`),
      ];
    }
    const component = sum(row.map(({ value, factor }) => signed(value, factor)));
    return [String.raw`+\left(${component}\right)${field}`];
  });
  return terms.length === 0 ? null : sum(terms);
}

/** Σ v_q X_q over named generators, the largest coefficient scaled to ±1. @returns as `texOfMotion` */
export function texOfCombination(
  coefficients: ArrayLike<number>,
  names: readonly string[],
): string | null {
  const kept = scaled(Array.from(coefficients));
  const terms = names.flatMap((name, q) =>
    kept[q] === 0 || kept[q] === undefined
      ? []
      : [signed(kept[q], String.raw`X_{\text{${textOf(name)}}}`)],
  );
  return terms.length === 0 || terms.length > MOST_TERMS ? null : sum(terms);
}

/**
 * What a generator is multiplied by to be shown: its largest entry becomes ±1, the first of equals 1, whatever rounding
 * makes of equal ones. 0 for a motion that moves nothing.
 */
export function shownScale(values: ArrayLike<number>): number {
  const all = Array.from(values);
  const size = Math.max(...all.map(Math.abs));
  const lead = all.find((value) => Math.abs(value) > 0.99 * size);
  return lead === undefined || !(size > 0) ? 0 : 1 / (Math.sign(lead) * size);
}

/** So scaled; what is negligible is 0. */
function scaled(values: readonly number[]): number[] {
  const scale = shownScale(values);
  return values.map((value) => {
    const shown = value * scale;
    return Math.abs(shown) < NEGLIGIBLE ? 0 : shown;
  });
}

/** A term with its sign; the factor 1 goes without saying unless it stands alone. */
function signed(value: number, rest: string): string {
  const size = texOfValue(Math.abs(value));
  const term = rest === "" ? size : size === "1" ? rest : String.raw`${size}\,${rest}`;
  return `${value < 0 ? "-" : "+"}${term}`;
}

function sum(terms: readonly string[]): string {
  return terms.join("").replace(/^\+/, "");
}
