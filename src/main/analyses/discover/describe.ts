/** A motion in a line of text: the vector field x1 ∂2 − x2 ∂1, or the generators that it combines. */

/** Terms below this share of the largest are rounding or estimation error. */
const NEGLIGIBLE = 0.005;
const MOST_TERMS = 8;

interface Term {
  readonly factor: number;
  readonly text: string;
}

/** @param motion (A | b), [c, c + 1] @param names of the components */
export function vectorFieldText(motion: ArrayLike<number>, names: readonly string[]): string {
  const c = names.length;
  const terms: Term[] = [];
  for (let i = 0; i < c; i++) {
    for (let j = 0; j <= c; j++) {
      const from = j < c ? `${names[j]!} ` : "";
      terms.push({ factor: motion[i * (c + 1) + j]!, text: `${from}∂${names[i]!}` });
    }
  }
  return sumText(terms);
}

/** @param names of the candidates */
export function combinationText(coefficients: ArrayLike<number>, names: readonly string[]): string {
  return sumText(names.map((text, k) => ({ factor: coefficients[k]!, text })));
}

/** Scaled so that the largest factor is 1. */
function sumText(terms: readonly Term[]): string {
  const size = Math.max(...terms.map(({ factor }) => Math.abs(factor)));
  const shown = terms.filter(({ factor }) => Math.abs(factor) > NEGLIGIBLE * size);
  const lead = shown.find(({ factor }) => Math.abs(factor) > size * (1 - 1e-6));
  const scale = lead === undefined ? 1 : 1 / lead.factor;
  const ordered =
    shown.length > MOST_TERMS
      ? [...shown].sort((a, b) => Math.abs(b.factor) - Math.abs(a.factor))
      : shown;
  const text = ordered
    .slice(0, MOST_TERMS)
    .map(({ factor, text }, k) => {
      const value = factor * scale;
      const sign = value < 0 ? (k === 0 ? "−" : " − ") : k === 0 ? "" : " + ";
      const size = Number(Math.abs(value).toPrecision(3));
      return `${sign}${size === 1 ? "" : `${size} `}${text}`;
    })
    .join("");
  return shown.length > MOST_TERMS ? `${text} + …` : text;
}
