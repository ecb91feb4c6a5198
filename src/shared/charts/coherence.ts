/** Figures of orbit gradient coherence. */
import type { RunResult } from "../run";
import { byElementOption, elementMarks, pickElement, type Panel, type Quantity } from "./byElement";
import type { FigureDefinition, FigureView } from "./figure";
import { matrixOption, pickPair, shownElement, shownMatrix } from "./matrix";
import { cell, diagonals, has, perElement } from "./reading";
import { sampleTable } from "./sampleTable";
import { sweepFigure } from "./sweep";

/** The quantities that the run has, in this order. */
function present(
  ...candidates: readonly (readonly [
    name: string,
    values: Float64Array[] | null,
    points: boolean,
    errors?: Float64Array[] | null,
  ])[]
): Quantity[] {
  return candidates.flatMap(([name, values, points, errors = null]) =>
    values === null ? [] : [{ name, values, points, ...(errors === null ? {} : { errors }) }],
  );
}

/** What the chosen metric is called beside the Euclidean one. */
function metricName(run: RunResult): string {
  return run.record.parameters.metric === "identity" ? "identity metric" : "Gauss–Newton";
}

function coherencePanels(run: RunResult): Panel[] {
  const euclidean =
    run.record.parameters.metric === "identity" ? null : diagonals(run, "euclidean_cosine");
  return [
    {
      axis: "cosine",
      scale: "linear",
      reference: [0],
      share: 0.64,
      quantities: present(
        [metricName(run), diagonals(run, "cosine"), true, diagonals(run, "cosine_error")],
        ["Euclidean", euclidean, false],
        ["excess", perElement(run, "excess"), false],
      ),
    },
    {
      axis: "ℓ(gx) / ℓ(x)",
      scale: "log",
      reference: [1],
      share: 0.36,
      quantities: present(["relative loss", perElement(run, "relative_loss"), true]),
    },
  ];
}

function excessPanels(run: RunResult): Panel[] {
  return [
    {
      axis: "excess cosine",
      scale: "linear",
      reference: [0],
      share: 1,
      quantities: present(["excess", perElement(run, "excess"), true]),
    },
  ];
}

function equivariancePanels(run: RunResult): Panel[] {
  return [
    {
      axis: "equivariance error",
      scale: "log",
      reference: [],
      share: 1,
      quantities: present(["equivariance error", perElement(run, "equivariance_error"), true]),
    },
  ];
}

const byElement: FigureDefinition = {
  id: "by-element",
  title: "Coherence by element",
  caption:
    "Cosine between the loss gradients at g·x and at x for each group element g: points are samples, bars quartiles, large marks medians; excess is the cosine less its mean over unrelated samples. Below, the loss at g·x relative to the loss at x, on a logarithmic axis.",
  arrays: ["cosine", "cosine_error", "euclidean_cosine", "excess", "relative_loss"],
  aspect: 0.8,
  marks: elementMarks,
  option: (run, theme, view, beside) => byElementOption(run, theme, view, coherencePanels, beside),
  table: (run) =>
    sampleTable(run, [
      { name: "cosine", unit: "1", values: diagonals(run, "cosine") },
      { name: "cosine_error", unit: "1", values: diagonals(run, "cosine_error") },
      { name: "euclidean_cosine", unit: "1", values: diagonals(run, "euclidean_cosine") },
      { name: "excess", unit: "1", values: perElement(run, "excess") },
      { name: "relative_loss", unit: "1", values: perElement(run, "relative_loss") },
    ]),
  pick: (run, view, at) => pickElement(run, view, coherencePanels(run), at),
};

const quantities = {
  cosine: "cosine",
  influence: "influence",
  gram: "⟨∇ℓ(g·xᵢ), ∇ℓ(xⱼ)⟩",
} as const;

/** Where the errors of a quantity are; products of gradients have none of their own. */
const errorArrays = { cosine: "cosine_error", influence: "influence_error", gram: undefined };

function shownQuantity(view: FigureView): keyof typeof quantities {
  return view.quantity === "influence" || view.quantity === "gram" ? view.quantity : "cosine";
}

const influenceMatrix: FigureDefinition = {
  id: "influence-matrix",
  title: "Influence between samples",
  caption:
    "Row i, column j: how strongly the loss gradient at the transformed sample g·xᵢ is coupled to that at the sample xⱼ, for the picked element g; blue negative, red positive, white zero, on one scale for all elements.",
  arrays: ["cosine", "cosine_error", "influence", "influence_error", "gram"],
  aspect: 1,
  option(run, theme, view) {
    const quantity = shownQuantity(view);
    return matrixOption(run, theme, view, quantity, quantities[quantity], errorArrays[quantity]);
  },
  table(run, view) {
    const quantity = shownQuantity(view);
    const matrix = shownMatrix(run, view, quantity);
    const errorArray = errorArrays[quantity];
    const errors = errorArray === undefined ? null : shownMatrix(run, view, errorArray);
    const { id } = shownElement(run, view);
    const unit = run.record.arrays[quantity]?.unit ?? "";
    return {
      columns: [
        { name: "element", unit: "" },
        { name: "transformed_sample", unit: "" },
        { name: "sample", unit: "" },
        { name: quantity, unit },
        ...(errors === null ? [] : [{ name: `${quantity}_error`, unit }]),
      ],
      rows: [...(matrix?.values ?? [])].map((value, k) => [
        id,
        matrix!.first + Math.floor(k / matrix!.size),
        matrix!.first + (k % matrix!.size),
        cell(value),
        ...(errors === null ? [] : [cell(errors.values[k])]),
      ]),
    };
  },
  pick: (run, view, at) => pickPair(run, view, shownQuantity(view), at),
};

const excess: FigureDefinition = {
  id: "excess",
  title: "Excess over unrelated samples",
  caption:
    "Cosine between the gradients at g·x and x less its mean over samples of other trajectories: 0 where g·x is no closer to x than to anything else. Points are samples, bars quartiles, large marks medians.",
  arrays: ["excess"],
  aspect: 0.6,
  marks: elementMarks,
  applies: (record) => has(record, "excess"),
  option: (run, theme, view, beside) => byElementOption(run, theme, view, excessPanels, beside),
  table: (run) =>
    sampleTable(run, [{ name: "excess", unit: "1", values: perElement(run, "excess") }]),
  pick: (run, view, at) => pickElement(run, view, excessPanels(run), at),
};

const equivariance: FigureDefinition = {
  id: "equivariance",
  title: "Equivariance error",
  caption:
    "Relative difference between the network's output for g·x and g applied to its output for x, on a logarithmic axis with a row for exact zeros. Points are samples, bars quartiles, large marks medians.",
  arrays: ["equivariance_error"],
  aspect: 0.6,
  marks: elementMarks,
  applies: (record) => has(record, "equivariance_error"),
  option: (run, theme, view, beside) =>
    byElementOption(run, theme, view, equivariancePanels, beside),
  table: (run) =>
    sampleTable(run, [
      { name: "equivariance_error", unit: "1", values: perElement(run, "equivariance_error") },
    ]),
  pick: (run, view, at) => pickElement(run, view, equivariancePanels(run), at),
};

export const coherenceFigures: readonly FigureDefinition[] = [
  byElement,
  influenceMatrix,
  excess,
  equivariance,
  sweepFigure,
];
