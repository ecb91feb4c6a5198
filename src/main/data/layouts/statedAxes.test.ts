import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fromFloat64, sizeOf, type Tensor } from "../../../shared/tensor";
import { openData } from "../dataset";
import { encodeNpy } from "../npy";
import { zipArchive } from "../zipWriter";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "axes-"));
  path = join(folder, "net.example.npz");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const counted = (...shape: number[]): Tensor =>
  fromFloat64(
    "float32",
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
  );

/** x and y of that shape, with these texts beside them. */
async function write(shape: readonly number[], notes: Record<string, string>): Promise<void> {
  const arrays = ["x", "y"].map((name) => ({
    name: `${name}.npy`,
    parts: encodeNpy(counted(...shape)),
  }));
  const texts = Object.entries(notes).map(([name, text]) => ({ name, parts: [Buffer.from(text)] }));
  const pieces: Uint8Array[] = [];
  for await (const piece of zipArchive([...arrays, ...texts], { deflated: false }))
    pieces.push(piece);
  await writeFile(path, Buffer.concat(pieces));
}

test("particles that a file states are no line, however few numbers each has", async () => {
  await write([5, 3, 4], { "axes.txt": "b,p,c\n", "fields.txt": "vector:q,vector:p" });
  const data = await openData(path);
  expect(data.axes).toEqual(["trajectory", "time", "particle", "channel"]);
  expect(data.shape).toEqual([5, 1, 3, 4]);
  expect(data.grid).toBeUndefined();
  expect(data.channels.map(({ name }) => name)).toEqual(["q.x", "q.y", "p.x", "p.y"]);
  expect(data.targets).toBe("stored");
  expect(data.notices).toEqual([]);
  const { input } = await data.read([1]);
  expect([...input.data]).toEqual(Array.from({ length: 12 }, (_, i) => 12 + i));
  await data.close();
});

test("a volume that a file states is no trajectory of planes", async () => {
  await write([2, 3, 4, 4, 4], { "axes.txt": "b,c,z,y,x", "fields.txt": "vector:v" });
  const data = await openData(path);
  expect(data.axes).toEqual(["trajectory", "time", "channel", "z", "y", "x"]);
  expect(data.sampleCount).toBe(2);
  await data.close();
});

test("what the user says of the axes stands before the file's word", async () => {
  await write([5, 3, 4], { "axes.txt": "b,p,c" });
  const data = await openData(path, { axes: "b,c,x" });
  expect(data.axes).toEqual(["trajectory", "time", "channel", "x"]);
  await data.close();
});

test("letters that are no axes are refused by name", async () => {
  await write([5, 3, 4], { "axes.txt": "b,q,c" });
  await expect(openData(path)).rejects.toMatchObject({ code: "axes/syntax" });
});

test("axes of another array's rank say nothing", async () => {
  await write([5, 4], { "axes.txt": "b,p,c" });
  const data = await openData(path);
  expect(data.axes).toEqual(["trajectory", "time", "channel"]);
  await data.close();
});
