/** Figures of the loss landscape: a line along one direction, or the plane of two as contours. */
import type { RunRecord } from "../run";
import type { FigureDefinition, FigureTable } from "./figure";
import { lineOption } from "./landscapeLine";
import { planeOption } from "./landscapePlane";
import { middleRow, modelValues, readLandscape } from "./landscapeData";
import { cell } from "./reading";
import type { RunResult } from "../run";

function isPlane(record: RunRecord): boolean {
  return (record.arrays.beta?.shape[0] ?? 1) > 1;
}

/** One row a point of the slice, with the Gauss–Newton model there as it is drawn. */
function table(run: RunResult): FigureTable {
  const { alpha, beta, loss, models } = readLandscape(run);
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
  title: "Loss over the plane of both gradients",
  caption:
    "Mean loss on the states x (left) and on their images g·x (right) over the same plane of parameters, each with its own labelled levels, interpolated by cubics between the computed points; ρ is the radius of the run; the dot is the present parameters and the thick line the present loss. Arrows point down the two gradients; dashed is the Gauss–Newton model at the stated level, to be held against the loss's line of that level: a whole ellipse where one fits into the square, else its part inside.",
  arrays: ["alpha", "beta", "loss"],
  aspect: 0.48,
  applies: isPlane,
  option: (run, theme) => planeOption(run, theme),
  table,
};

const line: FigureDefinition = {
  id: "line",
  title: "Loss along a direction",
  caption:
    "Mean loss on the states x (left) and on their images g·x (right) a distance α, in units of the run's radius ρ, along the first direction from the present parameters, each with a range of its own; dashed the parabola of the Gauss–Newton model, cut off where it leaves that range.",
  arrays: ["alpha", "beta", "loss"],
  aspect: 0.5,
  option: (run, theme) => lineOption(run, theme),
  table(run) {
    const { beta } = readLandscape(run);
    const all = table(run);
    const middle = beta[middleRow(beta)];
    return { ...all, rows: all.rows.filter(([, b]) => b === middle) };
  },
};

export const landscapeFigures: readonly FigureDefinition[] = [plane, line];
