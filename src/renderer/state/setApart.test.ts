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

test("of a wish that reaches beyond the run, the subgroup that lies in it is set apart", () => {
  expect(apartFor(only(["e", "r", "r2", "r3"]), axes)).toBe("e,r2");
  // The paper's, of which V4 along the axes has the half turn.
  expect(apartFor(only(["e", "r2", "s", "sr2"]), axes)).toBe("e,r2");
  // e, sr and sr³ without r² are no group.
  expect(apartFor(only(["e", "r", "sr", "sr3"]), null)).toBe(NOTHING);
});

test("nothing is set apart where no subgroup divides the run, or where that was chosen", () => {
  expect(apartFor(only(["e", "r", "r3"]), axes)).toBe(NOTHING);
  expect(apartFor(only(["e", "s"]), axes)).toBe(NOTHING);
  expect(apartFor(record, NOTHING, axes)).toBe(NOTHING);
});
