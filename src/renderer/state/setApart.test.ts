import { expect, test } from "vitest";
import { coherenceRun } from "../../shared/charts/madeUpRuns";
import { apartFor, NOTHING } from "./setApart";

const { record } = coherenceRun();
const axes = "e,r2,s,sr2";
const only = (elements: string[]): typeof record => ({
  ...record,
  parameters: { ...record.parameters, elements },
});

test("the first wish that divides the run is set apart, else the paper's subgroup", () => {
  expect(apartFor(record, null, axes)).toBe(axes);
  expect(apartFor(record, "e,r,r2,r3", axes)).toBe("e,r,r2,r3");
  expect(apartFor(record, null, null)).toBe("e,r2,sr,sr3");
});

test("nothing is set apart where no subgroup divides the run, or where that was chosen", () => {
  expect(apartFor(only(["e", "r", "r2", "r3"]), axes)).toBe(NOTHING);
  expect(apartFor(only(["e", "r2", "s", "sr2"]), axes)).toBe(NOTHING);
  expect(apartFor(record, NOTHING, axes)).toBe(NOTHING);
});
