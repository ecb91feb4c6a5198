/** What the coherence hangs on: its median over a sweep of the ridge or of the number of samples. */
import type { RunResult } from "../run";
import { toFloat64 } from "../tensor";
import { curvesOption, pickCurve, type Curves, type CurveSet } from "./curves";
import { elementsOf } from "./elements";
import type { FigureDefinition } from "./figure";
import { cell, has } from "./reading";
import { fixedScale, linearScale, logScale } from "./scale";

/** An array [S, G, B], or [N, S, G, B] with batches: samples of element g at step s. */
function stepsOf(run: RunResult, name: string): ((g: number, s: number) => number[]) | null {
  const array = run.arrays[name];
  if (array === undefined) return null;
  const data = toFloat64(array);
  const [batches, steps, elements, samples] =
    array.shape.length === 4 ? array.shape : [1, ...array.shape];
  return (g, s) =>
    Array.from({ length: batches! }, (_, n) => {
      const start = ((n * steps! + s) * elements! + g) * samples!;
      return [...data.subarray(start, start + samples!)];
    }).flat();
}

function sweepCurves(run: RunResult): Curves {
  const steps = run.arrays.sweep_values;
  // The same steps in every batch.
  const xs = steps === undefined ? [] : [...toFloat64(steps)].slice(0, steps.shape.at(-1));
  const kinds: readonly [string, string, CurveSet["dash"]][] = [
    ["cosine", "sweep_cosine", "solid"],
    ["Euclidean cosine", "sweep_euclidean", "dashed"],
  ];
  const sets = kinds.flatMap(([name, array, dash]): CurveSet[] => {
    const values = stepsOf(run, array);
    return values === null ? [] : [{ name, dash, values }];
  });
  const all = sets.flatMap((set) =>
    elementsOf(run.record).flatMap((_, g) => xs.flatMap((__, s) => set.values(g, s))),
  );
  const ridge = run.record.parameters.sweep === "ridge";
  return {
    xs,
    xAxis: ridge
      ? { name: "ridge λ", scale: logScale(xs) }
      : { name: "samples in the batch", scale: fixedScale(0, Math.max(1, ...xs)) },
    yAxis: { name: "cosine, median", scale: linearScale(all, [0, 1]) },
    sets,
  };
}

export const sweepFigure: FigureDefinition = {
  id: "sweep",
  title: "Sweep",
  caption:
    "Median cosine of each group element over the sweep, solid in the chosen metric and dashed Euclidean; for the picked element a band between the quartiles. What moves here is set by the method, not by the network.",
  arrays: ["sweep_values", "sweep_cosine", "sweep_euclidean"],
  aspect: 0.65,
  applies: (record) => has(record, "sweep_values", "sweep_cosine"),
  option: (run, theme, view) => curvesOption(run, theme, view, sweepCurves(run)),
  table(run) {
    const { xs, sets } = sweepCurves(run);
    return {
      columns: [
        { name: run.record.parameters.sweep === "ridge" ? "ridge" : "samples", unit: "" },
        { name: "element", unit: "" },
        { name: "sample", unit: "" },
        ...sets.map(({ name }) => ({ name: name.toLowerCase().replace(" ", "_"), unit: "1" })),
      ],
      rows: xs.flatMap((x, s) =>
        elementsOf(run.record).flatMap((id, g) => {
          const columns = sets.map((set) => set.values(g, s));
          return (columns[0] ?? []).map((_, i) => [
            x,
            id,
            i,
            ...columns.map((column) => cell(column[i])),
          ]);
        }),
      ),
    };
  },
  pick: (run, view, at) => pickCurve(run, view, sweepCurves(run), at),
};
