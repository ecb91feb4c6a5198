import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openArrays, writeNpz } from "./npz";
import { NpzStream } from "./npzStream";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "npz-stream-"));
});
afterEach(() => rm(folder, { recursive: true }));

const values = Float64Array.from({ length: 24 }, (_, i) => Math.sin(i));
const time = { dtype: "float64", shape: [2], data: Float64Array.of(0, 0.5) } as const;

test("has the bytes of an archive that was written at once", async () => {
  const [grown, whole] = [join(folder, "grown.npz"), join(folder, "whole.npz")];
  const stream = await NpzStream.open(grown, { states: [2, 3, 4] });
  for (let i = 0; i < 24; i += 8) await stream.append("states", values.subarray(i, i + 8));
  await stream.finish({ time }, { fields: "scalar:u" });
  const states = { dtype: "float64", shape: [2, 3, 4], data: values } as const;
  await writeNpz(whole, { states, time }, { deflated: false, fields: "scalar:u" });
  expect((await readFile(grown)).equals(await readFile(whole))).toBe(true);
  expect((await readdir(folder)).sort()).toEqual(["grown.npz", "whole.npz"]);
});

test("its arrays grow by turns", async () => {
  const path = join(folder, "two.npz");
  const stream = await NpzStream.open(path, { q: [12], p: [12] });
  await stream.append("q", values.subarray(0, 12));
  await stream.append("p", values.subarray(12));
  await stream.finish({}, { fields: "vector:q,vector:p" });
  const file = await openArrays(path);
  expect([...(await file.arrays.get("p")!.read())]).toEqual([...values.subarray(12)]);
  await file.close();
});

test("one that is given up, or lacks elements, leaves nothing behind", async () => {
  const path = join(folder, "gone.npz");
  const stream = await NpzStream.open(path, { states: [24] });
  await stream.append("states", values);
  await stream.discard();
  const short = await NpzStream.open(path, { states: [24] });
  await expect(short.finish({}, { fields: "scalar:u" })).rejects.toThrow("has 0 bytes of 192");
  expect(await readdir(folder)).toEqual([]);
});

test("a folder that is not there is said at once", async () => {
  await expect(NpzStream.open(join(folder, "no", "x.npz"), { u: [1] })).rejects.toThrow("no");
  expect(await readdir(folder)).toEqual([]);
});
