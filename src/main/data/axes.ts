/** What the axes of a stored array mean, and the order in which the program sees them. */
import { UserError } from "../../shared/errors";

export type Axis = "trajectory" | "time" | "particle" | "channel" | "z" | "y" | "x";

/** Every state array is seen in this order, less the axes that are not there. */
export const canonicalOrder: readonly Axis[] = [
  "trajectory",
  "time",
  "particle",
  "channel",
  "z",
  "y",
  "x",
];

/** The letters of `--axes`. A batch is a collection of trajectories one snapshot long; a feature is a channel. */
const letters: Readonly<Record<string, Axis>> = {
  b: "trajectory",
  n: "trajectory",
  t: "time",
  p: "particle",
  c: "channel",
  f: "channel",
  z: "z",
  y: "y",
  x: "x",
};

const LETTERS =
  "Use each axis once: b or n (sample, trajectory), t (time), p (particle), c or f (channel), z, y, x, like n,t,c,y,x, or b,p,c for particles.";

/**
 * Reads `b,c,y,x` or `n,t,c,y,x`; whole names (`trajectory,time,…`) do as well.
 * @throws UserError "axes/syntax"
 */
export function parseAxes(text: string): Axis[] {
  const axes = text.split(",").map((part): Axis => {
    const name = part.trim().toLowerCase();
    const axis = letters[name] ?? canonicalOrder.find((known) => known === name);
    if (axis === undefined) {
      throw new UserError("axes/syntax", `Axes "${text}": "${part.trim()}" is no axis.`, {
        todo: LETTERS,
      });
    }
    return axis;
  });
  const twice = axes.find((axis, i) => axes.indexOf(axis) !== i);
  if (twice !== undefined) {
    throw new UserError("axes/syntax", `Axes "${text}": ${twice} is there twice.`, {
      todo: LETTERS,
    });
  }
  return axes;
}

/** As `parseAxes` reads them: `n,t,c,y,x`. */
export function showAxes(axes: readonly Axis[]): string {
  return axes.map((axis) => (axis === "trajectory" ? "n" : axis[0]!)).join(",");
}

/** Channels of a line are few, its points many: [n, t, c, x], which by its rank alone would be [b, c, y, x]. */
export function looksLikeLines(shape: readonly number[]): boolean {
  const [, times = 0, channels = 0, points = 0] = shape;
  return shape.length === 4 && times > channels && channels <= 4 && points >= FEWEST_POINTS;
}

/** Of a line that fields live on. */
export const FEWEST_POINTS = 16;

/**
 * So few numbers are no points of a line, and more of something else come before them: times of a trajectory,
 * [n, t, c], which by its rank alone would be [b, c, x].
 */
export function looksLikeSeries(shape: readonly number[]): boolean {
  const [, times = 0, numbers = 0] = shape;
  return shape.length === 3 && times > numbers && numbers < FEWEST_POINTS;
}

/**
 * The axes, as they are typed, of an array that is read as fields on a grid by its rank alone, if it holds particles instead: [b, p, c] in
 * place of a line, [n, t, p, c] in place of a plane. undefined where the grid has as many points as fields live on, or
 * the array more channels than times that a trajectory would have.
 */
export function maybeParticles(
  shape: readonly number[],
  axes: readonly Axis[],
): string | undefined {
  const points = shape.slice(axes.indexOf("channel") + 1);
  if (points.some((extent) => extent >= FEWEST_POINTS)) return undefined;
  const read = showAxes(axes);
  if (read === "n,c,x") return "b,p,c";
  const [, times = 0, rows = 0] = shape;
  return read === "n,c,y,x" && times > rows ? "n,t,p,c" : undefined;
}

/**
 * The axes, as they are typed, of an array whose last ones make up a state of that many numbers on no grid: particles,
 * or else a series. undefined where none do.
 */
export function axesForNumbers(shape: readonly number[], numbers: number): string | undefined {
  const [last = 0, before = 0] = shape.toReversed();
  const together = before * last === numbers;
  if (shape.length === 3 && together) return "b,p,c";
  if (shape.length === 4 && together) return "n,t,p,c";
  return shape.length === 3 && last === numbers ? "n,t,c" : undefined;
}

/** What an array of that rank most likely is, where nothing says so; undefined where it may be many things. */
export function usualAxes(rank: number, trajectories: boolean): Axis[] | undefined {
  const text = trajectories
    ? [undefined, undefined, undefined, "n,t,c", "n,t,c,x", "n,t,c,y,x", "n,t,c,z,y,x"][rank]
    : [undefined, "b", "b,c", "b,c,x", "b,c,y,x", "n,t,c,y,x", "n,t,c,z,y,x"][rank];
  return text === undefined ? undefined : parseAxes(text);
}
