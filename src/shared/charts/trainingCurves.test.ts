import { describe, expect, test } from "vitest";
import { themes } from "./theme";
import { trainingFigures, type TrainedSeed, type Training } from "./trainingCurves";

function seed(number: number, steps: number): TrainedSeed {
  const step = Array.from({ length: steps }, (_, k) => k + 1);
  return {
    seed: number,
    epochs: {
      epoch: [0, 1],
      train_loss: [NaN, 2],
      validation_loss: [3, 2.5],
      relative_error: [0.9, 0.3],
    },
    steps: { step, step_loss: step.map((k) => 1 / k), step_gradient_norm: step.map(() => 1) },
  };
}
const training: Training = {
  seeds: [seed(0, 40), seed(7, 40)],
  stepsPerEpoch: 20,
  epochs: 4,
  identity: 0.5,
};

interface Series {
  readonly name: string;
  readonly data: readonly (readonly [number, number])[];
  readonly tooltip: { formatter(at: { dataIndex: number }): string };
}
const seriesOf = (id: string, of = training): Series[] =>
  trainingFigures.find((figure) => figure.id === id)!.option(of, themes.light)[
    "series"
  ] as Series[];

describe("curves of a training", () => {
  test("have a line a seed, and no point where there is no number", () => {
    const trained = seriesOf("loss").filter(({ name }) => name === "training");
    expect(trained.map(({ data }) => data.length)).toEqual([1, 1]);
    expect(trained[0]!.tooltip.formatter({ dataIndex: 0 })).toBe("training, seed 0\nepoch 1: 2");
  });

  test("place steps within their epochs", () => {
    const steps = seriesOf("gradient")[0]!.data;
    expect(steps[0]![0]).toBeCloseTo(1 / 20);
    expect(steps.at(-1)![0]).toBe(2);
  });

  test("are not squeezed into a corner while most epochs are still to come", () => {
    const ends = (epochs: number): number => {
      const figure = trainingFigures[0]!;
      const { xAxis } = figure.option({ ...training, epochs }, themes.light) as {
        xAxis: { max: number };
      };
      return xAxis.max;
    };
    // Two epochs are done.
    expect([4, 2000, 2].map(ends)).toEqual([4, 3.90625, 2]);
  });

  test("draw the level of no change once, across all epochs", () => {
    const level = seriesOf("error").filter(({ name }) => name === "predicting no change");
    expect(level).toHaveLength(1);
    expect(level[0]!.data.map(([x]) => x)).toEqual([0, 4]);
    expect(level[0]!.data[0]![1]).toBeCloseTo(Math.log10(0.5));
    const without = seriesOf("error", { ...training, identity: null });
    expect(without.map(({ name }) => name)).not.toContain("predicting no change");
  });

  test("stay drawable for any number of steps, to the last", () => {
    const long = { ...training, seeds: [seed(0, 50_000)] };
    const { data } = seriesOf("loss", long).find(({ name }) => name === "each step")!;
    expect(data.length).toBeLessThanOrEqual(300);
    expect(data.at(-1)![0]).toBe(2500);
  });

  test("are a table with the same numbers", () => {
    const { rows } = trainingFigures.find(({ id }) => id === "error")!.table(training);
    expect(rows).toContainEqual([7, "network", 1, 0.3]);
  });
});
