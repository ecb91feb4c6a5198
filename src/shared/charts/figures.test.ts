import { describe, expect, test } from "vitest";
import type { RunResult } from "../run";
import { coherenceFigures } from "./coherence";
import { equivarianceFigures } from "./equivariance";
import { evolutionFigures } from "./evolution";
import type { FigureDefinition, FigureTable } from "./figure";
import { landscapeFigures } from "./landscape";
import {
  coherenceRun,
  equivarianceRun,
  landscapeRun,
  landscapeTrainingRun,
  madeUpRun,
} from "./madeUpRuns";
import { darkTheme, lightTheme, printTheme } from "./theme";

const cases: [string, FigureDefinition, RunResult][] = [
  ...coherenceFigures.map((f): [string, FigureDefinition, RunResult] => [
    `coherence ${f.id}`,
    f,
    coherenceRun(6, "ridge"),
  ]),
  ...equivarianceFigures.map((f): [string, FigureDefinition, RunResult] => [
    `equivariance ${f.id}`,
    f,
    equivarianceRun(6, 5),
  ]),
  ...landscapeFigures.map((f): [string, FigureDefinition, RunResult] => [
    `landscape ${f.id}`,
    f,
    landscapeTrainingRun(7),
  ]),
];

function figure(figures: readonly FigureDefinition[], id: string): FigureDefinition {
  return figures.find((one) => one.id === id)!;
}

function column(table: FigureTable, name: string): (string | number | null)[] {
  const at = table.columns.findIndex((one) => one.name === name);
  return table.rows.map((row) => row[at]!);
}

/** Everything in an option but functions, which say how and not what. */
function plain(option: unknown): unknown {
  return JSON.parse(JSON.stringify(option));
}

describe.each(cases)("%s", (_, definition, run) => {
  test("is a pure function of run, theme and view", () => {
    const view = { element: "r2", row: 2, column: 1 };
    const before = structuredClone(run.record);
    const one = plain(definition.option(run, printTheme, view));
    expect(plain(definition.option(run, printTheme, view))).toEqual(one);
    expect(run.record).toEqual(before);
  });

  test("asks for no array that its option or table does without", () => {
    expect(definition.arrays.every((name) => run.arrays[name] !== undefined)).toBe(true);
  });

  test("has a row of the table's width for every observation", () => {
    const table = definition.table(run, {});
    expect(table.rows.length).toBeGreaterThan(0);
    expect(table.rows.every((row) => row.length === table.columns.length)).toBe(true);
  });

  test("takes its colours from the theme", () => {
    const [light, dark] = [lightTheme, darkTheme].map((theme) =>
      JSON.stringify(definition.option(run, theme, {})),
    );
    expect(light).toContain(lightTheme.text);
    expect(dark).toContain(darkTheme.text);
    expect(dark).not.toContain(lightTheme.text);
  });
});

describe("tables", () => {
  test("by element are the arrays' own numbers, NaN as nothing", () => {
    const run = coherenceRun(6);
    const table = figure(coherenceFigures, "by-element").table(run, {});
    const cosine = run.arrays.cosine!.data as Float64Array;
    const expected = Array.from({ length: 8 * 6 }, (_, k) => {
      const [g, i] = [Math.floor(k / 6), k % 6];
      const value = cosine[(g * 6 + i) * 6 + i]!;
      return Number.isNaN(value) ? null : value;
    });
    expect(column(table, "cosine")).toEqual(expected);
    expect(expected).toContain(null);
    expect(column(table, "excess")).toEqual([...(run.arrays.excess!.data as Float64Array)]);
    expect(column(table, "index").slice(0, 6)).toEqual([0, 3, 6, 9, 12, 15]);
  });

  test("of the matrix are the picked element's, rows the transformed samples", () => {
    const run = coherenceRun(5);
    const table = figure(coherenceFigures, "influence-matrix").table(run, {
      element: "s",
      quantity: "influence",
    });
    const influence = run.arrays.influence!.data as Float64Array;
    expect(column(table, "influence")).toEqual([...influence.subarray(4 * 25, 5 * 25)]);
    expect(column(table, "transformed_sample").slice(0, 6)).toEqual([0, 0, 0, 0, 0, 1]);
    expect(column(table, "influence_error")).toEqual(new Array(25).fill(1e-9));
  });

  test("of a rollout are one row a step", () => {
    const run = equivarianceRun(3, 4);
    const table = figure(equivarianceFigures, "rollout").table(run, {});
    expect(column(table, "equivariance_error")).toEqual([
      ...(run.arrays.equivariance_error!.data as Float64Array),
    ]);
    expect(column(table, "step").slice(0, 5)).toEqual([1, 2, 3, 4, 1]);
  });

  test("of channels are named by the field spec", () => {
    const table = figure(equivarianceFigures, "channels").table(equivarianceRun(3), {});
    expect(table.columns.slice(3).map(({ name }) => name)).toEqual(["p", "v.x", "v.y"]);
  });

  test("of a landscape are its points in order", () => {
    const run = landscapeRun(true, 5);
    const table = figure(landscapeFigures, "plane").table(run, {});
    const loss = run.arrays.loss!.data as Float64Array;
    expect(column(table, "loss_x")).toEqual([...loss.subarray(0, 25)]);
    expect(column(table, "loss_gx")).toEqual([...loss.subarray(25)]);
    expect(figure(landscapeFigures, "line").table(run, {}).rows).toHaveLength(5);
  });

  test("of a line are the drawn points, the model's parabola among them", () => {
    const run = landscapeRun(true, 5);
    const line = figure(landscapeFigures, "line");
    const { series } = line.option(run, printTheme, {}) as {
      series: { type: string; data: ({ value: [number, number] } | [number, number])[] }[];
    };
    const drawn = series
      .filter(({ type }) => type === "line")
      .map(({ data }) => data.map((point) => (Array.isArray(point) ? point : point.value)[1]));
    const table = line.table(run, {});
    expect(drawn).toEqual(
      ["loss_x", "loss_gx", "model_x", "model_gx"].map((name) => column(table, name)),
    );
  });

  test("lay batches end to end", () => {
    const run = madeUpRun(
      "coherence",
      6,
      { elements: ["e", "r"] },
      {},
      {
        excess: {
          axes: ["batch", "element", "sample"],
          shape: [2, 2, 3],
          value: (n, g, i) => 100 * n + 10 * g + i,
        },
      },
    );
    const table = figure(coherenceFigures, "excess").table(run, {});
    expect(column(table, "excess")).toEqual([0, 1, 2, 100, 101, 102, 10, 11, 12, 110, 111, 112]);
  });
});

test("the plane says at which level the model is drawn, in full", () => {
  const { legend } = figure(landscapeFigures, "plane").option(
    landscapeRun(true, 7),
    printTheme,
    {},
  ) as { legend: { data: { name: string }[]; formatter?: unknown } };
  expect(legend.data[0]!.name).toMatch(/^Gauss–Newton model at [\d.]+ \(x\), [\d.]+ \(.+·x\)$/);
  expect(legend.formatter).toBeUndefined();
});

describe("figures apply", () => {
  test("to runs that have what they show", () => {
    expect(figure(coherenceFigures, "sweep").applies!(coherenceRun(4).record)).toBe(false);
    expect(figure(coherenceFigures, "sweep").applies!(coherenceRun(4, "samples").record)).toBe(
      true,
    );
    expect(figure(equivarianceFigures, "rollout").applies!(equivarianceRun(4).record)).toBe(false);
    expect(figure(equivarianceFigures, "rollout").applies!(equivarianceRun(4, 3).record)).toBe(
      true,
    );
    expect(figure(landscapeFigures, "plane").applies!(landscapeRun(false).record)).toBe(false);
  });
});

describe("a click", () => {
  test("on a column picks its element, wherever the arrangement put it", () => {
    const byElement = figure(coherenceFigures, "by-element");
    const run = coherenceRun(6);
    expect(byElement.pick!(run, {}, { panel: 1, x: 1.1, y: 1e6 })).toMatchObject({ element: "r2" });
    expect(byElement.pick!(run, {}, { panel: 0, x: 4.4, y: 1e6 })).toMatchObject({ element: "r" });
    expect(byElement.pick!(run, {}, { panel: 0, x: -3, y: 0 })).toBeNull();
  });

  test("on a point picks its sample too", () => {
    const excess = figure(coherenceFigures, "excess");
    const run = coherenceRun(6);
    const option = excess.option(run, printTheme, {}) as {
      series: { type: string; data: { value: [number, number] }[] }[];
    };
    const points = option.series.find(({ type }) => type === "scatter")!.data;
    // Elements as arranged, samples in order: the third sample of the second element.
    const [x, y] = points[6 + 2]!.value;
    expect(excess.pick!(run, {}, { panel: 0, x, y })).toMatchObject({
      element: "r2",
      row: 2,
      column: 2,
    });
  });

  test("on a cell picks the pair", () => {
    const matrix = figure(coherenceFigures, "influence-matrix");
    const run = coherenceRun(6);
    expect(matrix.pick!(run, { element: "s" }, { panel: 0, x: 4.3, y: 0.6 })).toEqual({
      element: "s",
      row: 1,
      column: 4,
    });
    expect(matrix.pick!(run, {}, { panel: 0, x: 6.1, y: 0 })).toBeNull();
  });
});

test("figures that play a training show other numbers at another checkpoint; an evolution shows all at once", () => {
  const run = landscapeTrainingRun(7);
  const playing = landscapeFigures.filter(({ plays }) => plays === true);
  expect(playing.map(({ id }) => id)).toEqual(["plane", "line"]);
  for (const { table } of playing) {
    expect(table(run, { checkpoint: 0 })).not.toEqual(table(run, { checkpoint: 1 }));
  }
  expect(evolutionFigures.every(({ plays }) => plays === undefined)).toBe(true);
});
