import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataOptions } from "../../shared/contract";
import { readDataPreset, showDataPreset } from "../../shared/dataPreset";
import { writeStates } from "./convert";
import { openData, type DataSet } from "./dataset";
import { describeData } from "./describe";
import { writeNpz } from "./npz";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "precedence-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Says {
  readonly boundary?: string;
  readonly dt?: number;
  readonly cell?: number;
}

let files = 0;
/** A file that says so much of itself. */
async function file({ boundary, dt, cell }: Says): Promise<string> {
  const path = join(folder, `${files++}.npz`);
  const line = (...values: number[]) => ({
    dtype: "float64" as const,
    shape: [values.length],
    data: Float64Array.from(values),
  });
  const cells = cell === undefined ? {} : { x: line(...[0, 1, 2, 3].map((i) => i * cell)), y: line(...[0, 1, 2, 3].map((i) => i * cell)) }; // prettier-ignore
  const data = Float64Array.from({ length: 96 }, (_, i) => Math.sin(i));
  await writeNpz(path, {
    states: { dtype: "float64", shape: [2, 3, 1, 4, 4], data },
    ...cells,
    ...(dt === undefined ? {} : { dt: line(dt) }),
  });
  if (boundary === undefined) return path;
  const plain = await openData(path, { boundary });
  const out = join(folder, `${files++}.npz`);
  await writeStates(plain, out, "npz", {
    trajectories: [0, 2],
    times: [0, 3],
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  await plain.close();
  return out;
}

async function known(path: string, options: DataOptions): Promise<Says & { notices: string }> {
  const data: DataSet = await openData(path, options);
  const { boundary, dt, spacing, notices } = data;
  await data.close();
  return {
    ...(boundary === undefined ? {} : { boundary }),
    ...(dt === undefined ? {} : { dt }),
    ...(spacing === null ? {} : { cell: spacing[0]! }),
    notices: notices.join(" "),
  };
}

/** The preset that is saved from a file read with these. */
async function preset(path: string, options: DataOptions): Promise<DataOptions> {
  const data = await openData(path, options);
  const text = showDataPreset(await describeData(data), options);
  await data.close();
  return readDataPreset(text, "p.json");
}

const says: Says = { boundary: "periodic", dt: 0.5, cell: 0.25 };
const stated: DataOptions = { boundary: "open", dt: 2, length: [4, 4] };

test("a preset keeps nothing of what its file says", async () => {
  const read = await preset(await file(says), { fields: "scalar:p" });
  expect(await known(await file({}), read)).toEqual({ notices: "" });
  const other = { boundary: "open", dt: 0.125, cell: 1 };
  expect(await known(await file(other), read)).toEqual({ ...other, notices: "" });
});

describe("what was stated of one file, applied to another", () => {
  test("counts where that says nothing", async () => {
    const read = await preset(await file({}), stated);
    expect(await known(await file({}), read)).toEqual({
      boundary: "open",
      dt: 2,
      cell: 1,
      notices: "",
    });
  });

  test("is overruled by what that says, all three, and each is told with the remedy", async () => {
    const read = await preset(await file({}), stated);
    const { notices, ...counts } = await known(await file(says), read);
    expect(counts).toEqual(says);
    for (const [what, own, other, option] of [
      ["boundary", "periodic", "open", "--boundary"],
      ["time step", "0.5", "2", "--dt"],
      ["box", "1 × 1", "4 × 4", "--length"],
    ]) {
      expect(notices).toContain(
        `The ${what} is ${own}, as the file itself says; p.json says ${other}. To overrule the file, state it (${option} on the command line).`,
      );
    }
  });

  test("counts again once it is stated of that, and then it is told too", async () => {
    const read = await preset(await file({}), stated);
    const { notices, ...counts } = await known(await file(says), { ...read, ...stated });
    expect(counts).toEqual({ boundary: "open", dt: 2, cell: 1 });
    expect(notices).toContain("The boundary is open, as stated; the file itself says periodic.");
    expect(notices).toContain("The time step is 2, as stated; the file itself says 0.5.");
    expect(notices).toContain("The box is 4 × 4, as stated; the file itself says 1 × 1.");
  });

  test("is not told where both say the same", async () => {
    const read = await preset(await file({}), { boundary: "x periodic, y periodic", dt: 0.5, length: [1] }); // prettier-ignore
    expect(await known(await file(says), read)).toEqual({ ...says, notices: "" });
  });
});

test("a study that was saved with an older preset reads as one with a new one", async () => {
  const expects = { axes: ["trajectory", "time", "channel", "y", "x"], channels: 1, arrays: "states" }; // prettier-ignore
  const { notices, ...counts } = await known(await file(says), { ...stated, expects });
  expect(counts).toEqual(says);
  expect(notices).toContain(
    "The boundary is periodic, as the file itself says; The preset says open",
  );
});
