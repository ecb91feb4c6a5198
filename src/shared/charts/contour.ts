/**
 * Level lines of a function on a rectangular grid by marching squares: linear interpolation on cell edges, saddles
 * decided by the mean of the four corners, pieces joined to polylines. (Lorensen and Cline 1987, in two dimensions.)
 */

export type Point = readonly [x: number, y: number];

export interface Contour {
  readonly level: number;
  /** A closed line repeats its first point at the end. */
  readonly lines: readonly (readonly Point[])[];
}

/** A point of a line lies on a cell edge; the edge's number tells which pieces meet. */
interface Crossing {
  readonly edge: number;
  readonly point: Point;
}

/**
 * @param values [ys.length, xs.length], row-major; cells with a NaN corner are left out
 * @param xs ascending, at least two
 * @param ys ascending, at least two
 */
export function contour(
  values: ArrayLike<number>,
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  level: number,
): Contour {
  return { level, lines: join(pieces(values, xs, ys, level)) };
}

function pieces(
  values: ArrayLike<number>,
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  level: number,
): [Crossing, Crossing][] {
  const width = xs.length;
  const at = (i: number, j: number): number => values[j * width + i]!;
  /** Where the level crosses the edge from (i, j) towards +x or +y. */
  const crossing = (i: number, j: number, along: "x" | "y"): Crossing => {
    const [ni, nj] = along === "x" ? [i + 1, j] : [i, j + 1];
    const t = (level - at(i, j)) / (at(ni, nj) - at(i, j));
    return {
      edge: 2 * (j * width + i) + (along === "x" ? 0 : 1),
      point: [xs[i]! + t * (xs[ni]! - xs[i]!), ys[j]! + t * (ys[nj]! - ys[j]!)],
    };
  };
  const found: [Crossing, Crossing][] = [];
  for (let j = 0; j + 1 < ys.length; j++) {
    for (let i = 0; i + 1 < width; i++) {
      const corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      if (corners.some(Number.isNaN)) continue;
      const above = corners.map((value) => value >= level);
      // Edges in the order bottom, right, top, left: each between a corner and the next.
      const edges = [
        () => crossing(i, j, "x"),
        () => crossing(i + 1, j, "y"),
        () => crossing(i, j + 1, "x"),
        () => crossing(i, j, "y"),
      ];
      const crossed = edges.flatMap((edge, k) => (above[k] === above[(k + 1) % 4] ? [] : [edge()]));
      if (crossed.length === 2) found.push([crossed[0]!, crossed[1]!]);
      if (crossed.length === 4) {
        // Corner 0 lies between the left and the bottom edge: cut it off if the centre is on the other side.
        const centre = corners.reduce((sum, value) => sum + value, 0) / 4 >= level;
        const [bottom, right, top, left] = crossed as [Crossing, Crossing, Crossing, Crossing];
        if (centre === above[0]) found.push([bottom, right], [top, left]);
        else found.push([left, bottom], [right, top]);
      }
    }
  }
  return found;
}

/** Follows pieces from edge to edge; every edge is shared by at most two. */
function join(all: readonly [Crossing, Crossing][]): Point[][] {
  const meeting = new Map<number, number[]>();
  all.forEach((piece, index) => {
    for (const { edge } of piece) meeting.set(edge, [...(meeting.get(edge) ?? []), index]);
  });
  const used = new Set<number>();
  /** Everything reached from a crossing, leaving along `start`. */
  const follow = (start: number, from: Crossing): Point[] => {
    const line: Point[] = [];
    let piece: number | undefined = start;
    let here = from;
    while (piece !== undefined) {
      used.add(piece);
      const [a, b]: [Crossing, Crossing] = all[piece]!;
      here = a.edge === here.edge ? b : a;
      line.push(here.point);
      piece = meeting.get(here.edge)!.find((next) => !used.has(next));
    }
    return line;
  };
  const lines: Point[][] = [];
  all.forEach(([first], index) => {
    if (used.has(index)) return;
    const forward = follow(index, first);
    const behind = meeting.get(first.edge)!.find((next) => !used.has(next));
    const backward = behind === undefined ? [] : follow(behind, first);
    lines.push([...backward.reverse(), first.point, ...forward]);
  });
  return lines;
}

/** About `count` levels (between a third and two more) at round numbers within (min, max). */
export function roundLevels(min: number, max: number, count: number): number[] {
  if (!(max > min)) return [];
  const rough = (max - min) / (count + 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const distance = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough - 1e-12)! * power;
  const first = Math.floor(min / distance) + 1;
  const levels: number[] = [];
  for (let k = first; k * distance < max; k++) levels.push(Number((k * distance).toPrecision(12)));
  return levels;
}
