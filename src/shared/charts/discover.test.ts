import { describe, expect, test } from "vitest";
import { discoverFigures } from "./discover";
import { madeUpRun } from "./madeUpRuns";
import { darkTheme, lightTheme, printTheme } from "./theme";

const generators = ["X1", "X2", "X3"].map((id) => ({ id, label: "", formula: "", flow: null }));

/** se(2) on the plane: two shifts and a turn about (1, 2). */
const affine = madeUpRun(
  "discover",
  20,
  {},
  {
    names: ["x1", "x2"],
    dimension: 3,
    algebra: "se(2)",
    gap: { ratio: 3e6, threshold: 0.22 },
    fixed_point: null,
    generators,
  },
  {
    singular_values: { axes: ["direction"], shape: [6], value: (k) => (k < 3 ? 0 : 0.2 * k) },
    singular_values_low: { axes: ["direction"], shape: [6], value: (k) => (k < 3 ? 0 : 0.1 * k) },
    singular_values_high: { axes: ["direction"], shape: [6], value: (k) => (k === 5 ? NaN : k) },
    generators: {
      axes: ["generator", "to", "from"],
      shape: [3, 2, 3],
      value: (g, i, j) =>
        g < 2
          ? Number(j === 2 && i === g)
          : [
              [0, -1, 0],
              [1, 0, 0],
            ][i]![j]!,
    },
  },
);

const named = madeUpRun(
  "discover",
  20,
  {},
  {
    names: ["tx", "rot"],
    dimension: 1,
    algebra: "translations(1)",
    sides: [1, 1],
    generators: [{ id: "X1", label: "", formula: "tx", flow: ["1", "0"] }],
  },
  {
    singular_values: { axes: ["direction"], shape: [2], value: (k) => 1e-9 + k },
    generators: { axes: ["generator", "candidate"], shape: [1, 2], value: (_, k) => 1 - k },
  },
);

const shown = (run: typeof affine) =>
  discoverFigures.filter((figure) => figure.applies?.(run.record) ?? true);

describe("figures of discovery", () => {
  test("are those that the candidates allow", () => {
    expect(shown(affine).map(({ id }) => id)).toEqual(["spectrum", "motions", "matrices"]);
    expect(shown(named).map(({ id }) => id)).toEqual(["spectrum", "flows", "matrices"]);
    const none = { ...affine.record, arrays: { ...affine.record.arrays } };
    none.arrays.generators = { ...none.arrays.generators!, shape: [0, 2, 3] };
    expect(shown({ ...affine, record: none }).map(({ id }) => id)).toEqual(["spectrum"]);
  });

  test.each(
    [affine, named].flatMap((run) => shown(run).map((figure) => [figure.id, figure, run] as const)),
  )(
    "%s is a pure function of run, theme and view, with a row for every number",
    (_, figure, run) => {
      const plain = (theme: typeof printTheme) =>
        JSON.stringify(figure.option(run, theme, { element: "X1" }));
      expect(plain(printTheme)).toBe(plain(printTheme));
      expect(plain(darkTheme)).not.toContain(lightTheme.text);
      const table = figure.table(run, {});
      expect(table.rows.length).toBeGreaterThan(0);
      for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    },
  );

  test("pick the generator whose picture is clicked", () => {
    const [, motions, matrices] = shown(affine);
    expect(motions!.pick!(affine, {}, { panel: 2, x: 0, y: 0 })).toEqual({ element: "X3" });
    expect(matrices!.pick!(affine, {}, { panel: 1, x: 0, y: 0 })).toEqual({ element: "X2" });
    expect(motions!.pick!(affine, {}, { panel: 7, x: 0, y: 0 })).toBeNull();
  });

  test("draw the turn as a turn: at right angles to the place, as fast as it is far", () => {
    const rows = shown(affine)[1]!
      .table(affine, {})
      .rows.filter(([id]) => id === "X3");
    for (const [, , x, y, u, v] of rows as (string | number)[][]) {
      expect(Number(u)).toBeCloseTo(-Number(y), 12);
      expect(Number(v)).toBeCloseTo(Number(x), 12);
    }
  });
});
