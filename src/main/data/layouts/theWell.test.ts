/** Which of The Well's fields are read: those of the collection's sample, and files with other sets of them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataOptions } from "../../../shared/contract";
import { showFieldSpec } from "../../../shared/fields/spec";
import { toFloat64 } from "../../../shared/tensor";
import { openData, type DataSet } from "../dataset";
import { Hdf5Writer } from "../hdf5/writer";
import { OWN_FIELDS } from "../write/ownWords";

const sample = "fixtures/datasets/the_well_2d/example_dataset_gamma_1.4.hdf5";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "the-well-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function reading<T>(
  path: string,
  options: DataOptions,
  of: (data: DataSet) => T,
): Promise<Awaited<T>> {
  const data = await openData(path, options);
  try {
    return await of(data);
  } finally {
    await data.close();
  }
}

const fieldsOf = ({ fields }: DataSet): string => showFieldSpec(fields!);

/** Of a state [c, y, x] the channels by their labels. */
async function channelsAt(
  data: DataSet,
  trajectory: number,
  time: number,
): Promise<Record<string, number[]>> {
  const values = toFloat64(await data.states.read([{ trajectory, time }]));
  const size = values.length / data.channels.length;
  return Object.fromEntries(
    data.channels.map(({ name }, c) => [name, [...values.subarray(c * size, (c + 1) * size)]]),
  );
}

describe("the collection’s sample", () => {
  test("is read without its tensor, and says how it is taken", async () => {
    await reading(sample, {}, (data) => {
      expect(fieldsOf(data)).toBe("scalar:buoyancy,scalar:pressure,vector:velocity");
      expect(data.notices).toEqual([
        "Left out, the same at all times: bathymetry.",
        "Left out, tensors of order 2: strain.",
        "To take what is left out, let --input be buoyancy,pressure,velocity,strain,bathymetry, or some of these.",
      ]);
    });
  });

  test.each([
    ["buoyancy,velocity,strain", "scalar:buoyancy,vector:velocity,tensor:strain"],
    ["strain, velocity", "tensor:strain,vector:velocity"],
    ["t2_fields/strain", "tensor:strain"],
    ["bathymetry,t2_fields/strain", "scalar:bathymetry,tensor:strain"],
    ["velocity", "vector:velocity"],
  ])("with input %s has the fields %s, each with its own values", async (input, fields) => {
    const whole = "buoyancy,pressure,velocity,strain,bathymetry";
    const all = await reading(sample, { input: whole }, (data) => channelsAt(data, 1, 2));
    await reading(sample, { input }, async (data) => {
      expect(fieldsOf(data)).toBe(fields);
      expect(data.notices.join(" ")).not.toContain("Left out");
      expect(data).toMatchObject({ boundary: "x periodic, y wall", sampleCount: 6 });
      const read = await channelsAt(data, 1, 2);
      for (const [name, values] of Object.entries(read)) expect(values, name).toEqual(all[name]);
    });
  });

  test("holds the tensor’s rows as the file does, and a static field at every time alike", async () => {
    const input = "strain,bathymetry";
    const [first, last] = await reading(sample, { input }, async (data) => [
      await channelsAt(data, 0, 0),
      await channelsAt(data, 1, 3),
    ]);
    expect(Object.keys(first)).toEqual([
      "strain.xx",
      "strain.xy",
      "strain.yx",
      "strain.yy",
      "bathymetry",
    ]);
    expect(last["bathymetry"]).toEqual(first["bathymetry"]);
    // It varies along x, of 12 points, and is the same on all 8 rows.
    const row = first["bathymetry"]!.slice(0, 12);
    expect(first["bathymetry"]).toEqual(Array.from({ length: 8 }, () => row).flat());
    const stored = await reading(sample, {}, async ({ arrays }) =>
      arrays.find(({ name }) => name === "t2_fields/strain")!.read(),
    );
    // [trajectory, time, x, y, i, j] at [1, 3, 7, 5].
    const at = (((1 * 4 + 3) * 12 + 7) * 8 + 5) * 4;
    const matrix = ["xx", "xy", "yx", "yy"].map((name) => last[`strain.${name}`]![5 * 12 + 7]);
    expect(matrix).toEqual([...stored.subarray(at, at + 4)]);
    expect(new Set(matrix).size).toBeGreaterThan(2);
  });

  test("has a tensor as target where it is named", async () => {
    await reading(sample, { input: "velocity", target: "strain" }, async (data) => {
      expect(data.targets).toBe("stored");
      expect([fieldsOf(data), showFieldSpec(data.outputFields!)]).toEqual([
        "vector:velocity",
        "tensor:strain",
      ]);
      expect((await data.read([5])).target!.shape).toEqual([1, 4, 8, 12]);
    });
  });

  test("tells which arrays there are where one is none", async () => {
    const unknown = reading(sample, { input: "velocity,stress" }, fieldsOf);
    await expect(unknown).rejects.toMatchObject({
      message: expect.stringContaining('no array "stress"') as string,
      todo: expect.stringContaining("t2_fields/strain") as string,
    });
  });
});

describe("which fields are read where nobody names them", () => {
  /** @param fields names like t2_fields/S; those with a * are the same at all times */
  async function made(fields: readonly string[], own?: string): Promise<string> {
    const path = join(folder, `${fields.join("+").replaceAll("/", "-").replaceAll("*", "_")}${own === undefined ? "" : "-own"}.h5`); // prettier-ignore
    const file = await Hdf5Writer.open(path);
    for (const group of ["t0_fields", "t1_fields", "t2_fields"]) file.group(group);
    file.attribute("/", "n_spatial_dims", 2n);
    if (own !== undefined) file.attribute("/", OWN_FIELDS, own);
    for (const field of fields) {
      const name = field.replace("*", "");
      const moving = name === field;
      const shape = [1, ...(moving ? [3] : []), 4, 4, ...Array.from({ length: Number(name[1]) }, () => 2)]; // prettier-ignore
      const size = shape.reduce((product, n) => product * n, 1);
      file.array(
        name,
        Float64Array.from({ length: size }, (_, i) => Math.sin(i)),
        shape,
      );
      file.attribute(name, "time_varying", moving);
    }
    await file.finish();
    return path;
  }

  test.each([
    [["t2_fields/S"], "tensor:S"],
    [["t0_fields/a*", "t2_fields/S"], "tensor:S"],
    [["t1_fields/v", "t2_fields/S"], "vector:v"],
    [["t0_fields/a*", "t2_fields/S*"], "scalar:a"],
    [["t2_fields/S*"], "tensor:S"],
  ])("of %j they are %s", async (fields, expected) => {
    expect(await reading(await made(fields), {}, fieldsOf)).toBe(expected);
  });

  test("those that our own words name are read, and keep their kinds where some are named", async () => {
    const path = await made(["t0_fields/w", "t2_fields/S"], "pseudoscalar:w,tensor:S");
    expect(await reading(path, {}, fieldsOf)).toBe("pseudoscalar:w,tensor:S");
    expect(await reading(path, { input: "S,w" }, fieldsOf)).toBe("tensor:S,pseudoscalar:w");
  });

  test("names that several arrays have are shown and taken with their groups", async () => {
    const path = await made(["t1_fields/v", "t1_fields/S", "t2_fields/S"]);
    const [notice] = await reading(path, {}, ({ notices }) =>
      notices.filter((one) => one.includes("--input")),
    );
    expect(notice).toContain("--input be t1_fields/S,v,t2_fields/S");
    await expect(reading(path, { input: "S" }, fieldsOf)).rejects.toThrow('no array "S"');
    const fields = await reading(path, { input: "t2_fields/S,v" }, fieldsOf);
    expect(fields).toBe("tensor:t2_fields_S,vector:v");
  });
});
