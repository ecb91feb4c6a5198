/** Figures of conservation checks: drift over steps and over quantities, one quantity's values, errors, single steps. */
import type { RunRecord, RunResult } from "../run";
import { toFloat64 } from "../tensor";
import { byElementOption, elementMarks, pickElement, type Panel } from "./byElement";
import {
  column,
  kindsOf,
  largest,
  last,
  relativeDrifts,
  stepScale,
  stepsOf,
  withCurves,
} from "./conservationNumbers";
import { curvesOption, pickCurve, type Curves } from "./curves";
import { elementsOf } from "./elements";
import type { FigureDefinition, FigureTable, FigureView } from "./figure";
import { balanceFigure } from "./conservationBalance";
import { layersFigure } from "./conservationLayers";
import { spectrumFigure } from "./conservationSpectrum";
import { cell, has, perElement, sampleName } from "./reading";
import { sampleTable } from "./sampleTable";
import { linearScale, logScale } from "./scale";

function renamed({ columns, rows }: FigureTable): FigureTable {
  return { columns: [{ name: "quantity", unit: "" }, ...columns.slice(1)], rows };
}

/** Below this a drift is the rounding of single precision, and its size says nothing. */
const ROUNDING = 1e-9;

function drawn(drift: number): number {
  return Number.isNaN(drift) ? NaN : Math.max(ROUNDING, Math.abs(drift));
}

function driftCurves(run: RunResult): Curves {
  const n = stepsOf(run.record);
  const sets = kindsOf(run).map(({ name, drift, dash }) => {
    const all = relativeDrifts(run, drift);
    return {
      name,
      dash,
      values: (q: number, k: number) => column(all[q]!, k, n).map(drawn),
    };
  });
  const shown = sets.flatMap((set) =>
    elementsOf(run.record).flatMap((_, q) =>
      Array.from({ length: n }, (_unused, k) => set.values(q, k)).flat(),
    ),
  );
  return {
    xs: Array.from({ length: n }, (_, k) => k + 1),
    xAxis: { name: "step k", scale: stepScale(1, n) },
    yAxis: { name: "|I − I₀| / s, median", scale: logScale(shown) },
    sets,
  };
}

const drift: FigureDefinition = {
  id: "drift",
  title: "Drift along the rollout",
  caption:
    "How far each integral is from where it began, relative to the size s that it could have: medians over rollouts, solid for the network, dotted for the repaired network, dashed for the data; of the picked quantity a band between the network’s quartiles. What is below 10⁻⁹ is drawn there.",
  arrays: ["drift", "drift_repaired", "drift_reference", "scale"],
  aspect: 0.65,
  option: (run, theme, view) => curvesOption(run, theme, view, driftCurves(run)),
  table(run) {
    const n = stepsOf(run.record);
    const kinds = kindsOf(run);
    const drifts = kinds.map((kind) => relativeDrifts(run, kind.drift));
    return {
      columns: [
        { name: "quantity", unit: "" },
        { name: "sample", unit: "" },
        { name: "step", unit: "" },
        ...kinds.map(({ name }) => ({ name: `drift_${name}`, unit: "1" })),
      ],
      rows: elementsOf(run.record).flatMap((id, q) =>
        [...(drifts[0]?.[q] ?? [])].map((_, at) => [
          id,
          sampleName(run.record, Math.floor(at / n)),
          (at % n) + 1,
          ...drifts.map((all) => cell(all[q]![at])),
        ]),
      ),
    };
  },
  pick: (run, view, at) => pickCurve(run, view, driftCurves(run), at),
};

function quantityPanels(run: RunResult): Panel[] {
  const n = stepsOf(run.record);
  const of = (make: (values: Float64Array, steps: number) => Float64Array, points: boolean) =>
    kindsOf(run).map(({ name, drift: array }) => ({
      name,
      points,
      values: relativeDrifts(run, array).map((values) => make(values, n)),
    }));
  const rates = kindsOf(run)
    .filter(({ slope }) => has(run.record, slope))
    .map(({ name, slope }) => ({ name, points: false, values: relativeDrifts(run, slope) }));
  return [
    {
      axis: "largest / s",
      scale: "log",
      reference: [],
      share: 0.5,
      quantities: of(largest, true),
    },
    {
      axis: "end / s",
      scale: "linear",
      reference: [0],
      share: 0.25,
      quantities: of(last, false),
    },
    ...(rates.length === 0
      ? []
      : [
          {
            axis: "a step / s",
            scale: "linear" as const,
            reference: [0],
            share: 0.25,
            quantities: rates,
          },
        ]),
  ];
}

const byQuantity: FigureDefinition = {
  id: "by-quantity",
  title: "Drift by quantity",
  caption:
    "Each rollout’s largest drift, relative to the size that the integral could have: points are rollouts where they are few, bars quartiles, large marks medians, on a logarithmic axis with a row for exact zeros. Below, the drift at the end with its sign, and its rate a step, the median of the slopes between all pairs of steps.",
  arrays: [
    "drift",
    "drift_repaired",
    "drift_reference",
    "slope",
    "slope_repaired",
    "slope_reference",
    "scale",
  ],
  aspect: 0.95,
  marks: elementMarks,
  option: (run, theme, view, beside) => byElementOption(run, theme, view, quantityPanels, beside),
  table: (run) =>
    renamed(
      sampleTable(
        run,
        quantityPanels(run).flatMap(({ quantities }, panel) =>
          quantities.map(({ name, values }) => ({
            name: `${["largest", "end", "rate"][panel]!}_${name}`,
            unit: "1",
            values,
          })),
        ),
      ),
    ),
  pick: (run, view, at) => pickElement(run, view, quantityPanels(run), at),
};

function pickedQuantity(record: RunRecord, view: FigureView): number {
  return Math.max(0, elementsOf(record).indexOf(view.element ?? ""));
}

function changes(run: RunResult, view: FigureView): { names: string[]; all: Float64Array[] } {
  const q = pickedQuantity(run.record, view);
  const kinds = kindsOf(run);
  return {
    names: kinds.map(({ name }) => name),
    all: kinds.map(({ drift: array }) => perElement(run, array)?.[q] ?? new Float64Array()),
  };
}

function changeCurves(run: RunResult, view: FigureView): { curves: Curves; names: string[] } {
  const n = stepsOf(run.record);
  const { names, all } = changes(run, view);
  const id = elementsOf(run.record)[pickedQuantity(run.record, view)] ?? "";
  return {
    names,
    curves: {
      xs: Array.from({ length: n }, (_, k) => k + 1),
      xAxis: { name: "step k", scale: stepScale(1, n) },
      yAxis: {
        name: `change of ${id}`,
        scale: linearScale(
          all.flatMap((values) => [...values]),
          [0],
        ),
      },
      bands: "all",
      sets: [{ name: "median", dash: "solid", values: (kind, k) => column(all[kind]!, k, n) }],
    },
  };
}

const change: FigureDefinition = {
  id: "change",
  title: "Change of the picked quantity",
  caption:
    "I − I₀ with its sign, in the units of the data: medians over rollouts of the network, of the repaired network and of the data, with bands between quartiles.",
  arrays: ["drift", "drift_repaired", "drift_reference"],
  aspect: 0.6,
  option(run, theme, view) {
    const { curves, names } = changeCurves(run, view);
    return curvesOption(withCurves(run, names), theme, {}, curves);
  },
  table(run, view) {
    const n = stepsOf(run.record);
    const { names, all } = changes(run, view);
    return {
      columns: [
        { name: "sample", unit: "" },
        { name: "step", unit: "" },
        ...names.map((name) => ({ name: `change_${name}`, unit: "" })),
      ],
      rows: [...(all[0] ?? [])].map((_, at) => [
        sampleName(run.record, Math.floor(at / n)),
        (at % n) + 1,
        ...all.map((series) => cell(series[at])),
      ]),
    };
  },
};

function errorCurves(run: RunResult): { curves: Curves; names: string[] } {
  const n = stepsOf(run.record);
  const arrays = ["error", "error_repaired"].filter((name) => has(run.record, name));
  const all = arrays.map((name) => perElement(run, name) ?? []);
  const series = (kind: number, k: number): number[] => all[kind]!.map((steps) => steps[k]!);
  return {
    names: arrays.map((name) => (name === "error" ? "network" : "repaired")),
    curves: {
      xs: Array.from({ length: n }, (_, k) => k + 1),
      xAxis: { name: "step k", scale: stepScale(1, n) },
      yAxis: {
        name: "‖u − data‖ / ‖data‖",
        scale: logScale(all.flatMap((rows) => rows.flatMap((row) => [...row]))),
      },
      bands: "all",
      sets: [{ name: "error", dash: "solid", values: series }],
    },
  };
}

const errors: FigureDefinition = {
  id: "error",
  title: "Error along the rollout",
  caption:
    "Distance to the data relative to their size, medians over rollouts with bands between quartiles: what the repair does to the prediction itself.",
  arrays: ["error", "error_repaired"],
  aspect: 0.6,
  applies: (record) => record.summary.error !== undefined && comparable(record),
  option(run, theme) {
    const { curves, names } = errorCurves(run);
    return curvesOption(withCurves(run, names), theme, {}, curves);
  },
  table(run) {
    const { curves, names } = errorCurves(run);
    const rollouts = run.record.data.samples.length;
    return {
      columns: [
        { name: "sample", unit: "" },
        { name: "step", unit: "" },
        ...names.map((name) => ({ name: `error_${name}`, unit: "1" })),
      ],
      rows: Array.from({ length: rollouts }, (_, i) =>
        curves.xs.map((step, k) => [
          sampleName(run.record, i),
          step,
          ...names.map((_name, kind) => cell(curves.sets[0]!.values(kind, k)[i])),
        ]),
      ).flat(),
    };
  },
};

/** Whether the data go on, so that there is an error. */
function comparable({ summary }: RunRecord): boolean {
  const { n } = summary.error as { n?: number };
  return (n ?? 0) > 0;
}

function incrementPanels(run: RunResult): Panel[] {
  const scales = toFloat64(run.arrays.scale ?? { data: new Float64Array() });
  const of = (name: string, array: string) => ({
    name,
    points: false,
    values: (perElement(run, array) ?? []).map((list, q) =>
      list.map((value) => value / (scales[q] ?? 1)),
    ),
  });
  return [
    {
      axis: "(I(F(u)) − I(u)) / s",
      scale: "linear",
      reference: [0],
      share: 1,
      quantities: [
        of("network", "increments"),
        ...(has(run.record, "increments_reference") ? [of("data", "increments_reference")] : []),
      ],
    },
  ];
}

const increments: FigureDefinition = {
  id: "increments",
  title: "Single steps from the data",
  caption:
    "How much one step of the network changes each integral, from states of the data, beside what the data do: median and quartiles. A median off zero is a bias, which adds up over a rollout; the spread about it is noise, which mostly averages out.",
  arrays: ["increments", "increments_reference", "scale"],
  aspect: 0.55,
  marks: elementMarks,
  applies: (record) => has(record, "increments"),
  option: (run, theme, view, beside) => byElementOption(run, theme, view, incrementPanels, beside),
  table(run) {
    const [{ quantities } = { quantities: [] }] = incrementPanels(run);
    return {
      columns: [
        { name: "quantity", unit: "" },
        { name: "state", unit: "" },
        ...quantities.map(({ name }) => ({ name: `increment_${name}`, unit: "1" })),
      ],
      rows: elementsOf(run.record).flatMap((id, q) =>
        [...(quantities[0]?.values[q] ?? [])].map((_, i) => [
          id,
          i,
          ...quantities.map(({ values }) => cell(values[q]![i])),
        ]),
      ),
    };
  },
  pick: (run, view, at) => pickElement(run, view, incrementPanels(run), at),
};

export const conservationFigures: readonly FigureDefinition[] = [
  drift,
  byQuantity,
  change,
  errors,
  increments,
  layersFigure,
  balanceFigure,
  spectrumFigure,
];
