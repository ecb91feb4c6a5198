import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openData, type Samples } from "./dataset";
import { LookedAt } from "./looked";
import { writeNpz } from "./npz";

/** Samples of a megabyte each: a batch of them is read in several parts. */
const [COUNT, SIDE] = [11, 512];
const SIZE = SIDE * SIDE;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parts-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** [time, y, x]: the number of its state at its corner and its end, zero else. */
async function numbered(name: string, bad?: number): Promise<string> {
  const data = new Float32Array(COUNT * SIZE);
  for (let i = 0; i < COUNT; i++) data[i * SIZE] = data[(i + 1) * SIZE - 1] = i;
  if (bad !== undefined) data[bad * SIZE + SIDE + 3] = NaN;
  const path = join(folder, name);
  await writeNpz(path, { u: { dtype: "float32", shape: [1, COUNT, SIDE, SIDE], data } });
  return path;
}

const cornersOf = ({ input, target }: Samples): number[][] =>
  [input, target!].map(
    ({ data }) =>
    Array.from({ length: data.length / SIZE }, (_, i) => Number(data[i * SIZE]) + Number(data[(i + 1) * SIZE - 1]) / 100), // prettier-ignore
  );

describe("many states in parts", () => {
  test("are those read one by one, into new memory, the same again, and longer memory", async () => {
    const data = await openData(await numbered("a.npz"), { axes: "n,t,y,x" });
    const indices = [9, 0, 3, 3, 8, 1, 7, 2, 6];
    const expected = [0, 1].map((later) => indices.map((i) => (i + later) * 1.01));
    const first = await data.read(indices);
    expect(cornersOf(first)).toEqual(expected.map((all) => all.map((v) => expect.closeTo(v, 9)))); // prettier-ignore
    const again = await data.read([...indices].reverse(), first);
    expect(again.input.data.buffer).toBe(first.input.data.buffer);
    expect(cornersOf(again)[0]).toEqual(indices.map((i) => expect.closeTo(i * 1.01, 9)).reverse());
    const fewer = await data.read([4], again);
    expect(cornersOf(fewer)).toEqual([[expect.closeTo(4.04, 9)], [expect.closeTo(5.05, 9)]]);
    await data.close();
  });

  test("a number that is none is told of by the sample it is in, every time", async () => {
    const data = await openData(await numbered("b.npz", 7), { axes: "n,t,y,x" });
    await data.read([0, 1, 2, 3, 4, 5]);
    for (let k = 0; k < 2; k++) {
      await expect(data.read([0, 1, 2, 3, 4, 5, 7])).rejects.toThrow(
        /input of sample 7 \(trajectory 0, time 7, counted from 0\) is NaN at channel 0, y 1, x 3/,
      );
      await expect(data.read([0, 6])).rejects.toThrow(/target of sample 6 .* is NaN/);
    }
    await data.close();
  });
});

test("what was looked at is remembered for each sample alone", () => {
  const looked = new LookedAt(20);
  expect(looked.hasAll([3])).toBe(false);
  looked.add([3, 8, 19]);
  expect(looked.hasAll([19, 3])).toBe(true);
  expect(looked.hasAll([3, 4])).toBe(false);
  expect([0, 1, 2, 11, 16, 18].some((i) => looked.hasAll([i]))).toBe(false);
});
