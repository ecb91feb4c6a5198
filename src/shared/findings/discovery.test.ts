import { expect, test } from "vitest";
import { madeUpRun } from "../charts/madeUpRuns";
import { algebraFacts, generatorFacts } from "./discovery";

const summary = {
  dimension: 1,
  algebra: "so(2)",
  trivial: 0,
  gap: { ratio: 4e6 },
  half_angle_degrees: 1e-13,
  structure: { closure: 0, derived: 0, centre: 1, killing: { plus: 0, minus: 0, zero: 1 } },
  form: {
    signature: [2, 0],
    matrix: [
      [1, 0],
      [0, 0.5],
    ],
  },
  fixed_point: [1, -2],
  fit: null,
  generators: [
    { id: "X1", defect: 1e-9, interval: { low: 0, high: 2e-9 }, residual: 1e-9, share_broken: 0 },
  ],
};

test("the algebra is told with its form and the point that stays, a generator with its defect", () => {
  const { record } = madeUpRun("discover", 4, {}, summary, {});
  expect(Object.fromEntries(algebraFacts(record))).toMatchObject({
    Algebra: "so(2)",
    "Signature of the kept form": "2, 0",
    "Point that stays": "1, −2",
  });
  expect(Object.fromEntries(generatorFacts(record, "X1"))).toMatchObject({
    "Relative defect": "1·10⁻⁹",
    "95 % interval": "0 … 2·10⁻⁹",
  });
  expect(generatorFacts(record, "X2")).toEqual([]);
});

test("where there are translations the form is that of the linear parts", () => {
  const names = (form: object) =>
    algebraFacts(
      madeUpRun("discover", 4, {}, { ...summary, form: { ...summary.form, ...form } }, {}).record,
    ).map(([name]) => name);
  expect(names({ kept_by: "linear parts" })).toContain(
    "Signature of the form that the linear parts keep",
  );
  expect(names({ kept_by: "motions" })).toContain("Signature of the kept form");
});

test("other runs have neither", () => {
  const { record } = madeUpRun("coherence", 4, {}, {}, {});
  expect(algebraFacts(record)).toEqual([]);
  expect(generatorFacts(record, "r")).toEqual([]);
});
