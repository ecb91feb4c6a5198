/** Figures of the loss landscape: a line along one direction, or the plane of two as contours. */
import type { RunRecord } from "../run";
import type { FigureDefinition, FigureTable } from "./figure";
import { lineOption } from "./landscapeLine";
import { planeOption } from "./landscapePlane";
import { middleRow, readLandscape } from "./landscapeData";
import { cell } from "./reading";
import type { RunResult } from "../run";

function isPlane(record: RunRecord): boolean {
  return (record.arrays.beta?.shape[0] ?? 1) > 1;
}

/** One row a point of the slice. */
function table(run: RunResult): FigureTable {
  const { alpha, beta, loss } = readLandscape(run);
  const [x, gx] = loss;
  return {
    columns: [
      { name: "alpha", unit: "r" },
      { name: "beta", unit: "r" },
      { name: "loss_x", unit: run.record.arrays.loss?.unit ?? "" },
      { name: "loss_gx", unit: run.record.arrays.loss?.unit ?? "" },
    ],
    rows: beta.flatMap((b, j) =>
      alpha.map((a, i) => [a, b, cell(x[j * alpha.length + i]), cell(gx[j * alpha.length + i])]),
    ),
  };
}

const plane: FigureDefinition = {
  id: "plane",
  title: "Loss over the plane of both gradients",
  caption:
    "Mean loss on the states x (left) and on their images g·x (right) over the same plane of parameters, each with its own labelled levels; the dot is the present parameters and the thick line the present loss. Arrows point down the two gradients; the dashed ellipse is where the Gauss–Newton model puts the thick line.",
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
    "Mean loss on the states x and on their images g·x along the first direction, from the present parameters at 0; dashed the parabola of the Gauss–Newton model.",
  arrays: ["alpha", "beta", "loss"],
  aspect: 0.6,
  option: (run, theme) => lineOption(run, theme),
  table(run) {
    const { beta } = readLandscape(run);
    const all = table(run);
    const middle = beta[middleRow(beta)];
    return { ...all, rows: all.rows.filter(([, b]) => b === middle) };
  },
};

export const landscapeFigures: readonly FigureDefinition[] = [plane, line];
