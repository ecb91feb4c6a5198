import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  rename,
  rm,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeNpz } from "./npz";
import { openArrayFile } from "./open";
import type { ArrayFile } from "./arrayFile";
import { changed } from "./arraySource";
import { unpacked } from "./packed";
import { stateOfFile, watched } from "./watched";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "watched-"));
});
afterEach(() => rm(folder, { recursive: true }));

const samples = "src/main/data/testing/samples";

async function npz(path: string): Promise<void> {
  const data = Float32Array.from({ length: 24 }, (_, i) => i);
  await writeNpz(path, { u: { dtype: "float32", shape: [2, 3, 4], data } }, { deflated: false });
}

async function zarr(path: string): Promise<void> {
  await mkdir(path);
  const about = { zarr_format: 2, shape: [4], chunks: [2], dtype: "<f4", compressor: null, filters: null, fill_value: 0, order: "C" }; // prettier-ignore
  await writeFile(join(path, ".zarray"), JSON.stringify(about));
  for (const chunk of ["0", "1"]) await writeFile(join(path, chunk), new Float32Array([1, 2]));
}

const kinds: readonly (readonly [string, string, (path: string) => Promise<void>])[] = [
  ["a.npz", "u", npz],
  ["a.h5", "gzip", (path) => copyFile(join(samples, "filters.h5"), path)],
  ["a.nc", "vx", (path) => copyFile(join(samples, "classic.nc"), path)],
  ["a.zarr", "", zarr],
];

describe.each(kinds)("%s while it is open", (name, array, write) => {
  let path = "";
  let file: ArrayFile;
  const read = () => file.arrays.get(array)!.read();
  beforeEach(async () => {
    path = join(folder, name);
    await write(path);
    file = await openArrayFile(path);
    await read();
  });
  afterEach(() => file.close());

  test("is read as long as it stays as it was", async () => {
    expect((await read()).length).toBeGreaterThan(0);
  });

  test("is not read on once it was deleted, and is again once it is back", async () => {
    const aside = join(folder, "aside");
    await rename(path, aside);
    await expect(read()).rejects.toMatchObject({
      code: "file/gone",
      message: `${path} was deleted or moved while it was open.`,
    });
    await rename(aside, path);
    expect((await read()).length).toBeGreaterThan(0);
  });

  test("is not read on once another stands in its place", async () => {
    await rename(path, join(folder, "aside"));
    await write(path);
    await expect(read()).rejects.toMatchObject({
      code: "file/changed",
      message: `${path} has changed since it was opened.`,
    });
    await file.close();
    file = await openArrayFile(path);
    expect((await read()).length).toBeGreaterThan(0);
  });

  test("is not read on once it was written to", async () => {
    if (name.endsWith(".zarr")) await appendFile(join(path, ".zarray"), "\n");
    else await appendFile(path, "more");
    await expect(read()).rejects.toMatchObject({ code: "file/changed" });
  });
});

test("values written in place are noticed by the time of the change", async () => {
  const path = join(folder, "a.npz");
  await npz(path);
  const file = await openArrayFile(path);
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  await expect(file.arrays.get("u")!.read()).rejects.toMatchObject({ code: "file/changed" });
  await file.close();
});

test("what an array looks up when asked is not looked up by opening", async () => {
  const path = join(folder, "a.npz");
  await npz(path);
  const file = await openArrayFile(path);
  let asked = 0;
  const slow = changed(file.arrays.get("u")!, {
    get dimensions() {
      asked += 1;
      return ["z", "y", "x"];
    },
  });
  const arrays = new Map([["u", slow]]);
  const seen = unpacked(watched({ ...file, arrays }, path, stateOfFile(path)));
  expect(asked).toBe(0);
  expect(seen.arrays.get("u")!.dimensions).toEqual(["z", "y", "x"]);
  await file.close();
});
