import { expect, test } from "vitest";
import { coherenceRun, equivarianceRun } from "../../shared/charts/madeUpRuns";
import type { RunRecord } from "../../shared/run";
import {
  aboutGenerator,
  pairFacts,
  passesOf,
  pooled,
  roundingOf,
  verifiedFacts,
} from "./runNumbers";

const run = coherenceRun();
const withSummary = (summary: RunRecord["summary"]): RunRecord => ({ ...run.record, summary });

test("a pair's cosine and influence come with their errors, its plain product without", () => {
  const facts = new Map(pairFacts(run, "r", 0, 1));
  expect(facts.get("Cosine")).toMatch(/^\S+ ± 3·10⁻⁶$/);
  expect(facts.get("Influence")).toMatch(/ ± 1·10⁻⁹$/);
  expect(facts.get("Euclidean product")).not.toContain("±");
});

test("a run from before errors were estimated shows its numbers alone", () => {
  const { cosine_error: _, influence_error: __, ...arrays } = run.arrays;
  for (const [name, text] of pairFacts({ ...run, arrays }, "r", 0, 1)) {
    expect(text, name).not.toContain("±");
  }
});

test("what rounding leaves of an element is a sentence", () => {
  const precise = (precision: object): string | null =>
    roundingOf(withSummary({ elements: { r: { precision } } }), "r");
  expect(precise({ cosine: 3.2e-6, influence: 2e-6 })).toBe(
    "Rounding moves cosines by 3·10⁻⁶ at most, influence by 2·10⁻⁶ of its self terms.",
  );
  expect(precise({ cosine: 2, influence: null })).toMatch(/leaves nothing of some influences/);
  expect(roundingOf(equivarianceRun().record, "r")).toBeNull();
});

test("what was verified is one line a quantity, whether one or several were", () => {
  const gram = { quantity: "gram", entries: 5, largest: 2.34e-7 };
  const cosine = { quantity: "cosine", entries: 1, largest: 0 };
  expect(verifiedFacts(withSummary({ verified: gram }))).toEqual([
    ["Euclidean product", "5 entries within 2.3·10⁻⁷"],
  ]);
  expect(verifiedFacts(withSummary({ verified: [gram, cosine] }))).toEqual([
    ["Euclidean product", "5 entries within 2.3·10⁻⁷"],
    ["Cosine", "1 entry within 0"],
  ]);
  expect(verifiedFacts(withSummary({}))).toEqual([]);
});

test("what is pooled over elements says so", () => {
  const over = (count: number | null, dropped = 0, seeds = 1): string =>
    pooled(
      { key: "", name: "", median: 0, quartiles: [0, 0], interval: [0, 0], count, dropped },
      16,
      seeds,
    );
  expect(over(48)).toBe("3 elements × 16 samples");
  expect(over(46, 2)).toBe("3 elements × 16 samples");
  expect(over(16)).toBe("16 samples");
  expect(over(12)).toBe("12 samples");
  expect(over(null)).toBe("the samples");
  expect(over(32, 0, 2)).toBe("2 seeds × 16 samples");
  expect(over(90, 6, 2)).toBe("3 elements × 2 seeds × 16 samples");
});

test("a formula calls components as channels are called, and leaves other names alone", () => {
  const formula = (text: string): string | undefined => {
    const record = withSummary({ quantities: [{ id: "q", formula: text }] });
    const data = { ...record.data, fields: "scalar:velocityxy,vector:velocity,vector:v" };
    return aboutGenerator({ ...record, data }, "q")?.formula;
  };
  expect(formula("velocityx*velocity_y+vx^2")).toBe("velocity.x·velocity.y+v.x^2");
  expect(formula("velocityxy+dx(myvx)")).toBe("velocityxy+dx(myvx)");
});

test("the passes that a coherence took stand beside those that any method needs", () => {
  const record = withSummary({ passes: { made: 5000, needed: 4480 } });
  expect(passesOf(record)).toEqual([["Forward passes", "5\u2009000; any method needs 4\u2009480"]]);
  expect(passesOf(run.record)).toEqual([]);
});
