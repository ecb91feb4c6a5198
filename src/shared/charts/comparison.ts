/** Figures of a comparison: networks beside each other, and coherence against loss. */
import { object } from "../findings/json";
import type { RunRecord, RunResult } from "../run";
import { quartiles } from "../statistics";
import { toFloat64 } from "../tensor";
import { elementsOf } from "./elements";
import { elementSets } from "./evolutionReading";
import type { FigureDefinition, FigureView } from "./figure";
import { lettersOf, shortened } from "./frame";
import { linesOption, type Line, type LinePanel } from "./lines";
import { cell } from "./reading";
import { linearScale, logScale, showNumber, type Scale } from "./scale";
import { scatterFigure, type ScatterPoint } from "./scatter";
import { symbols } from "./symbols";
import type { ChartTheme } from "./theme";

/** Names without what all files of networks end with. */
export function modelNames({ summary }: RunRecord): string[] {
  const models = Array.isArray(summary["models"]) ? summary["models"] : [];
  return models.map((one) => String(object(one)?.["name"]).replace(/\.(onnx|safetensors)$/, ""));
}

/** Values of one network for some of the elements: [elements · samples]. */
function valuesOf(
  run: RunResult,
  name: string,
  model: number,
  elements: readonly number[],
): number[] {
  const array = run.arrays[name];
  if (array === undefined) return [];
  const [, count = 0, n = 0] = array.shape;
  const data = toFloat64(array);
  return elements.flatMap((g) => {
    const start = (model * count + g) * n;
    return [...data.subarray(start, start + n)];
  });
}

/** Letters of names that fit side by side at 85 mm. */
const ROOM = 24;

function xAxis(record: RunRecord): { name: string; scale: Scale; upright: boolean } {
  const names = modelNames(record).map(shortened);
  return {
    name: "",
    upright: names.reduce((sum, name) => sum + lettersOf(name) + 1.5, 0) > ROOM,
    scale: {
      min: -0.5,
      max: names.length - 0.5,
      ticks: [...names.keys()],
      label: (k) => names[Math.round(k)] ?? "",
      place: (k) => k,
    },
  };
}

/** Median and quartiles of each network, a lane for each set of elements. */
function lanes(
  run: RunResult,
  theme: ChartTheme,
  sets: readonly { readonly label: string; readonly elements: readonly number[] }[],
  array: string,
): Line[] {
  const names = modelNames(run.record);
  return sets.map((set, k): Line => {
    const all = names.map((_, m) => quartiles(valuesOf(run, array, m, set.elements)));
    return {
      name: set.label,
      colour: theme.series[k]!,
      symbol: symbols[k]!,
      joined: false,
      shift: sets.length > 1 ? (k - (sets.length - 1) / 2) * 0.3 : 0,
      values: all.map(({ median }) => median),
      band: { low: all.map(({ q1 }) => q1), high: all.map(({ q3 }) => q3) },
      about: (m) => {
        const { median, q1, q3 } = all[m]!;
        return `${names[m]!}, ${set.label}\nmedian ${showNumber(median)}\nquartiles ${showNumber(q1)} … ${showNumber(q3)}`;
      },
    };
  });
}

function drawn(lines: readonly Line[]): number[] {
  return lines.flatMap(({ values, band }) => [
    ...values,
    ...(band?.low ?? []),
    ...(band?.high ?? []),
  ]);
}

function panels(run: RunResult, theme: ChartTheme, view: FigureView): LinePanel[] {
  const sets = elementSets(run.record, view);
  const panel = (axis: string, array: string, share: number): LinePanel => {
    const lines = lanes(run, theme, sets, array);
    return { axis, scale: linearScale(drawn(lines), [0]), lines, reference: [0], share };
  };
  const loss = lanes(run, { ...theme, series: [theme.text] }, [ownSet(run.record)], "model_loss");
  return [
    panel("cosine", "model_cosine", 0.42),
    panel("excess", "model_excess", 0.32),
    { axis: "ℓ(x)", scale: logScale(drawn(loss)), lines: loss, reference: [], share: 0.26 },
  ];
}

/** The identity alone: x itself. */
function ownSet(record: RunRecord): { label: string; elements: number[] } {
  return { label: "x itself", elements: [Math.max(0, elementsOf(record).indexOf("e"))] };
}

const models: FigureDefinition = {
  id: "models",
  title: "Networks side by side",
  caption:
    "Median and quartiles of each network’s cosine between the loss gradients at g·x and at x, over the elements of the subgroup that is set apart and over the others; below, the excess over unrelated samples, and the loss at x on a logarithmic axis.",
  arrays: ["model_cosine", "model_excess", "model_loss"],
  aspect: 0.9,
  option: (run, theme, view) =>
    linesOption(
      theme,
      [...modelNames(run.record).keys()],
      xAxis(run.record),
      panels(run, theme, view),
    ),
  table: (run, view) => ({
    columns: [
      { name: "model", unit: "" },
      { name: "parameters", unit: "" },
      { name: "elements", unit: "" },
      ...["cosine", "euclidean_cosine", "excess", "relative_loss", "equivariance_error"].map(
        (name) => ({ name, unit: "1" }),
      ),
      { name: "loss", unit: "loss" },
    ],
    rows: modelNames(run.record).flatMap((name, m) => {
      const sizes = run.arrays["parameters"];
      const size = sizes === undefined ? null : cell(toFloat64(sizes)[m]);
      return [ownSet(run.record), ...elementSets(run.record, view)].map((set) => [
        name,
        size,
        set.label,
        ...[
          "cosine",
          "euclidean_cosine",
          "excess",
          "relative_loss",
          "equivariance_error",
          "loss",
        ].map((quantity) =>
          cell(quartiles(valuesOf(run, `model_${quantity}`, m, set.elements)).median),
        ),
      ]);
    }),
  }),
};

function pointsOf(run: RunResult): ScatterPoint[] {
  const ids = elementsOf(run.record);
  const moving = [...ids.keys()].filter((g) => ids[g] !== "e");
  const own = ownSet(run.record).elements;
  return modelNames(run.record).map((name, m) => {
    const losses = valuesOf(run, "model_loss", m, own).filter((value) => !Number.isNaN(value));
    const cosines = valuesOf(run, "model_cosine", m, moving.length > 0 ? moving : own);
    return {
      name,
      label: shortened(name),
      family: m,
      loss: losses.reduce((sum, value) => sum + value, 0) / losses.length,
      coherence: quartiles(cosines).median,
    };
  });
}

export const comparisonFigures: readonly FigureDefinition[] = [
  models,
  scatterFigure(pointsOf, ["model_cosine", "model_loss"], false),
];
