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
  expect(cut!.mend?.change).toEqual({ "unit-columns": true });
  expect(cut!.text).toMatch(/for r \(x: 98\.1 %\)\.$/);
});

test("motions that the box breaks are offered a disc", () => {
  const [box] = remarks(undefined, codedNotice("box/breaks-motion", "rotation, scaling"));
  expect(box!.mend?.change).toEqual({ disc: 0.75 });
  expect(box!.text).toMatch(/breaks rotation, scaling:.*near the edges\.$/);
});
