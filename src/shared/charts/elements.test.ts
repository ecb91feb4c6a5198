import { describe, expect, test } from "vitest";
import { d4 } from "../groups/catalogue";
import { arrange, elementColour, elementLabel, elementsOf } from "./elements";
import { coherenceRun, madeUpRun } from "./madeUpRuns";
import { printTheme } from "./theme";

const { record } = coherenceRun();

describe("names of elements", () => {
  test("are the catalogue's own letters for all of D4", () => {
    for (const element of d4.elements) expect(elementLabel(element.id)).toBe(element.label);
  });

  test("of other groups stay as they are", () => {
    expect(elementLabel("tx1ty2")).toBe("tx1ty2");
  });
});

describe("arranging elements", () => {
  test("puts the paper's V4 first and apart by default", () => {
    const { slots, parts } = arrange(record, {});
    expect(slots.map(({ id }) => id)).toEqual(["e", "r2", "sr", "sr3", "r", "r3", "s", "sr2"]);
    expect(parts.map(({ label }) => label)).toEqual(["V4", "D4 ∖ V4"]);
  });

  test("keeps each element's place in the arrays", () => {
    const ids = elementsOf(record);
    for (const { id, index } of arrange(record, {}).slots) expect(ids[index]).toBe(id);
  });

  test("follows the picked subgroup", () => {
    const { slots, parts } = arrange(record, { subgroup: "e,r,r2,r3" });
    expect(slots.slice(0, 4).map(({ id }) => id)).toEqual(["e", "r", "r2", "r3"]);
    expect(parts[0]!.label).toBe("C4");
  });

  test("sets nothing apart where all elements are in the subgroup", () => {
    const run = madeUpRun("coherence", 4, { elements: ["e", "r2"] }, {}, {});
    expect(arrange(run.record, {}).parts).toEqual([]);
  });

  test("sets nothing apart where the run lacks part of the subgroup", () => {
    const c4 = ["e", "r", "r2", "r3"];
    const { record } = madeUpRun("coherence", 4, { elements: c4 }, {}, {});
    const { slots, parts } = arrange(record, {});
    expect(slots.map(({ id }) => id)).toEqual(c4);
    expect(parts).toEqual([]);
    expect(arrange(record, { subgroup: "e,r2,s,sr2" }).parts).toEqual([]);
    expect(arrange(record, { subgroup: "e,r2" }).parts[0]!.label).toBe("C2");
  });
});

test("an element keeps its colour in runs that have only some of them", () => {
  const ids = d4.elements.map(({ id }) => id);
  expect(elementColour(printTheme, ["e", "sr"], 1)).toBe(
    elementColour(printTheme, ids, ids.indexOf("sr")),
  );
  expect(new Set(ids.map((_, i) => elementColour(printTheme, ids, i))).size).toBe(8);
});

test("quantities named as elements have colours of their own", () => {
  const names = ["mass", "r", "e", "s", "energy"];
  expect(new Set(names.map((_, q) => elementColour(printTheme, names, q))).size).toBe(5);
});
