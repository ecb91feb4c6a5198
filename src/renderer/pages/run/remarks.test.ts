import { expect, test } from "vitest";
import { codedNotice } from "../../../shared/analyses/notices";
import { coherenceRun } from "../../../shared/charts/madeUpRuns";
import type { Study } from "../../../shared/contract";
import { remarksOf } from "./remarks";

const { record } = coherenceRun();
const open = codedNotice("symmetry/not-established", "elements");

/** Of the run on one data entry, with what is stated of its dynamics. */
function studyStating(symmetry: string | undefined): Study {
  const options = symmetry === undefined ? {} : { symmetry };
  return {
    runs: [{ id: record.id, data: "d" }],
    data: [{ id: "d", options }],
  } as unknown as Study;
}

const remarks = (symmetry: string | undefined, ...notices: string[]) =>
  remarksOf({ ...record, notices }, studyStating(symmetry));

test("a stated symmetry that covers the run answers the open question", () => {
  expect(remarks(undefined, open)).toEqual([{ text: open, calm: false }]);
  const [answered] = remarks("d4", open);
  expect(answered).toMatchObject({ calm: true });
  expect(answered!.text).toMatch(/D4.*as stated with the data/);
});

test("a stated symmetry that lacks some of the run's elements answers nothing", () => {
  expect(remarks("c4", open)).toEqual([{ text: open, calm: false }]);
});

test("an energy cut offers unit columns", () => {
  const [cut] = remarks(undefined, codedNotice("span/energy-cut", "r (x: 98.1 %)"));
  expect(cut!.mends?.map(({ change }) => change)).toEqual([{ "unit-columns": true }]);
  expect(cut!.text).toMatch(/for r \(x: 98\.1 %\)\.$/);
});

test("motions that the box breaks are offered a disc", () => {
  const [box] = remarks(undefined, codedNotice("box/breaks-motion", "rotation, scaling"));
  expect(box!.mends?.map(({ change }) => change)).toEqual([{ disc: 0.75 }]);
  expect(box!.text).toMatch(/breaks rotation, scaling:.*near the edges\.$/);
});

test("what can be mended comes first", () => {
  const cut = codedNotice("span/energy-cut", "r (x: 98.1 %)");
  const texts = remarks(undefined, "A batch of 4 is small.", open, cut).map(({ text }) => text);
  expect(texts[0]).toMatch(/^The energy cut/);
  expect(texts.slice(1)).toEqual(["A batch of 4 is small.", open]);
});

test("what takes the sense out of numbers leads, how data were read comes last", () => {
  const axes = "Axes of states taken as trajectory, time, channel, y, x.";
  const asked = "Samples: 64 asked for, 40 there and all of them taken.";
  const rough = codedNotice("precision/ridge", "r (12 %)");
  const nothing = codedNotice("loss/zero", "3 of 8 states");
  const stated = codedNotice("model/states", "sides 1");
  const texts = remarks(undefined, stated, axes, asked, open, rough, nothing).map(
    ({ text }) => text,
  );
  expect(texts[0]).toBe(nothing);
  expect(texts[1]).toMatch(/^Ridge and energy cut/);
  expect(texts.slice(2)).toEqual([open, axes, asked, stated]);
});

test("what breaks this run comes before what holds of most, wherever it stood", () => {
  const order = "velocity fits only if its stored components are y, x (swapped): divergence 0.01.";
  const blown = "The rollout from trajectory 3 blew up at step 7; its statistics end before.";
  const texts = remarks(undefined, open, "A batch of 4 is small.", order).map(({ text }) => text);
  expect(texts).toEqual([order, "A batch of 4 is small.", open]);
  expect(remarks(undefined, open, blown)[0]!.text).toBe(blown);
});

test("what moves nothing and what the model states are routine", () => {
  const trivial =
    "One direction among the candidates acts trivially on these data and is left out.";
  const grid = "Defects within twice of what the grid alone would make: X2.";
  expect(remarks(undefined, trivial, grid).map(({ text }) => text)).toEqual([grid, trivial]);
});

test("a choice that the program made is no matter of routine", () => {
  const open = "The boundary is not stated in the file; it is taken as open.";
  const asked = "A batch of 64 was asked for; there are 8 samples.";
  expect(remarks(undefined, asked, open).map(({ text }) => text)).toEqual([open, asked]);
});

test("rounding offers what the run has not done yet: the published cut, more ridge, float64", () => {
  const rough = codedNotice("precision/ridge", "r (12 %)");
  const offered = (parameters: Record<string, number>, executor: string) => {
    const run = { ...record, executor, parameters, notices: [rough] };
    return remarksOf(run, studyStating(undefined))[0]!.mends?.map(({ change }) => change);
  };
  expect(offered({ energy: 0, ridge: 1e-5 }, "onnxruntime-node 1.30, float32")).toEqual([
    { energy: 1e-4 },
    { ridge: 1e-3 },
    { executor: "reference", device: "cpu" },
  ]);
  expect(offered({ energy: 1e-4, ridge: 0 }, "reference, float64")).toEqual([{ ridge: 1e-4 }]);
});

test("what the model's file states is said calmly", () => {
  const stated = codedNotice("model/states", "sides 1");
  expect(remarks(undefined, stated)).toEqual([{ text: stated, calm: true }]);
});
