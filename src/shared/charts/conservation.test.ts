import { describe, expect, test } from "vitest";
import type { RunResult } from "../run";
import { conservationFigures } from "./conservation";
import { elementsOf, kindOfElements } from "./elements";
import { madeUpRun } from "./madeUpRuns";
import { darkTheme, lightTheme, printTheme } from "./theme";

/** Two quantities, the second repaired to nothing; the last rollout ends after two steps. */
function conservationRun(samples = 5, steps = 4): RunResult {
  const series = { axes: ["quantity", "sample", "step"], shape: [2, samples, steps] };
  const ended = (i: number, k: number): boolean => i === samples - 1 && k >= 2;
  const drift = (q: number, i: number, k: number): number =>
    ended(i, k) ? NaN : (q === 0 ? -0.01 : 0.002) * (k + 1) * (1 + 0.1 * i);
  const rows = { axes: ["sample", "step"], shape: [samples, steps] };
  return madeUpRun(
    "conservation",
    samples,
    { quantities: "mass,energy", elements: "" },
    {
      quantities: [{ id: "mass" }, { id: "energy" }],
      error: { n: samples },
      balances: [{ id: "energy", scale: 2 }],
      layers: { names: ["lift … read", "block"], samples: 3 },
      invariants: { dimension: 1, found: [{ formula: "u", names: ["mass"] }] },
    },
    {
      drift: { ...series, value: drift },
      drift_repaired: { ...series, value: (q, i, k) => (q === 1 ? 0 : drift(q, i, k)) },
      drift_reference: { ...series, value: () => 1e-15 },
      slope: {
        axes: ["quantity", "sample"],
        shape: [2, samples],
        value: (q, i) => drift(q, i, 0),
      },
      scale: { axes: ["quantity"], shape: [2], value: (q) => q + 1 },
      error: { ...rows, value: (i, k) => 0.1 * (k + 1) + 0.01 * i },
      error_repaired: { ...rows, value: (i, k) => 0.08 * (k + 1) + 0.01 * i },
      balance: {
        axes: ["balance", "sample", "step"],
        shape: [1, samples, steps],
        value: (_, i, k) => 0.1 * (i + k),
      },
      balance_reference: {
        axes: ["balance", "sample", "step"],
        shape: [1, samples, steps],
        value: () => 1e-4,
      },
      invariant_defect: {
        axes: ["source", "direction"],
        shape: [2, 3],
        value: (source, k) => (source === 1 && k === 2 ? NaN : 10 ** (2 * k - 6)),
      },
      invariant_held_out: {
        axes: ["source", "direction"],
        shape: [2, 3],
        value: (_, k) => 2 * 10 ** (2 * k - 6),
      },
      layer_change: {
        axes: ["quantity", "layer", "layer sample"],
        shape: [2, 2, 3],
        value: (q, l, i) => (q + 1) * (l - 0.4) * (1 + i),
      },
      layer_samples: { axes: ["layer sample"], shape: [3], value: (i) => i },
      increments: { axes: ["quantity", "state"], shape: [2, 7], value: (q, i) => 0.01 * (i - q) },
    },
  );
}

const run = conservationRun();
const plain = (option: unknown): unknown => JSON.parse(JSON.stringify(option));

test("what acts in it are its quantities", () => {
  expect(elementsOf(run.record)).toEqual(["mass", "energy"]);
  expect(kindOfElements(run.record)).toBe("Quantity");
});

describe.each(conservationFigures.map((figure) => [figure.id, figure] as const))(
  "%s",
  (_, figure) => {
    test("is a pure function of run, theme and view", () => {
      const view = { element: "energy", row: 1 };
      const before = structuredClone(run.record);
      const once = plain(figure.option(run, printTheme, view));
      expect(plain(figure.option(run, printTheme, view))).toEqual(once);
      expect(run.record).toEqual(before);
    });

    test("has a row of the table's width for every observation", () => {
      const table = figure.table(run, {});
      expect(table.rows.length).toBeGreaterThan(0);
      expect(table.rows.every((row) => row.length === table.columns.length)).toBe(true);
    });

    test("takes its colours from the theme", () => {
      const [light, dark] = [lightTheme, darkTheme].map((theme) =>
        JSON.stringify(figure.option(run, theme, {})),
      );
      expect(light).toContain(lightTheme.text);
      expect(dark).not.toContain(darkTheme.text === lightTheme.text ? "" : lightTheme.text);
    });
  },
);

describe("tables", () => {
  const figure = (id: string) => conservationFigures.find((one) => one.id === id)!;

  test("of drifts are relative to each quantity's scale, and empty where a rollout has ended", () => {
    const { columns, rows } = figure("drift").table(run, {});
    expect(columns.map(({ name }) => name)).toEqual([
      "quantity",
      "sample",
      "step",
      "drift_network",
      "drift_repaired",
      "drift_data",
    ]);
    expect(rows[20]!.slice(0, 4)).toEqual(["energy", "trajectory 0, time 0", 1, 0.001]);
    expect(rows[19]![3]).toBeNull();
  });

  test("of changes are the picked quantity's own numbers", () => {
    const { rows } = figure("change").table(run, { element: "energy" });
    expect(rows[0]!.slice(1)).toEqual([1, 0.002, 0, 1e-15]);
  });

  test("of layers are relative to the scale, and the picture adds them up", () => {
    const { rows } = figure("layers").table(run, {});
    expect(rows[6]).toEqual(["energy", "lift … read", "trajectory 0, time 0", -0.4]);
    const option = JSON.stringify(plain(figure("layers").option(run, printTheme, {})));
    expect(option).toContain("whole step\\nmedian 0.4");
  });

  test("of rollouts are the largest drift and the last that there was", () => {
    const { columns, rows } = figure("by-quantity").table(run, {});
    const at = (name: string): number => columns.findIndex((column) => column.name === name);
    const last = rows[4]!;
    expect(last[at("largest_network")]).toBeCloseTo(0.028, 12);
    expect(last[at("end_network")]).toBeCloseTo(-0.028, 12);
    expect(last[at("rate_network")]).toBeCloseTo(-0.014, 12);
  });
});
