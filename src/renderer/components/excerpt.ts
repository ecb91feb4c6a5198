/** The neighbourhood of a place in a long line, with a caret beneath it, for letters of equal width. */

export interface Excerpt {
  readonly text: string;
  /** Blanks and a caret. */
  readonly caret: string;
}

/** Letters to either side: together no wider than the narrowest form. */
const BESIDE = 18;

/** @param position characters before the place; the text's length for its end */
export function excerptOf(text: string, position: number): Excerpt {
  const start = position <= BESIDE + 1 ? 0 : position - BESIDE;
  const end = text.length - position <= BESIDE + 1 ? text.length : position + BESIDE;
  const before = `${start > 0 ? "…" : ""}${text.slice(start, position)}`;
  const after = `${text.slice(position, end)}${end < text.length ? "…" : ""}`;
  // A line break would tear text and caret apart.
  const line = `${before}${after}`.replaceAll(/\s/g, " ");
  return { text: line, caret: `${" ".repeat([...before].length)}^` };
}
