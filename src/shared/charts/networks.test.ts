import { describe, expect, test } from "vitest";
import type { RunResult } from "../run";
import { comparisonFigures } from "./comparison";
import { evolutionFigures } from "./evolution";
import { elementSets, momentAxis } from "./evolutionReading";
import type { FigureDefinition } from "./figure";
import { madeUpRun } from "./madeUpRuns";
import { darkTheme, lightTheme, printTheme } from "./theme";
import { validationFigures } from "./validation";

const N = 3;
const epochs = [0, 1, 2, 5, 10];
const quantities = ["cosine", "euclidean_cosine", "excess", "relative_loss", "equivariance_error"];
const named = <T>(prefix: string, names: readonly string[], array: T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [`${prefix}_${name}`, array]));

const evolutionRun = madeUpRun(
  "evolution",
  N,
  {},
  {
    seeds: ["seed-0", "seed-1"],
    checkpoints: epochs.map((epoch) => ({ name: `epoch-${epoch}.safetensors`, epoch })),
    subgroups: [{ key: "e,r2,sr,sr3", elements: ["e", "r2", "sr", "sr3"] }],
    curves: {
      subgroups: [
        {
          key: "e,r2,sr,sr3",
          inside: { cosine: epochs.map(() => ({ median: 0.5, low: 0.4, high: 0.6 })) },
          complement: { cosine: epochs.map(() => ({ median: 0.1, low: null, high: 0.2 })) },
        },
      ],
    },
    generalisation: {
      pearson: { value: -0.7, low: -0.9, high: -0.2 },
      spearman: { value: -0.6, low: -0.9, high: -0.1 },
    },
  },
  named("checkpoint", [...quantities, "loss"], {
    axes: ["seed", "checkpoint", "element", "sample"],
    shape: [2, epochs.length, 8, N],
    // The second training lacks its second checkpoint.
    value: (s = 0, m = 0, g = 0, i = 0) =>
      s === 1 && m === 1 ? NaN : 0.1 + 0.05 * m + 0.01 * g + 0.001 * i + 0.02 * s,
  }),
);

const comparisonRun = madeUpRun(
  "comparison",
  N,
  {},
  {
    models: ["a.onnx", "a-network-with-a-rather-long-name.onnx", "c.onnx"].map((name) => ({
      name,
    })),
  },
  {
    ...named("model", [...quantities, "loss"], {
      axes: ["model", "element", "sample"],
      shape: [3, 8, N],
      value: (m = 0, g = 0, i = 0) => 0.2 + 0.2 * m + 0.01 * g + 0.001 * i,
    }),
    parameters: { axes: ["model"], shape: [3], value: (m = 0) => 100 * (m + 1) },
  },
);

const size = { axes: ["preconditioner", "step", "element", "sample"], shape: [2, 2, 8, N] };
const validationRun = madeUpRun(
  "influence-validation",
  N,
  {},
  {
    fits: ["metric", "gradient"].flatMap((preconditioner) =>
      [0.01, 0.1].map((share) => ({ preconditioner, share, r2: -3, slope: 0.8 })),
    ),
  },
  {
    predicted: { ...size, value: (p = 0, s = 0, g = 0) => -(s + 1) * (p + 1) * 0.01 * (g + 1) },
    measured: { ...size, value: (p = 0, s = 0, g = 0) => (g === 2 ? NaN : -(s + p) * 0.01 * g) },
    loss: { axes: ["element", "sample"], shape: [8, N], value: () => 2 },
  },
);

const cases: [string, FigureDefinition, RunResult][] = (
  [
    [evolutionFigures, evolutionRun],
    [comparisonFigures, comparisonRun],
    [validationFigures, validationRun],
  ] as const
).flatMap(([figures, run]) =>
  figures.map((f): [string, FigureDefinition, RunResult] => [
    `${run.record.analysis} ${f.id}`,
    f,
    run,
  ]),
);

const plain = (option: unknown): unknown => JSON.parse(JSON.stringify(option));

describe.each(cases)("%s", (_, definition, run) => {
  test("is a pure function of run, theme and view, in the theme's colours", () => {
    const option = definition.option(run, printTheme, { element: "r2" });
    expect(plain(definition.option(run, printTheme, { element: "r2" }))).toEqual(plain(option));
    expect(JSON.stringify(definition.option(run, lightTheme, {}))).toContain(lightTheme.text);
    expect(JSON.stringify(definition.option(run, darkTheme, {}))).not.toContain(lightTheme.text);
  });

  test("asks for no array that the run lacks, and has rows of the table's width", () => {
    expect(definition.arrays.every((name) => run.arrays[name] !== undefined)).toBe(true);
    const { columns, rows } = definition.table(run, {});
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
  });

  test("draws no number that there is not", () => {
    // JSON has no NaN: a place that was not finite would be null.
    const { series } = definition.option(run, printTheme, {}) as unknown as {
      series: { data?: readonly ({ value?: readonly number[] } | readonly number[])[] }[];
    };
    for (const { data = [] } of series) {
      for (const one of data) {
        const place = "value" in one ? one.value : null;
        if (place !== null) expect(place!.slice(0, 1).every(Number.isFinite)).toBe(true);
      }
    }
  });
});

test("the paper's V4 is set apart without e, and all elements where nothing is", () => {
  const { record } = evolutionRun;
  expect(elementSets(record, {}).map(({ elements }) => elements)).toEqual([
    [2, 5, 7],
    [1, 3, 4, 6],
  ]);
  expect(elementSets(record, { subgroup: "e,q" })[0]!.elements).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("an axis of epochs is to scale, or says which, and labels its ends", () => {
  const of = (...all: (number | null)[]): ReturnType<typeof momentAxis> =>
    momentAxis({
      ...evolutionRun.record,
      summary: { checkpoints: all.map((epoch, k) => ({ name: `moment-${k}`, epoch })) },
    });
  const { name, scale } = of(0, 1, 2, 5, 10, 100);
  expect(name).toBe("epoch, square-root scale");
  expect(scale.place(5) - scale.place(0)).toBe(10);
  const labels = scale.ticks.map((tick) => scale.label(tick));
  expect([labels[0], labels.at(-1)]).toEqual(["0", "100"]);
  const even = of(0, 10, 20);
  expect([even.name, even.scale.place(1)]).toEqual(["epoch", 10]);
  const unknown = of(0, null);
  expect([unknown.name, unknown.scale.place(1)]).toEqual(["checkpoint", 1]);
});

test("one line of the loss is thick, the median over trainings", () => {
  const { series } = evolutionFigures[0]!.option(evolutionRun, printTheme, {}) as unknown as {
    series: { name?: string; lineStyle: { width: number } }[];
  };
  const widths = series.flatMap(({ name, lineStyle }) =>
    name === "ℓ(x)" ? [lineStyle.width] : [],
  );
  expect(widths.map((width) => width > printTheme.lineWidth)).toEqual([true, false, false]);
});

test("curves over training have medians of each training and their interval", () => {
  const { rows } = evolutionFigures[0]!.table(evolutionRun, {});
  expect(rows).toHaveLength(epochs.length * 2 * 3);
  const [, epoch, set, seed, cosine, low, high] = rows[0]!;
  expect([epoch, set, seed, low, high]).toEqual([0, "V4 ∖ e = {r², sr, sr³}", "all", 0.4, 0.6]);
  // r², sr and sr³ of both trainings: 0.1 + 0.01 · 5 + 0.001 + half of 0.02.
  expect(cosine).toBeCloseTo(0.161, 9);
  const missing = rows.find((row) => row[1] === 1 && row[3] === "seed-1")!;
  expect(missing[4]).toBeNull();
});
