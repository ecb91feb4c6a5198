/** Figures of Lie derivatives: over generators, channels, the steps of a rollout, and what lies in files of their own. */
import { channelLabels, parseFieldSpec } from "../fields/spec";
import type { RunRecord, RunResult } from "../run";
import { quartiles } from "../statistics";
import { byElementOption, elementMarks, pickElement, type Panel, type Quantity } from "./byElement";
import { curvesOption, pickCurve, type Curves } from "./curves";
import { elementsOf } from "./elements";
import type { FigureDefinition, FigureTable } from "./figure";
import { flowsFigure } from "./flows";
import { layersFigure } from "./layers";
import { checkpointsFigure } from "./lieCheckpoints";
import { exchangesFigure } from "./lieExchanges";
import { lieFieldsFigure } from "./lieFields";
import { cell, has, perElement } from "./reading";
import { sampleTable } from "./sampleTable";
import { fixedScale, logScale } from "./scale";

/** Number of rollout steps: the axis after the samples, where there is one. */
function steps(record: RunRecord): number {
  const shape = record.arrays.lie_error?.shape ?? [];
  return shape.length === 3 ? shape[2]! : 1;
}

/** Every `stride`-th value from `start`: one column of rows that are `stride` long. */
function column(values: Float64Array, start: number, stride: number): Float64Array {
  return Float64Array.from(
    { length: values.length / stride },
    (_, i) => values[i * stride + start]!,
  );
}

/** After the first step, [N] a generator. */
function firstStep(run: RunResult, name: string): Float64Array[] {
  const n = steps(run.record);
  return (perElement(run, name) ?? []).map((values) => column(values, 0, n));
}

/** What stands beside the Lie derivative where the run has it; the grid's own error where there is a grid. */
function besideQuantities(run: RunResult): Quantity[] {
  const beside = (name: string, values: Float64Array[] | null): Quantity[] =>
    values === null ? [] : [{ name, values, points: false }];
  const grid = perElement(run, "grid_error");
  const s = Math.abs(Number(run.record.parameters["finite"] ?? 0));
  const finite = perElement(run, "finite_error");
  return [
    ...beside("of the data", perElement(run, "data_error")),
    ...beside("finite / |s|", finite?.map((all) => all.map((one) => one / s)) ?? null),
    ...(run.record.model !== null && grid?.some((all) => all.some((one) => one > 0)) === true
      ? beside("grid’s own error", grid)
      : []),
    ...beside("fit’s own error", nearby(run, "fit_error")),
    ...beside("rounding", nearby(run, "rounding")),
  ];
}

/** How far below all errors a floor may lie and still be drawn: farther down it would only squeeze the axis. */
const NEAR = 1e-3;

/** A floor, where some error comes near it; exact zeros come near nothing. */
function nearby(run: RunResult, name: string): Float64Array[] | null {
  const floors = perElement(run, name);
  const errors = firstStep(run, "lie_error");
  const near = floors?.some(([floor], k) => {
    const { median } = quartiles(errors[k] ?? []);
    return median > 0 && floor! > NEAR * median;
  });
  return near === true ? floors : null;
}

function generatorPanels(run: RunResult): Panel[] {
  const f = run.record.model === null ? "G" : "f";
  return [
    {
      axis: `‖L ${f}‖ / ‖${f}‖`,
      scale: "log",
      reference: [],
      share: 0.62,
      quantities: [
        { name: "Lie derivative", values: firstStep(run, "lie_error"), points: true },
        ...besideQuantities(run),
      ],
    },
    {
      axis: "share broken",
      scale: "linear",
      reference: [0],
      whole: [0, 1],
      share: 0.38,
      quantities: [{ name: "share broken", values: firstStep(run, "lie_relative"), points: true }],
    },
  ];
}

const byGenerator: FigureDefinition = {
  id: "by-generator",
  title: "Lie derivative by generator",
  caption:
    "How fast the prediction departs from the moved prediction as the state begins to move along each generator, relative to the prediction: points are samples, bars quartiles, large marks medians, on a logarithmic axis with a row for exact zeros. Beside it, where the run has them: the data’s own Lie derivative, of a map G that is fitted to them; what a finite motion finds for each unit moved; the grid’s own error, which a map with every symmetry would show on these states; and what rounding alone leaves, or the error of the fit, where that is near. Below, ‖L f‖ over the sum of its two terms, from 0 (symmetric, or nothing moved beyond what can be resolved) to 1, whatever the generator’s scale; of a prediction that should stay, all that moves is broken.",
  arrays: [
    ...["lie_error", "lie_relative"],
    ...["data_error", "finite_error", "grid_error", "fit_error", "rounding"],
  ],
  aspect: 0.75,
  marks: elementMarks,
  option: (run, theme, view, beside) => byElementOption(run, theme, view, generatorPanels, beside),
  table: (run) =>
    renamed(
      sampleTable(run, [
        { name: "lie_error", unit: "1", values: firstStep(run, "lie_error") },
        { name: "data_error", unit: "1", values: perElement(run, "data_error") },
        { name: "finite_error", unit: "1", values: perElement(run, "finite_error") },
        { name: "grid_error", unit: "1", values: perElement(run, "grid_error") },
        { name: "fit_error", unit: "1", values: forEverySample(run, "fit_error") },
        { name: "rounding", unit: "1", values: forEverySample(run, "rounding") },
        { name: "lie_relative", unit: "1", values: firstStep(run, "lie_relative") },
      ]),
    ),
  pick: (run, view, at) => pickElement(run, view, generatorPanels(run), at),
};

/** A number a generator, in every sample's row. */
function forEverySample(run: RunResult, name: string): Float64Array[] | null {
  const count = run.record.data.samples.length;
  return perElement(run, name)?.map(([one]) => new Float64Array(count).fill(one!)) ?? null;
}

/** The table's first column holds generators here. */
function renamed({ columns, rows }: FigureTable): FigureTable {
  return { columns: [{ name: "generator", unit: "" }, ...columns.slice(1)], rows };
}

/** One array [N] a generator, for each channel, with the channel's name where the fields tell it. */
function channels(run: RunResult): { name: string; values: Float64Array[] }[] {
  const all = perElement(run, "channel_error") ?? [];
  const count = run.record.arrays.channel_error?.shape.at(-1) ?? 1;
  const { fields } = run.record.data;
  const labels = fields === "" ? [] : channelLabels(parseFieldSpec(fields));
  return Array.from({ length: count }, (_, c) => ({
    name: (labels.length === count ? labels[c]?.name : undefined) ?? `channel ${c}`,
    values: all.map((values) => column(values, c, count)),
  }));
}

function channelPanels(run: RunResult): Panel[] {
  return [
    {
      axis: "‖L f‖ / ‖f‖ of the channel",
      scale: "log",
      reference: [],
      share: 1,
      quantities: channels(run).map((channel) => ({ ...channel, points: false })),
    },
  ];
}

const byChannel: FigureDefinition = {
  id: "channels",
  title: "Lie derivative by channel",
  caption:
    "The same for each output channel by itself, median and quartiles over samples; the shape tells the channel, the colour the generator.",
  arrays: ["channel_error"],
  aspect: 0.6,
  marks: elementMarks,
  applies: (record) => (record.arrays.channel_error?.shape.at(-1) ?? 1) > 1,
  option: (run, theme, view, beside) => byElementOption(run, theme, view, channelPanels, beside),
  table: (run) =>
    renamed(
      sampleTable(
        run,
        channels(run).map(({ name, values }) => ({ name, unit: "1", values })),
      ),
    ),
  pick: (run, view, at) => pickElement(run, view, channelPanels(run), at),
};

function rolloutCurves(run: RunResult): Curves {
  const all = perElement(run, "lie_error") ?? [];
  const n = steps(run.record);
  const scale = fixedScale(1, n);
  return {
    xs: Array.from({ length: n }, (_, k) => k + 1),
    xAxis: { name: "step k", scale: { ...scale, ticks: scale.ticks.filter(Number.isInteger) } },
    yAxis: { name: "‖L fᵏ‖ / ‖fᵏ‖, median", scale: logScale(all.flatMap((one) => [...one])) },
    sets: [{ name: "Lie derivative", dash: "solid", values: (g, k) => [...column(all[g]!, k, n)] }],
  };
}

const rollout: FigureDefinition = {
  id: "rollout",
  title: "Lie derivative along the rollout",
  caption:
    "Median over samples of ‖L fᵏ(x)‖ relative to the prediction after k steps, for each generator; for the picked one a band between the quartiles.",
  arrays: ["lie_error"],
  aspect: 0.65,
  applies: (record) => has(record, "lie_error") && steps(record) > 1,
  option: (run, theme, view) => curvesOption(run, theme, view, rolloutCurves(run)),
  table(run) {
    const n = steps(run.record);
    const all = perElement(run, "lie_error") ?? [];
    return {
      columns: [
        { name: "generator", unit: "" },
        { name: "sample", unit: "" },
        { name: "step", unit: "" },
        { name: "lie_error", unit: "1" },
      ],
      rows: elementsOf(run.record).flatMap((id, g) =>
        [...(all[g] ?? [])].map((value, k) => [id, Math.floor(k / n), (k % n) + 1, cell(value)]),
      ),
    };
  },
  pick: (run, view, at) => pickCurve(run, view, rolloutCurves(run), at),
};

export const lieDerivativeFigures: readonly FigureDefinition[] = [
  byGenerator,
  layersFigure,
  lieFieldsFigure,
  byChannel,
  rollout,
  checkpointsFigure,
  exchangesFigure,
  flowsFigure,
];
