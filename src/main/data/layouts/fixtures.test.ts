/** The samples of public collections, whose meaning and sums expected.json states, open right without an option. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sizeOf, toFloat64 } from "../../../shared/tensor";
import { openData, type DataSet } from "../dataset";
import { describeData } from "../describe";

const folder = "fixtures/datasets";

interface Expected {
  readonly file: string;
  readonly layout: string;
  readonly dt?: number;
  readonly dx?: number;
  readonly dy?: number;
  readonly view: {
    readonly shape: number[];
    readonly axes: string[];
    readonly sum: number;
    readonly sum_of_squares: number;
    readonly values: { readonly index: number[]; readonly value: number }[];
    readonly channels: { readonly name: string; readonly kind: string; readonly group: string }[];
  };
}

/** Every state, as the view has them. */
async function everything(data: DataSet): Promise<Float64Array> {
  const places = Array.from({ length: data.states.trajectories }, (_, trajectory) =>
    Array.from({ length: data.states.times }, (__, time) => ({ trajectory, time })),
  ).flat();
  return toFloat64(await data.states.read(places));
}

describe.each([
  "pdebench_cfd_2d",
  "pdebench_swe_2d",
  "pdebench_burgers_1d",
  "the_well_2d",
  "pdegym_velocity",
  "pdearena_smoke",
  "zarr_v2",
])("%s", (name) => {
  test("is recognised and gives the states that it holds", async () => {
    const expected = JSON.parse(
      await readFile(join(folder, name, "expected.json"), "utf8"),
    ) as Expected;
    const { view } = expected;
    const data = await openData(join(folder, name, expected.file));
    const info = await describeData(data);
    // A plain Zarr group is of no collection: what is known of it is its format.
    expect(info.layout).toBe(name === "zarr_v2" ? "Zarr 2" : expected.layout);
    expect(info.evidence).not.toHaveLength(0);
    expect(info.shape).toEqual(view.shape);
    expect(info.axes).toEqual(view.axes);
    expect(info.channels.map(({ kind }) => kind)).toEqual(view.channels.map(({ kind }) => kind));
    // Names are compared where the field's own name is the channel's: a vector's channels are called after the vector.
    expect(info.channels.filter(({ kind }) => kind === "scalar").map((one) => one.name)).toEqual(
      view.channels.filter(({ kind }) => kind === "scalar").map((one) => one.name.split(" ")[0]),
    );
    // Steps and sides come from coordinates of which some are float32.
    if (expected.dt !== undefined) expect(info.dt).toBeCloseTo(expected.dt, 6);
    const spacing = [expected.dy, expected.dx].filter((step) => step !== undefined);
    spacing.forEach((step, i) => {
      expect(info.spacing![i]).toBeCloseTo(step, 6);
    });
    const values = await everything(data);
    expect(values).toHaveLength(sizeOf(view.shape));
    const squares = values.reduce((sum, value) => sum + value * value, 0);
    expect(Math.abs(squares / view.sum_of_squares - 1)).toBeLessThan(1e-9);
    // Sums may cancel: they are compared on the scale of the values.
    const sum = values.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - view.sum)).toBeLessThan(1e-9 * Math.sqrt(squares * values.length));
    for (const { index, value } of view.values) {
      const at = index.reduce((offset, i, axis) => offset * view.shape[axis]! + i, 0);
      expect(values[at]).toBe(value);
    }
    await data.close();
  });
});
