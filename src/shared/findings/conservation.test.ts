import { expect, test } from "vitest";
import { madeUpRun } from "../charts/madeUpRuns";
import { driftColumns, invariantRows, layerRows } from "./conservation";

const record = (summary: Record<string, unknown>) =>
  madeUpRun("conservation", 4, {}, summary, {}).record;
const show = (value: number): string => (Number.isNaN(value) ? "–" : String(value));
const drifted = (median: number): object => ({ drift: { median } });

test("drifts of repair and data stand beside the network's, and single steps' bias, where there are any", () => {
  const mass = {
    id: "mass",
    repaired: drifted(1e-9),
    reference: drifted(0.5),
    increments: { model: { bias: 0.25, error: 0.125 } },
  };
  const energy = { id: "energy", reference: { drift: { median: null } } };
  const columns = driftColumns(record({ quantities: [mass, energy] }), show);
  expect(columns.map(({ name, of }) => [name, of(mass), of(energy)])).toEqual([
    ["Drift, repaired", "1e-9", "–"],
    ["Drift, data’s own", "0.5", "–"],
    ["Bias a step / s", "0.25 ± 0.125", "–"],
  ]);
  expect(driftColumns(record({ quantities: [energy] }), show)).toEqual([]);
});

test("each invariant has its defects, and the names that it has besides its formula", () => {
  const found = [
    { formula: "u", names: ["u", "mass"], defect: 1e-8, defect_data: 1e-9 },
    { formula: "u^2", names: [], defect: 0.01, defect_data: null },
  ];
  expect(invariantRows(record({ invariants: { found } }), show)).toEqual([
    ["Invariant", "Relative defect", "Data’s own"],
    ["u (mass)", "1e-8", "1e-9"],
    ["u^2", "0.01", "–"],
  ]);
  expect(invariantRows(record({ invariants: { found: [{ formula: "u" }] } }), show)).toEqual([]);
});

test("layers come by the size of what they change, the eight largest", () => {
  const names = Array.from({ length: 10 }, (_, l) => `layer${l}`);
  const quantities = [{ id: "mass" }, { id: "energy" }];
  const changes = [names.map((_, l) => (l % 2 === 0 ? l : -l)), names.map(() => null)];
  const rows = layerRows(record({ quantities, layers: { names, changes } }), show);
  expect(rows.slice(0, 3)).toEqual([
    ["Layer, change a step / s", "mass", "energy"],
    ["layer9", "-9", "–"],
    ["layer8", "8", "–"],
  ]);
  expect(rows.at(-1)![0]).toBe("… and 2 that change less");
  expect(rows.length).toBe(10);
  // Runs before this held names alone.
  expect(layerRows(record({ quantities, layers: { names } }), show)).toEqual([]);
});
