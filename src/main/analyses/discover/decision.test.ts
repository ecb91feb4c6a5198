import { describe, expect, test } from "vitest";
import { decide } from "./decision";

const of = (defects: readonly number[], floor = 1e-7) => decide(defects, 0.05, floor);

describe("a decision", () => {
  test("takes what lies below the widest gap", () => {
    expect(of([1e-15, 3e-12, 0.4, 0.9])).toMatchObject({ dimension: 2, exact: 2 });
    expect(of([0.001, 0.002, 0.4, 0.9])).toMatchObject({ dimension: 2, exact: 0, ratio: 200 });
    // Exact ones and nearly exact ones: the wider gap is above the exact.
    expect(of([1e-15, 0.03, 0.5])).toMatchObject({ dimension: 1, exact: 1 });
  });

  test("does not take rounding for a gap", () => {
    expect(of([1e-16, 1e-12, 0.5])).toMatchObject({ dimension: 2 });
  });

  test("compares the last candidate with an unrelated motion", () => {
    expect(of([1e-12, 1e-11])).toMatchObject({ dimension: 2 });
    expect(of([1e-12, 1e-11]).sentence).toContain("there is no other");
  });

  test("says that there is none, or no gap", () => {
    expect(of([0.3, 0.5])).toMatchObject({ dimension: 0, ratio: null });
    expect(of([0.3, 0.5]).sentence).toContain("No candidate is a symmetry");
    expect(of([0.05, 0.1, 0.2, 0.35]).sentence).toContain("no gap");
    expect(of([]).dimension).toBe(0);
    expect(of([]).sentence).toContain("No candidate moves states or values");
  });

  test("claims nothing of a map that is known too coarsely", () => {
    expect(of([1e-12, 0.5], 0.3)).toMatchObject({ dimension: 0 });
    expect(of([1e-12, 0.5], 0.3).sentence).toContain("too coarsely");
  });

  test("names how far a near symmetry is broken", () => {
    expect(of([0.01, 0.8]).sentence).toContain("broken by 1 %");
    expect(of([1e-12, 0.01, 0.9]).sentence).not.toContain("of them");
    expect(of([1e-12, 1e-4, 1.2e-4, 0.9]).sentence).toContain(
      "1 of them is symmetric as far as arithmetic resolves.",
    );
  });

  test("names what is nearly symmetric beyond the widest gap, where a gap follows it", () => {
    expect(of([1e-15, 0.01, 0.011, 0.8]).sentence).toContain(
      "2 more are nearly symmetric, broken by 1.1 %: a second gap, 73 times, lies above.",
    );
    expect(of([1e-15, 0.05, 0.1, 0.2, 0.3]).sentence).not.toContain("more");
    expect(of([1e-15, 0.4, 0.9]).sentence).not.toContain("more");
  });
});

describe("what the grid alone would make", () => {
  test("is no gap away from an exact direction", () => {
    const defects = [1e-15, 0.01, 0.012, 0.4];
    expect(decide(defects, 0.05, 1e-7)).toMatchObject({ dimension: 1 });
    const found = decide(defects, 0.05, 1e-7, [0, 0.009, 0.008, 0.01]);
    expect(found).toMatchObject({ dimension: 3, exact: 1 });
    expect(found.sentence).toContain("as far as the grid resolves");
  });

  test("hides nothing that stands out of it, and makes no symmetry of what is far from one", () => {
    expect(decide([1e-9, 0.01, 0.4], 0.05, 1e-7, [0, 0.001, 0.01])).toMatchObject({ dimension: 1 });
    expect(decide([1e-9, 0.2, 0.4], 0.05, 1e-7, [0, 0.5, NaN])).toMatchObject({ dimension: 1 });
  });
});
