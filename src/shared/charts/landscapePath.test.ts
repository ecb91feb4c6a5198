import { expect, test } from "vitest";
import { landscapeFigures } from "./landscape";
import { modelAt, readLandscape } from "./landscapeData";
import { chosenMoments } from "./landscapeEpochs";
import { momentName, pathOf } from "./landscapePath";
import { landscapeRun, landscapeTrainingRun } from "./madeUpRuns";

const run = landscapeTrainingRun(7);
const figure = (id: string) => landscapeFigures.find((one) => one.id === id)!;

test("the last checkpoint's slice is that of the run, and every one has its own losses and model", () => {
  const last = readLandscape(run, 4);
  const whole = readLandscape(run);
  expect(last.models).toEqual(whole.models);
  last.loss.forEach((values, side) => {
    expect([...values]).toEqual([...whole.loss[side]!]);
  });
  const first = readLandscape(run, 0);
  first.models.forEach((model, side) => {
    expect(model.loss).toBeCloseTo(2 * whole.models[side]!.loss, 12);
    expect(modelAt(model, 0.3, -0.2)).toBeCloseTo(2 * modelAt(whole.models[side]!, 0.3, -0.2), 12);
  });
});

test("a checkpoint that a run does not have leaves the run's own slice", () => {
  const alone = landscapeRun(true, 7);
  expect(readLandscape(alone, 3)).toEqual(readLandscape(alone));
});

test("small multiples hold the ends, and the picked checkpoint between them", () => {
  expect(chosenMoments(5)).toEqual([0, 2, 4]);
  expect(chosenMoments(5, 3)).toEqual([0, 3, 4]);
  expect(chosenMoments(5, 4)).toEqual([0, 2, 4]);
  expect(chosenMoments(2)).toEqual([0, 1]);
  const names = figure("epochs")
    .table(run, { checkpoint: 3 })
    .rows.map(([name]) => name);
  expect([...new Set(names)]).toEqual(["epoch 1", "epoch 8", "epoch 16"]);
});

test("a click on the path picks the nearest checkpoint, which its ring then marks", () => {
  const path = figure("path");
  pathOf(run).forEach(([x, y], k) => {
    expect(path.pick!(run, {}, { panel: 0, x: x + 0.01, y })).toEqual({ checkpoint: k });
  });
  expect(path.table(run, {}).rows).toHaveLength(5);
});

test("figures over training are of runs that have one", () => {
  const shown = (record: typeof run.record): string[] =>
    landscapeFigures.filter((one) => one.applies?.(record) ?? true).map(({ id }) => id);
  expect(shown(run.record)).toEqual(["plane", "line", "epochs", "path"]);
  expect(shown(landscapeRun(true, 7).record)).toEqual(["plane", "line"]);
  expect(momentName(run.record, 2)).toBe("epoch 4");
});
