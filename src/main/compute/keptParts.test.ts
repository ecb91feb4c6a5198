import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Tensor } from "../../shared/tensor";
import { keptParts, timedParts } from "./keptParts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parts-"));
});
afterEach(() => rm(folder, { recursive: true }));

const numbers: Tensor = {
  dtype: "float64",
  shape: [2, 2],
  data: Float64Array.of(1, NaN, -0.1, 1e300),
};

test("what was kept is read to the last bit, by its own key only", async () => {
  const parts = keptParts(join(folder, "new"));
  expect(await parts.read("a")).toBeNull();
  await parts.write("a", { numbers });
  expect(await keptParts(join(folder, "new")).read("a")).toEqual({ numbers });
  expect(await parts.read("b")).toBeNull();
});

test("a damaged file is no result, and is written over", async () => {
  const parts = keptParts(folder);
  await parts.write("a", { numbers });
  const [file] = await readdir(folder);
  await truncate(join(folder, file!), 40);
  expect(await parts.read("a")).toBeNull();
  await writeFile(join(folder, file!), "not an archive");
  expect(await parts.read("a")).toBeNull();
  await parts.write("a", { numbers });
  expect(await parts.read("a")).toEqual({ numbers });
  expect(await readdir(folder)).toHaveLength(1);
});

test("parts tell how long they took, each once, from the beginning of the work on", async () => {
  const plain = keptParts(folder);
  await plain.write("old", { numbers });
  const written = timedParts(plain, performance.now() - 7000);
  await written.write("a", { numbers });
  await written.write("b", { numbers });
  const parts = timedParts(plain, performance.now());
  for (const key of ["a", "b", "a", "old"]) expect(await parts.read(key)).toEqual({ numbers });
  expect(await parts.read("none")).toBeNull();
  // Seven seconds, and what writing two small files takes.
  expect(parts.seconds()).toBeGreaterThanOrEqual(7);
  expect(parts.seconds()).toBeLessThan(9);
});
