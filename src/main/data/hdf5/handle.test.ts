/** More HDF5 files than the library has open at once. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ArrayFile } from "../arrayFile";
import { openArrayFile } from "../open";
import { hdf5 } from "./library";

const samples = "src/main/data/testing/samples";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "handle-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("files that were opened long ago are read as before, and cost the library no memory", async () => {
  const { calls } = await hdf5();
  const files: ArrayFile[] = [];
  const values = (file: ArrayFile, name: string): Promise<unknown> =>
    file.arrays.get(name)!.read().then(Array.from);
  const first = await openArrayFile(join(samples, "unusual.h5"));
  const before = calls.HEAPU8.length;
  for (let i = 0; i < 150; i++) {
    const path = join(folder, `${i}.h5`);
    await copyFile(join(samples, "filters.h5"), path);
    files.push(await openArrayFile(path));
  }
  // Held open each would take a third of a megabyte, fifty together.
  expect(calls.HEAPU8.length - before).toBeLessThan(30 * 2 ** 20);
  expect(first.attributes("packed")).toMatchObject({ scale_factor: 0.5, add_offset: 10 });
  expect(await values(first, "packed")).toContain(10.5);
  const counting = Array.from({ length: 240 }, (_, i) => i);
  // Small chunks are read by the library, others past it.
  for (const at of [0, 149, 70, 1]) {
    expect(await values(files[at]!, "chunks")).toEqual(counting);
    expect(await values(files[at]!, "plain")).toEqual(counting);
  }
  for (const file of [first, ...files]) await file.close();
});
