import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RUN_FORMAT, type RunRecord } from "../../shared/run";
import type { Tensor } from "../../shared/tensor";
import { readNpz } from "../data/npz";
import { assertWritable, readRun, writeRun } from "./runFolder";

const file = { path: "/a", size: 1, modified: 0, sha256: null };
const record: RunRecord = {
  format: RUN_FORMAT,
  id: "run",
  analysis: "coherence",
  started: "2026-01-01T00:00:00.000Z",
  seconds: 1,
  parameters: {},
  model: { ...file, weights: null, parameters: 1 },
  data: { ...file, fields: "", samplesSha256: "", samples: [] },
  device: "cpu",
  executor: "reference",
  versions: {},
  notices: [],
  summary: { cosine: NaN, ratio: Infinity, nested: [{ value: -Infinity }] },
  arrays: {},
};
const arrays: Record<string, Tensor> = {
  a: { dtype: "float64", shape: [2], data: new Float64Array([1, NaN]) },
};

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "run-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe("a run's folder", () => {
  test("reads back as written, but that NaN and infinities of the record are null", async () => {
    const folder = join(home, "deep", "run");
    await writeRun(folder, record, arrays);
    const summary = { cosine: null, ratio: null, nested: [{ value: null }] };
    expect(await readRun(folder)).toEqual({ ...record, summary });
    expect((await readNpz(join(folder, "arrays.npz"))).get("a")!.data).toEqual(arrays["a"]!.data);
    expect(await readdir(join(home, "deep"))).toEqual(["run"]);
  });

  test("takes the place of a former run and leaves other files alone", async () => {
    const folder = join(home, "run");
    await writeRun(folder, record, arrays);
    await writeFile(join(folder, "notes.txt"), "mine");
    await writeRun(folder, { ...record, id: "second" }, arrays);
    expect((await readRun(folder)).id).toBe("second");
    expect((await readdir(folder)).sort()).toEqual(["arrays.npz", "notes.txt", "run.json"]);
  });

  test("is not there at all where writing fails", async () => {
    // A folder in the way of the file: as a full disk, it lets the first file be written and not the second.
    const folder = join(home, "run");
    await mkdir(join(folder, "arrays.npz", "in the way"), { recursive: true });
    await expect(writeRun(folder, record, arrays)).rejects.toMatchObject({ name: "UserError" });
    expect(await readdir(folder)).toEqual(["arrays.npz"]);
    await expect(readRun(folder)).rejects.toMatchObject({ code: "run/missing" });
  });

  test.skipIf(process.platform !== "linux")("ends where no folder can be made", async () => {
    const folder = "/proc/noetherscope/run";
    await expect(writeRun(folder, record, arrays)).rejects.toMatchObject({
      message: expect.stringContaining(`Cannot write ${folder}:`),
    });
  });

  test("below a file is refused before the work", async () => {
    await writeFile(join(home, "file"), "");
    await expect(assertWritable(join(home, "file", "run"))).rejects.toMatchObject({
      code: "file/enotdir",
    });
    await assertWritable(join(home, "none", "run"));
    expect(await readdir(home)).toEqual(["file"]);
  });

  test.each([
    ["", "run/damaged"],
    ["{}", "run/damaged"],
    ['{"format": 99}', "run/newer"],
  ])("that holds %j is refused and left as it is", async (text, code) => {
    await writeFile(join(home, "run.json"), text);
    await expect(readRun(home)).rejects.toMatchObject({ code, where: join(home, "run.json") });
    expect(await readFile(join(home, "run.json"), "utf8")).toBe(text);
  });
});
