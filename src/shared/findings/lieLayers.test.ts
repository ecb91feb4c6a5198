import { expect, test } from "vitest";
import { madeUpRun } from "../charts/madeUpRuns";
import { lieLayerFacts } from "./lieLayers";

const facts = (summary: Record<string, unknown>) =>
  lieLayerFacts(madeUpRun("lie-derivative", 4, {}, summary, {}).record, String);

test("layers stand in the order of their largest part, with a part for each generator", () => {
  const generators = [
    { id: "tx", mean: [0.1, 0, 0.3] },
    { id: "rot", mean: [0.2, 0.5, 0.1] },
  ];
  expect(facts({ layers: { names: ["a", "b", "output"], generators } }).slice(1)).toEqual([
    ["b", "tx 0, rot 0.5"],
    ["output", "tx 0.3, rot 0.1"],
    ["a", "tx 0.1, rot 0.2"],
  ]);
});

test("of many layers the first eight are told, and of a run without layers nothing", () => {
  const names = Array.from({ length: 12 }, (_, l) => `layer${l}`);
  const generators = [{ id: "tx", mean: names.map((_, l) => l) }];
  const told = facts({ layers: { names, generators } });
  expect(told).toHaveLength(10);
  expect(told[1]).toEqual(["layer11", "tx 11"]);
  expect(told.at(-1)).toEqual(["", "and 4 more in run.json"]);
  expect(facts({})).toEqual([]);
});
