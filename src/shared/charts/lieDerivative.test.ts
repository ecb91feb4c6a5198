import { describe, expect, test } from "vitest";
import type { RunResult } from "../run";
import { elementsOf } from "./elements";
import type { FigureDefinition } from "./figure";
import { distinct } from "./lieCheckpoints";
import { lieDerivativeFigures } from "./lieDerivative";
import { madeUpRun } from "./madeUpRuns";
import { darkTheme, lightTheme, printTheme } from "./theme";

const names = ["conv", "act", "norm", "output"];

/** Three generators, of which the last moves no point; the second layer breaks all of the symmetry. */
function lieRun(samples = 6, steps = 4): RunResult {
  const pairs = { axes: ["generator", "sample"], shape: [3, samples] };
  const error = (k: number, i: number): number => (k === 2 ? 0 : 0.1 * (k + 1) * (1 + 0.1 * i));
  return madeUpRun(
    "lie-derivative",
    samples,
    { generators: "tx,rot,amp", finite: 0.01 },
    {
      sides: [2, 1],
      generators: [
        { id: "tx", label: "translation along x", flow: ["1", "0"] },
        { id: "rot", label: "rotation", flow: ["-y", "x"] },
        { id: "amp", label: "amplitude", flow: null },
      ],
      layers: { names },
      exchanges: [{ id: "1↔2" }, { id: "2↔3" }],
      checkpoints: ["epoch-8.pt", "epoch-9.pt", "epoch-10.pt", "epoch-11.pt"].map((name) => ({
        name,
      })),
    },
    {
      lie_error: {
        axes: ["generator", "sample", "step"],
        shape: [3, samples, steps],
        value: (k, i, s) => error(k, i) * (s + 1),
      },
      lie_relative: {
        axes: ["generator", "sample", "step"],
        shape: [3, samples, steps],
        value: (k, i) => error(k, i),
      },
      grid_error: { ...pairs, value: (k) => (k === 2 ? 0 : 0.01) },
      channel_error: {
        axes: ["generator", "sample", "channel"],
        shape: [3, samples, 3],
        value: (k, i, c) => error(k, i) * (c + 1),
      },
      layer_contribution: {
        axes: ["generator", "layer", "layer sample"],
        shape: [3, 4, 2],
        value: (k, l, i) => (l === 1 ? error(k, i) : 1e-9),
      },
      kept: { axes: ["kept"], shape: [2], dtype: "int32", value: (i) => 3 * i },
      lie_field: {
        axes: ["generator", "kept", "channel", "y", "x"],
        shape: [3, 2, 3, 4, 4],
        value: (k, s, c, y, x) => (k + 1) * (s + 1) * (c - 1) * (y - x),
      },
      rounding: { axes: ["generator"], shape: [3], value: () => 1e-3 },
      fit_error: { axes: ["generator"], shape: [3], value: () => 2e-3 },
      data_error: { ...pairs, value: (k, i) => (i === 0 ? NaN : 0.05 * k) },
      finite_error: { ...pairs, value: (k, i) => 0.01 * error(k, i) },
      exchange_error: {
        axes: ["exchange", "sample"],
        shape: [2, samples],
        value: (p, i) => (p === 0 ? 0 : 0.2 + 0.01 * i),
      },
      checkpoint_error: {
        axes: ["checkpoint", "generator", "sample"],
        shape: [4, 3, samples],
        value: (c, k, i) => error(k, i) / (c + 1),
      },
      layer_samples: { axes: ["layer sample"], shape: [2], value: (i) => 3 * i },
    },
  );
}

const run = lieRun();
const figure = (id: string): FigureDefinition => lieDerivativeFigures.find((one) => one.id === id)!;
const plain = (option: unknown): unknown => JSON.parse(JSON.stringify(option));

describe.each(lieDerivativeFigures.map((one) => [one.id, one] as const))("%s", (_, definition) => {
  test("is a pure function of run, theme and view, in the theme's colours", () => {
    const one = plain(definition.option(run, printTheme, { element: "rot" }));
    expect(plain(definition.option(run, printTheme, { element: "rot" }))).toEqual(one);
    const [light, dark] = [lightTheme, darkTheme].map((theme) =>
      JSON.stringify(definition.option(run, theme, {})),
    );
    expect(dark).toContain(darkTheme.text);
    expect(light).not.toContain(darkTheme.text);
  });

  test("asks for no array that the run does without, and tables every observation", () => {
    expect(definition.arrays.every((name) => run.arrays[name] !== undefined)).toBe(true);
    const { columns, rows } = definition.table(run, {});
    expect(["generator", "exchange", "checkpoint"]).toContain(columns[0]!.name);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
  });
});

test("generators stand where other runs have group elements", () => {
  expect(elementsOf(run.record)).toEqual(["tx", "rot", "amp"]);
  const at = { panel: 0, x: 1, y: 10 };
  expect(figure("by-generator").pick!(run, {}, at)).toMatchObject({ element: "rot" });
});

test("what stands beside the Lie derivative is named, and a finite motion is counted for each unit moved", () => {
  const option = figure("by-generator").option(run, printTheme, {}) as {
    series: { name?: string; data: { name: string; value: number[] }[] }[];
  };
  const named = option.series.flatMap(({ name }) => (name === undefined ? [] : [name]));
  for (const name of [
    ...["of the data", "finite / |s|", "grid’s own error"],
    ...["fit’s own error", "rounding"],
  ]) {
    expect(named).toContain(name);
  }
  const mark = (name: string): string =>
    option.series.find((one) => one.name === name)!.data.find((one) => one.name.startsWith("rot"))!
      .name;
  const median = (text: string): string => /median (\S+)/.exec(text)![1]!;
  expect(median(mark("finite / |s|"))).toBe(median(mark("Lie derivative")));
});

test("maps of L f say in which unit they are, where the data state units", () => {
  const data = { ...run.record.data, fields: "scalar:p,vector:v" };
  const units = { p: "Pa", v: "m/s", x: "km" };
  const stated = { ...run, record: { ...run.record, data: { ...data, units } } };
  const unitsOf = (element: string): unknown[] => {
    const { columns, rows } = figure("where").table(stated, { element });
    expect(columns.at(-1)!.name).toBe("unit");
    return [...new Set(rows.map((row) => row.at(-1)))];
  };
  expect(unitsOf("tx")).toEqual(["Pa per km", "m/s per km"]);
  expect(unitsOf("rot")).toEqual(["Pa per rad", "m/s per rad"]);
  expect(unitsOf("amp")).toEqual(["Pa", "m/s"]);
  const without = { ...run, record: { ...run.record, data } };
  expect(figure("where").table(without, {}).columns.at(-1)!.name).toBe("lie_field");
});

test("checkpoints are called by what tells them apart", () => {
  expect(distinct(["epoch-8.pt", "epoch-10.pt", "epoch-11.pt"])).toEqual(["8", "10", "11"]);
  expect(distinct(["run1/w.pt", "run12/w.pt"])).toEqual(["1", "12"]);
  expect(distinct(["only.pt"])).toEqual(["only.pt"]);
  expect(figure("checkpoints").table(run, {}).rows[18 + 6]).toEqual([
    "epoch-9.pt",
    "rot",
    "trajectory 0, time 0",
    0.1,
  ]);
});

test("layers that keep the symmetry have no row, but stand in the table", () => {
  const { yAxis } = plain(figure("layers").option(run, printTheme, {})) as {
    yAxis: { axisLabel: { customValues: number[] } };
  };
  expect(yAxis.axisLabel.customValues).toEqual([0]);
  expect(figure("layers").table(run, {}).rows).toHaveLength(3 * 4 * 2);
  expect(figure("layers").table(run, {}).rows[3]).toEqual([
    "tx",
    "act",
    "trajectory 3, time 0",
    error(0, 1),
  ]);
});

const error = (k: number, i: number): number => 0.1 * (k + 1) * (1 + 0.1 * i);

test("the map is of the picked generator, and of the picked sample where its fields were kept", () => {
  const value = (view: object): unknown => {
    const { rows } = figure("where").table(run, view);
    return rows.find(([, , name, y, x]) => name === "v.y" && y === 3 && x === 1)!;
  };
  expect(value({ element: "rot", row: 3 })).toEqual([
    "rot",
    "trajectory 3, time 0",
    "v.y",
    3,
    1,
    8,
  ]);
  expect(value({ element: "rot", row: 1 })).toEqual([
    "rot",
    "trajectory 0, time 0",
    "v.y",
    3,
    1,
    4,
  ]);
});

test("flows are the formulas' values, and those without are left out", () => {
  const { rows } = figure("flows").table(run, {});
  expect(new Set(rows.map(([id]) => id))).toEqual(new Set(["tx", "rot"]));
  for (const [id, x, y, u, v] of rows)
    expect([u, v]).toEqual(id === "tx" ? [1, 0] : [-Number(y), x]);
  expect(figure("flows").pick!(run, {}, { panel: 1, x: 0, y: 0 })).toEqual({ element: "rot" });
});

test("a share that is broken nowhere stands on an axis from 0 to 1", () => {
  const axes = (option: unknown) =>
    (plain(option) as { yAxis: { min: number; max: number }[] }).yAxis;
  const zero = new Float64Array(run.arrays.lie_relative!.data.length);
  const whole = {
    ...run,
    arrays: { ...run.arrays, lie_relative: { ...run.arrays.lie_relative!, data: zero } },
  };
  const [, share] = axes(figure("by-generator").option(whole, printTheme, {}));
  expect(share!.min).toBeLessThanOrEqual(0);
  expect(share!.max).toBeGreaterThanOrEqual(1);
  expect(share!.max).toBeLessThan(1.1);
  const [, broken] = axes(figure("by-generator").option(run, printTheme, {}));
  expect(broken!.max).not.toBe(share!.max);
});

test("a run of one step without layers draws what it has", () => {
  const short = { ...run.record, arrays: { ...run.record.arrays } };
  delete (short.arrays as Record<string, unknown>)["layer_contribution"];
  const applying = lieDerivativeFigures.filter((one) => one.applies?.(short) ?? true);
  expect(applying.map(({ id }) => id)).toEqual([
    "by-generator",
    "where",
    "channels",
    "rollout",
    "checkpoints",
    "exchanges",
    "flows",
  ]);
});
