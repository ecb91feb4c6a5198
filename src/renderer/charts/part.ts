/** Which part of a picture is shown; panels that share it show the same place. */

export interface Part {
  /** Of the upper left corner, in shares of the whole picture. */
  readonly left: number;
  readonly top: number;
  /** Side of what is shown, as a share of the whole: 1 shows all of it. */
  readonly share: number;
}

export const WHOLE: Part = { left: 0, top: 0, share: 1 };

/** Beyond sixteen times a grid point fills the panel. */
const LEAST = 1 / 16;

/**
 * The part after zooming about a place that stays where it is.
 * @param factor above 1 shows more detail
 * @param across,down the place, in shares of what is shown now
 */
export function zoomed(part: Part, factor: number, across = 0.5, down = 0.5): Part {
  const share = Math.min(1, Math.max(LEAST, part.share / factor));
  return within(
    part.left + across * (part.share - share),
    part.top + down * (part.share - share),
    share,
  );
}

/** @param across,down how far the part moves over the picture, in shares of what is shown */
export function moved(part: Part, across: number, down: number): Part {
  return within(part.left + across * part.share, part.top + down * part.share, part.share);
}

function within(left: number, top: number, share: number): Part {
  const inside = (corner: number): number => Math.min(1 - share, Math.max(0, corner));
  return { left: inside(left), top: inside(top), share };
}
