/** Found linear motions as vector fields: each in the plane of the two components that it moves most. */
import type { RunRecord, RunResult } from "../run";
import { elementsOf } from "./elements";
import type { FigureDefinition, FigurePoint, FigureView } from "./figure";
import { arrowsOn, flowPictures, type Arrow, type Flow } from "./flows";
import { componentMotions, type Motion } from "./discoverNumbers";

/** Pictures of more would be too small to read. */
const MOST = 12;

/** Of the square about the point that stays, or the origin. */
const SIDES: readonly [number, number] = [2, 2];

function flowsOf(run: RunResult): Flow[] {
  return componentMotions(run)
    .slice(0, MOST)
    .map((motion, index): Flow => {
      const [i, j] = planeOf(motion);
      const { matrix, columns, components, names, halves } = motion;
      // About a point that stays the field has no shift left.
      const stays = fixedPointOf(run.record, components);
      const arrowsOf = (of: Float64Array): Arrow[] => {
        const entry = (row: number, column: number): number => of[row * columns + column]!;
        const rest = (row: number): number =>
          (columns > components ? entry(row, components) : 0) +
          (stays ?? []).reduce((sum, x, k) => sum + entry(row, k) * x, 0);
        const along = (row: number, [x, y]: readonly [number, number]): number =>
          entry(row, i) * x + entry(row, j) * y + rest(row);
        return arrowsOn(SIDES, (at) => [along(i, at), along(j, at)]);
      };
      return {
        id: `X${index + 1}`,
        label: "a candidate for a symmetry",
        beside: `${names[i]!}, ${names[j]!}`,
        among: elementsOf(run.record),
        index,
        arrows: arrowsOf(matrix),
        parts: halves.map(arrowsOf),
      };
    });
}

/** The pair of components within which most of the motion happens. */
function planeOf({ matrix, columns, components }: Motion): [number, number] {
  let best: [number, number] = [0, Math.min(1, components - 1)];
  let most = -1;
  const square = (row: number, column: number): number => matrix[row * columns + column]! ** 2;
  for (let i = 0; i < components; i++) {
    for (let j = i + 1; j < components; j++) {
      const own = square(i, i) + square(j, j) + square(i, j) + square(j, i);
      const shifts = columns > components ? square(i, components) + square(j, components) : 0;
      // Of equal planes the first, whatever rounding says.
      if (own + shifts > most + 1e-9) [most, best] = [own + shifts, [i, j]];
    }
  }
  return best;
}

function fixedPointOf({ summary }: RunRecord, components: number): readonly number[] | null {
  const { fixed_point: point } = summary as { fixed_point?: readonly number[] | null };
  return point?.length === components ? point : null;
}

function pick(run: RunResult, view: FigureView, { panel }: FigurePoint): FigureView | null {
  const id = elementsOf(run.record)[panel];
  return id === undefined ? null : { ...view, element: id };
}

export const motionsFigure: FigureDefinition = {
  id: "motions",
  title: "The generators as flows",
  caption:
    "The velocity with which each generator moves the state, in the plane of the two components that it moves most, named above it: the first across, the second up, from −1 to 1 about the point that no generator moves, or the origin. The longest arrow of each picture is as long as the arrows lie apart. Grey behind them: the same generator by either half of the data; where grey is seen, it is not known better.",
  arrays: ["generators", "component_generators", "generators_halves"],
  aspect: 0.8,
  applies: ({ summary, arrays }) =>
    (arrays.generators?.axes.length ?? 0) === 3 &&
    arrays.generators!.shape[0]! > 0 &&
    ((summary.names as readonly string[] | undefined)?.length ?? 0) > 1,
  option: (run, theme, view) => flowPictures(flowsOf(run), SIDES, theme, view),
  table: (run) => ({
    columns: [
      { name: "generator", unit: "" },
      { name: "plane", unit: "" },
      { name: "first", unit: "" },
      { name: "second", unit: "" },
      { name: "velocity.first", unit: "" },
      { name: "velocity.second", unit: "" },
    ],
    rows: flowsOf(run).flatMap(({ id, beside = "", arrows }) =>
      arrows.map(({ at, velocity }) => [id, beside, ...at, ...velocity]),
    ),
  }),
  pick,
};
