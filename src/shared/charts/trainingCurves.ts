/** Pictures of a training, while it runs and after: losses, error beside that of predicting no change, gradient length. */
import type { EChartsCoreOption } from "echarts/core";
import type { FigureTable } from "./figure";
import { axis, DASHED, em, frame, labelLetters, legend, SOLID } from "./frame";
import { fixedScale, logScale, showNumber, type Scale } from "./scale";
import type { ChartTheme } from "./theme";

/** What is drawn of one seed; the columns of epochs share their rows, and so do those of steps. NaN is left out. */
export interface TrainedSeed {
  readonly seed: number;
  readonly epochs: {
    readonly epoch: readonly number[];
    readonly train_loss: readonly number[];
    readonly validation_loss: readonly number[];
    readonly relative_error: readonly number[];
  };
  readonly steps: {
    readonly step: readonly number[];
    readonly step_loss: readonly number[];
    readonly step_gradient_norm: readonly number[];
  };
}

export interface Training {
  readonly seeds: readonly TrainedSeed[];
  readonly stepsPerEpoch: number;
  /** The last epoch, where it goes through to the end. */
  readonly epochs: number;
  /** Relative one-step error of predicting no change; null where that is no prediction. */
  readonly identity: number | null;
}

export interface TrainingFigure {
  readonly id: "loss" | "error" | "gradient";
  readonly title: string;
  readonly caption: string;
  option(training: Training, theme: ChartTheme): EChartsCoreOption;
  table(training: Training): FigureTable;
}

interface Curve {
  readonly name: string;
  readonly colour: (theme: ChartTheme) => string;
  readonly look: "line" | "faint" | "dashed";
  /** Places and values of a seed. */
  points(seed: TrainedSeed, training: Training): readonly (readonly [number, number])[];
}

/** More points than this across a panel are no longer seen one by one, and are drawn again every second. */
const MOST = 300;

const ofEpochs =
  (column: "train_loss" | "validation_loss" | "relative_error"): Curve["points"] =>
  ({ epochs }) =>
    epochs.epoch.map((epoch, i) => [epoch, epochs[column][i]!] as const);

const ofSteps =
  (column: "step_loss" | "step_gradient_norm"): Curve["points"] =>
  ({ steps }, { stepsPerEpoch }) =>
    thinned(steps.step.map((step, i) => [step / stepsPerEpoch, steps[column][i]!] as const));

const blue = (theme: ChartTheme): string => theme.series[0]!;
const orange = (theme: ChartTheme): string => theme.series[1]!;
const grey = (theme: ChartTheme): string => theme.quiet;

const eachStep: Curve = {
  name: "each step",
  colour: blue,
  look: "faint",
  points: ofSteps("step_loss"),
};
const trained: Curve = {
  name: "training",
  colour: blue,
  look: "line",
  points: ofEpochs("train_loss"),
};
const judged: Curve = {
  name: "validation",
  colour: orange,
  look: "line",
  points: ofEpochs("validation_loss"),
};
const error: Curve = {
  name: "network",
  colour: orange,
  look: "line",
  points: ofEpochs("relative_error"),
};
const noChange: Curve = {
  name: "predicting no change",
  colour: grey,
  look: "dashed",
  points: (_, { identity, epochs }) =>
    identity === null
      ? []
      : [
          [0, identity],
          [epochs, identity],
        ],
};
const gradient: Curve = {
  name: "each step",
  colour: blue,
  look: "line",
  points: ofSteps("step_gradient_norm"),
};

export const trainingFigures: readonly TrainingFigure[] = [
  figure(
    "loss",
    "Loss",
    "loss",
    "Of each step, of the epoch’s mean, and of the validation samples; of several seeds the latest is thick.",
    [eachStep, trained, judged],
  ),
  figure(
    "error",
    "Error of one step",
    "‖p − t‖ / ‖t‖",
    "‖p − t‖/‖t‖ of one step, mean over the validation samples; below the dashed line it is better than predicting no change.",
    [error, noChange],
  ),
  figure("gradient", "Gradient", "‖∇ℓ‖", "Length of the gradient before clipping, over epochs.", [
    gradient,
  ]),
];

function figure(
  id: TrainingFigure["id"],
  title: string,
  quantity: string,
  caption: string,
  curves: readonly Curve[],
): TrainingFigure {
  return {
    id,
    title,
    caption,
    option: (training, theme) => optionOf(training, theme, quantity, curves),
    table: (training) => ({
      columns: ["seed", "curve", "epoch", "value"].map((name) => ({ name, unit: "" })),
      rows: linesOf(training, curves).flatMap(({ curve, seed, points }) =>
        points.map(([x, y]) => [seed, curve.name, x, y]),
      ),
    }),
  };
}

function linesOf(
  training: Training,
  curves: readonly Curve[],
): { curve: Curve; seed: number; last: boolean; points: [number, number][] }[] {
  return curves.flatMap((curve) =>
    training.seeds.flatMap((one, i) => {
      const found = curve.points(one, training);
      const points = found.filter((pair) => pair.every(Number.isFinite)) as [number, number][];
      const last = i === training.seeds.length - 1;
      // The level of no change is the data's, not a seed's.
      return points.length === 0 || (curve.look === "dashed" && !last)
        ? []
        : [{ curve, seed: one.seed, last, points }];
    }),
  );
}

function optionOf(
  training: Training,
  theme: ChartTheme,
  quantity: string,
  curves: readonly Curve[],
): EChartsCoreOption {
  const epochs = shownEpochs(training);
  const lines = linesOf({ ...training, epochs }, curves);
  const scale = logScale(lines.flatMap(({ points }) => points.map(([, y]) => y)));
  const beside = labelLetters(scale) + 1.2;
  const xScale: Scale = fixedScale(0, epochs, 5);
  const shown = curves.filter((curve) => lines.some((line) => line.curve === curve));
  return {
    ...frame(theme),
    legend: legend(
      theme,
      shown.map((curve) => ({
        name: curve.name,
        icon: curve.look === "dashed" ? DASHED : SOLID,
        colour: curve.colour(theme),
      })),
    ),
    grid: {
      left: em(theme, beside + 1.3),
      right: em(theme, 1.8),
      top: em(theme, shown.length > 1 ? 2.2 : 1),
      bottom: em(theme, 3.1),
      outerBoundsMode: "none",
    },
    xAxis: axis(theme, xScale, { panel: 0, name: "epoch", gap: 1.9 }),
    yAxis: axis(theme, scale, { panel: 0, name: quantity, gap: beside, lines: true }),
    series: lines.map(({ curve, seed, last, points }) => ({
      type: "line",
      name: curve.name,
      color: curve.colour(theme),
      showSymbol: curve.look === "line" && points.length < 2,
      symbol: "circle",
      symbolSize: theme.fontSize * 0.5,
      silent: curve.look === "faint",
      lineStyle: {
        width: theme.lineWidth * (curve.look === "faint" ? 0.6 : last ? 1.4 : 0.8),
        opacity: curve.look === "faint" ? 0.35 : last ? 1 : 0.6,
        type: curve.look === "dashed" ? "dashed" : "solid",
      },
      z: curve.look === "faint" ? 1 : last ? 4 : 2,
      data: points.map(([x, y]) => [x, scale.place(y)]),
      tooltip: {
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const [x, y] = points[dataIndex]!;
          const which = training.seeds.length > 1 ? `, seed ${seed}` : "";
          return `${curve.name}${which}\nepoch ${showNumber(x)}: ${showNumber(y)}`;
        },
      },
    })),
  };
}

/** How far the axis goes: all epochs, or, as long as that is enough, a half, a quarter … of them. */
function shownEpochs({ seeds, stepsPerEpoch, epochs }: Training): number {
  const reached = Math.max(
    1,
    ...seeds.map(({ epochs: { epoch }, steps: { step } }) =>
      Math.max(epoch.at(-1) ?? 0, (step.at(-1) ?? 0) / stepsPerEpoch),
    ),
  );
  let end = Math.max(1, epochs);
  while (end / 2 > 1.1 * reached) end /= 2;
  return end;
}

/** Evenly strided, with the last. */
function thinned<T>(points: readonly T[]): readonly T[] {
  if (points.length <= MOST) return points;
  const every = points.length / MOST;
  const kept = Array.from({ length: MOST }, (_, k) => points[Math.floor(k * every)]!);
  return [...kept.slice(0, -1), points.at(-1)!];
}
