/** Figures of the loss landscape: along one direction, over the plane of two, and over a training. */
import type { RunRecord } from "../run";
import type { FigureDefinition, FigureTable } from "./figure";
import { lineOption } from "./landscapeLine";
import { planeOption } from "./landscapePlane";
import { middleRow, modelValues, readLandscape } from "./landscapeData";
import { chosenMoments, EPOCHS_ASPECT, epochsOption } from "./landscapeEpochs";
import { landscapeMoments, momentName, pathOf, pathOption } from "./landscapePath";
import { cell } from "./reading";
import type { RunResult } from "../run";
import { toFloat64 } from "../tensor";

function isPlane(record: RunRecord): boolean {
  return (record.arrays.beta?.shape[0] ?? 1) > 1;
}

const SLICE = ["alpha", "beta", "loss"] as const;
const MOMENTS = [
  "checkpoint_loss",
  "checkpoint_base",
  "checkpoint_gradient",
  "checkpoint_curvature",
  "path",
] as const;

/** One row a point of the slice, with the Gauss–Newton model there as it is drawn. */
function table(run: RunResult, checkpoint?: number): FigureTable {
  const { alpha, beta, loss, models } = readLandscape(run, checkpoint);
  const columns = [...loss, ...models.map((model) => modelValues(model, alpha, beta))];
  const unit = run.record.arrays.loss?.unit ?? "";
  return {
    columns: [
      { name: "alpha", unit: "ρ" },
      { name: "beta", unit: "ρ" },
      ...["loss_x", "loss_gx", "model_x", "model_gx"].map((name) => ({ name, unit })),
    ],
    rows: beta.flatMap((b, j) =>
      alpha.map((a, i) => [a, b, ...columns.map((values) => cell(values[j * alpha.length + i]))]),
    ),
  };
}

const plane: FigureDefinition = {
  id: "plane",
  title: "Loss over a plane of parameters",
  caption:
    "Mean loss on the states x (left) and on their images g·x (right) over the same plane of parameters, each with its own labelled levels, interpolated by cubics between the computed points; the axes say which, in units of ρ, the length that the run states: the step predicted to lower the loss of x by a tenth, of a path its farthest checkpoint; the dot is the present parameters and the thick line the present loss. Arrows point down the two gradients; dashed is the Gauss–Newton model at the stated level, to be held against the loss's line of that level: a whole ellipse where one fits into the square, else its part inside. Of a training one checkpoint is shown, in the middle of the last one’s directions; the line with dots is the path of all, projected.",
  arrays: [...SLICE, ...MOMENTS],
  aspect: 0.48,
  plays: true,
  applies: isPlane,
  option: (run, theme, { checkpoint }) => planeOption(run, theme, checkpoint),
  table: (run, { checkpoint }) => table(run, checkpoint),
};

const line: FigureDefinition = {
  id: "line",
  title: "Loss along a direction",
  caption:
    "Mean loss on the states x (left) and on their images g·x (right) a distance α, in units of ρ, the length that the run states, along the first direction from the present parameters, each with a range of its own; dashed the parabola of the Gauss–Newton model, cut off where it leaves that range.",
  arrays: [...SLICE, ...MOMENTS],
  aspect: 0.5,
  plays: true,
  option: (run, theme, { checkpoint }) => lineOption(run, theme, checkpoint),
  table(run, { checkpoint }) {
    const { beta } = readLandscape(run);
    const all = table(run, checkpoint);
    const middle = beta[middleRow(beta)];
    return { ...all, rows: all.rows.filter(([, b]) => b === middle) };
  },
};

const isTraining = (record: RunRecord): boolean => landscapeMoments(record).length > 1;

const epochs: FigureDefinition = {
  id: "epochs",
  title: "Loss over training",
  caption:
    "Mean loss on the states x (above) and on their images g·x (below) around the first checkpoint, the middle one and the last, over the same directions of parameters; each panel with its own levels, the thick line the loss of that checkpoint, which stands above it, dashed the Gauss–Newton model. The line with dots is the path of all checkpoints, projected.",
  arrays: [...SLICE, ...MOMENTS],
  aspect: EPOCHS_ASPECT,
  applies: (record) => isTraining(record) && isPlane(record),
  option: (run, theme, { checkpoint }) => epochsOption(run, theme, checkpoint),
  table(run, { checkpoint }) {
    const chosen = chosenMoments(landscapeMoments(run.record).length, checkpoint);
    const tables = chosen.map((k) => table(run, k));
    return {
      columns: [{ name: "checkpoint", unit: "" }, ...tables[0]!.columns],
      rows: tables.flatMap(({ rows }, at) =>
        rows.map((row) => [momentName(run.record, chosen[at]!), ...row]),
      ),
    };
  },
};

const path: FigureDefinition = {
  id: "path",
  title: "Path of the training",
  caption:
    "Each checkpoint projected on the directions of the landscape, from the last one at zero, in units of ρ, the length that the run states; each axis has a scale of its own. The ring is the checkpoint that is shown; how much of the path’s variance about its mean lies inside the plane stands above.",
  arrays: ["path", "path_outside", "checkpoint_base", "checkpoint_cosine", "epoch"],
  aspect: 0.7,
  marks: ["checkpoint"],
  applies: (record) => isTraining(record) && isPlane(record),
  option: (run, theme, { checkpoint }) =>
    pathOption(run, theme, checkpoint ?? landscapeMoments(run.record).length - 1),
  table(run) {
    const { path_outside: outside, checkpoint_base: base, checkpoint_cosine: cosine } = run.arrays;
    const numbers = (name: typeof outside): ArrayLike<number> =>
      name === undefined ? [] : toFloat64(name);
    const [distance, losses, cosines] = [outside, base, cosine].map(numbers);
    return {
      columns: [
        { name: "checkpoint", unit: "" },
        { name: "alpha", unit: "ρ" },
        { name: "beta", unit: "ρ" },
        { name: "outside", unit: "ρ" },
        { name: "loss_x", unit: "loss" },
        { name: "loss_gx", unit: "loss" },
        { name: "cosine", unit: "1" },
      ],
      rows: pathOf(run).map(([a, b], k) => [
        landscapeMoments(run.record)[k]?.name ?? k,
        a,
        b,
        cell(distance![k]),
        cell(losses![2 * k]),
        cell(losses![2 * k + 1]),
        cell(cosines![k]),
      ]),
    };
  },
  pick(run, _view, { x, y }) {
    const places = pathOf(run);
    const span = [0, 1].map((k) => {
      const values = places.map((place) => place[k]!);
      return Math.max(...values) - Math.min(...values) || 1;
    });
    const far = ([a, b]: readonly [number, number]): number =>
      Math.hypot((a - x) / span[0]!, (b - y) / span[1]!);
    const nearest = places.reduce(
      (best, place, k) => (far(place) < far(places[best]!) ? k : best),
      0,
    );
    return { checkpoint: nearest };
  },
};

export const landscapeFigures: readonly FigureDefinition[] = [plane, line, epochs, path];
