/** Figures of an evolution: coherence over training, by subgroup and by element, beside errors and losses. */
import type { RunRecord, RunResult } from "../run";
import { quartiles } from "../statistics";
import { curvesOption, pickCurve, type Curves, type CurveSet } from "./curves";
import { elementsOf } from "./elements";
import {
  boundsOf,
  elementSets,
  momentAxis,
  momentNames,
  momentsOf,
  seedsOf,
  valuesAt,
} from "./evolutionReading";
import type { FigureDefinition, FigureTable, FigureView } from "./figure";
import { linesOption, type Line, type LinePanel } from "./lines";
import { cell, sampleName } from "./reading";
import { linearScale, logScale, showNumber } from "./scale";
import { scatterFigure, type ScatterPoint } from "./scatter";
import { symbols } from "./symbols";
import type { ChartTheme } from "./theme";

function xAxis(record: RunRecord): Curves["xAxis"] {
  const names = momentNames(record);
  const what = momentsOf(record).every(({ epoch }) => epoch !== null) ? "epoch" : "checkpoint";
  return { ...momentAxis(record), about: (k) => `${what} ${names[k] ?? ""}` };
}

function median(values: readonly number[]): number {
  return quartiles(values).median;
}

/** Medians of each training, thin, and over all of them, bold, for one set of elements. */
function setLines(run: RunResult, theme: ChartTheme, view: FigureView, name: string): Line[] {
  const moments = momentsOf(run.record);
  const epochs = momentNames(run.record);
  const seeds = seedsOf(run.record);
  return elementSets(run.record, view).flatMap((set, k): Line[] => {
    const look = { name: set.label, colour: theme.series[k]!, symbol: symbols[k]! };
    const at = (seed: number, moment: number): number[] =>
      valuesAt(run, name, seed, moment, set.elements);
    const all = moments.map((_, moment) => seeds.flatMap((__, seed) => at(seed, moment)));
    const bold = all.map(median);
    const band = boundsOf(run.record, set, name.replace("checkpoint_", ""));
    const interval = (moment: number): string =>
      band === null
        ? ""
        : `\n95 % interval ${showNumber(band.low[moment]!)} … ${showNumber(band.high[moment]!)}`;
    return [
      // The legend looks like the first of a name.
      {
        ...look,
        values: bold,
        ...(band === null ? {} : { band }),
        about: (moment) =>
          `${set.label}\nepoch ${epochs[moment]!}: median ${showNumber(bold[moment]!)}${interval(moment)}`,
      },
      ...(seeds.length < 2 ? [] : seeds).map((seed, s): Line => {
        const values = moments.map((_, moment) => median(at(s, moment)));
        return {
          ...look,
          thin: true,
          values,
          about: (moment) =>
            `${set.label}, ${seed}\nepoch ${epochs[moment]!}: ${showNumber(values[moment]!)}`,
        };
      }),
    ];
  });
}

/** The mean loss at x itself: of each training, thin, and the median over all of them, bold. */
function lossLines(run: RunResult, theme: ChartTheme): Line[] {
  const epochs = momentNames(run.record);
  const seeds = seedsOf(run.record);
  const at = Math.max(0, elementsOf(run.record).indexOf("e"));
  const look = { name: "ℓ(x)", colour: theme.text, symbol: "rect" } as const;
  const each = seeds.map((_, s) =>
    momentsOf(run.record).map((__, moment) =>
      mean(valuesAt(run, "checkpoint_loss", s, moment, [at])),
    ),
  );
  const bold = epochs.map((_, moment) => median(each.map((values) => values[moment]!)));
  const thin = each.map((values, s): Line => ({
    ...look,
    thin: true,
    values,
    about: (moment) =>
      `ℓ(x), ${seeds[s]!}\nepoch ${epochs[moment]!}: ${showNumber(values[moment]!)}`,
  }));
  const of = seeds.length < 2 ? "ℓ(x)" : "ℓ(x), median over trainings";
  return [
    {
      ...look,
      values: bold,
      about: (moment) => `${of}\nepoch ${epochs[moment]!}: ${showNumber(bold[moment]!)}`,
    },
    ...(seeds.length < 2 ? [] : thin),
  ];
}

function mean(values: readonly number[]): number {
  const there = values.filter((value) => !Number.isNaN(value));
  return there.reduce((sum, value) => sum + value, 0) / there.length;
}

function drawn(lines: readonly Line[]): number[] {
  return lines.flatMap(({ values, band }) => [
    ...values,
    ...(band === undefined ? [] : [...band.low, ...band.high]),
  ]);
}

function panels(run: RunResult, theme: ChartTheme, view: FigureView): LinePanel[] {
  const panel = (axis: string, name: string, share: number): LinePanel => {
    const lines = setLines(run, theme, view, name);
    return { axis, scale: linearScale(drawn(lines), [0]), lines, reference: [0], share };
  };
  const loss = lossLines(run, theme);
  return [
    panel("cosine", "checkpoint_cosine", 0.42),
    panel("excess", "checkpoint_excess", 0.32),
    { axis: "ℓ(x)", scale: logScale(drawn(loss)), lines: loss, reference: [], share: 0.26 },
  ];
}

const bySubgroup: FigureDefinition = {
  id: "by-subgroup",
  title: "Coherence over training",
  caption:
    "Median cosine between the loss gradients at g·x and at x over the elements of the subgroup that is set apart, and over the others, at each checkpoint in the order of training; bands are 95 % intervals of the median, thin lines single trainings. Below, the excess over unrelated samples, and the mean loss at x on a logarithmic axis, over several trainings their median.",
  arrays: ["checkpoint_cosine", "checkpoint_excess", "checkpoint_loss"],
  aspect: 0.9,
  option: (run, theme, view) =>
    linesOption(
      theme,
      [...momentsOf(run.record).keys()],
      xAxis(run.record),
      panels(run, theme, view),
    ),
  table(run, view) {
    const seeds = seedsOf(run.record);
    return {
      columns: [
        { name: "checkpoint", unit: "" },
        { name: "epoch", unit: "" },
        { name: "elements", unit: "" },
        { name: "seed", unit: "" },
        { name: "cosine", unit: "1" },
        { name: "cosine_low", unit: "1" },
        { name: "cosine_high", unit: "1" },
        { name: "excess", unit: "1" },
      ],
      rows: momentsOf(run.record).flatMap(({ name, epoch }, moment) =>
        elementSets(run.record, view).flatMap((set) => {
          const bounds = boundsOf(run.record, set, "cosine");
          const row = (
            seed: string,
            of: readonly number[],
            interval: readonly (number | undefined)[],
          ): FigureTable["rows"][number] => {
            const at = (quantity: string): number =>
              median(of.flatMap((s) => valuesAt(run, quantity, s, moment, set.elements)));
            return [
              name,
              epoch,
              set.label,
              seed,
              cell(at("checkpoint_cosine")),
              ...interval.map(cell),
              cell(at("checkpoint_excess")),
            ];
          };
          return [
            row("all", [...seeds.keys()], [bounds?.low[moment], bounds?.high[moment]]),
            ...(seeds.length < 2 ? [] : seeds).map((seed, s) =>
              row(seed, [s], [undefined, undefined]),
            ),
          ];
        }),
      ),
    };
  },
};

/** A figure of one quantity with a curve an element, all trainings together. */
function byElement(
  about: Pick<FigureDefinition, "id" | "title" | "caption">,
  axis: string,
  quantities: readonly [name: string, array: string, dash: CurveSet["dash"]][],
  scale: "linear" | "log",
): FigureDefinition {
  const curves = (run: RunResult): Curves => {
    const moments = momentsOf(run.record);
    const seeds = [...seedsOf(run.record).keys()];
    const sets = quantities.map(([name, array, dash]): CurveSet => ({
      name,
      dash,
      values: (g, moment) => seeds.flatMap((s) => valuesAt(run, array, s, moment, [g])),
    }));
    const medians = sets.flatMap(({ values }) =>
      elementsOf(run.record).flatMap((_, g) => moments.map((__, m) => median(values(g, m)))),
    );
    return {
      xs: [...moments.keys()],
      xAxis: xAxis(run.record),
      yAxis: {
        name: axis,
        scale: scale === "log" ? logScale(medians) : linearScale(medians, [0, 1]),
      },
      sets,
    };
  };
  return {
    ...about,
    arrays: quantities.map(([, array]) => array),
    aspect: 0.65,
    option: (run, theme, view) => curvesOption(run, theme, view, curves(run)),
    table: (run) => ({
      columns: [
        { name: "seed", unit: "" },
        { name: "checkpoint", unit: "" },
        { name: "epoch", unit: "" },
        { name: "element", unit: "" },
        { name: "sample", unit: "" },
        ...quantities.map(([, array]) => ({
          name: array.replace("checkpoint_", ""),
          unit: run.record.arrays[array]?.unit ?? "",
        })),
      ],
      rows: seedsOf(run.record).flatMap((seed, s) =>
        momentsOf(run.record).flatMap(({ name, epoch }, m) =>
          elementsOf(run.record).flatMap((id, g) => {
            const columns = quantities.map(([, array]) => valuesAt(run, array, s, m, [g]));
            return (columns[0] ?? []).map((_, i) => [
              seed,
              name,
              epoch,
              id,
              sampleName(run.record, i),
              ...columns.map((column) => cell(column[i])),
            ]);
          }),
        ),
      ),
    }),
    pick: (run, view, at) => pickCurve(run, view, curves(run), at),
  };
}

export const evolutionFigures: readonly FigureDefinition[] = [
  bySubgroup,
  byElement(
    {
      id: "by-element",
      title: "Coherence over training, by element",
      caption:
        "Median cosine of each group element at each checkpoint, solid in the chosen metric and dashed Euclidean; for the picked element a band between the quartiles over samples and trainings.",
    },
    "cosine, median",
    [
      ["cosine", "checkpoint_cosine", "solid"],
      ["Euclidean cosine", "checkpoint_euclidean_cosine", "dashed"],
    ],
    "linear",
  ),
  byElement(
    {
      id: "relative-loss",
      title: "Relative loss over training",
      caption:
        "Median of ℓ(g·x)/ℓ(x) of each group element at each checkpoint, on a logarithmic axis; for the picked element a band between the quartiles.",
    },
    "ℓ(gx) / ℓ(x), median",
    [["relative loss", "checkpoint_relative_loss", "solid"]],
    "log",
  ),
  byElement(
    {
      id: "equivariance",
      title: "Equivariance error over training",
      caption:
        "Median of ‖f(g·x) − g·f(x)‖/‖g·f(x)‖ of each group element at each checkpoint, on a logarithmic axis with a row for exact zeros; for the picked element a band between the quartiles.",
    },
    "equivariance error, median",
    [["equivariance error", "checkpoint_equivariance_error", "solid"]],
    "log",
  ),
  scatterFigure(pointsOf, ["checkpoint_cosine", "checkpoint_loss"], true),
];

/** The checkpoints of each training in their order; ends are named. */
function pointsOf(run: RunResult): ScatterPoint[] {
  const { record } = run;
  const ids = elementsOf(record);
  const moving = [...ids.keys()].filter((g) => ids[g] !== "e");
  const own = Math.max(0, ids.indexOf("e"));
  const names = momentNames(record);
  return seedsOf(record).flatMap((seed, s) =>
    names.map((name, m) => ({
      name: seed === "" ? name : `${seed}, ${name}`,
      label: m === 0 || m === names.length - 1 ? name : "",
      family: s,
      loss: mean(valuesAt(run, "checkpoint_loss", s, m, [own])),
      coherence: median(
        valuesAt(run, "checkpoint_cosine", s, m, moving.length > 0 ? moving : [own]),
      ),
    })),
  );
}
