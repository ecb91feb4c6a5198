import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fromFloat64 } from "../../shared/tensor";
import { openData } from "./dataset";
import { encodeNpy } from "./npy";
import { encodeNpyText, textIn } from "./npyText";
import { zipArchive } from "./zipWriter";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "texts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An archive of states and those entries beside them. */
async function archive(entries: Readonly<Record<string, readonly Uint8Array[]>>): Promise<string> {
  const path = join(folder, "some.npz");
  const states = encodeNpy(fromFloat64("float32", [2, 3, 1, 4, 4], new Float64Array(96)));
  const contents = Object.entries({ "states.npy": states, ...entries });
  const pieces: Uint8Array[] = [];
  for await (const piece of zipArchive(
    contents.map(([name, parts]) => ({ name, parts })),
    { deflated: true },
  )) {
    pieces.push(piece);
  }
  await writeFile(path, Buffer.concat(pieces));
  return path;
}

test("a text that is written is read back, whatever letters it has", () => {
  // NumPy itself keeps no zeros at the end of a text.
  const text = fc.string({ unit: "grapheme" }).filter((one) => !one.endsWith("\0"));
  fc.assert(
    fc.property(text, (one) => {
      expect(textIn(Buffer.concat(encodeNpyText(one)))).toBe(one);
    }),
  );
});

test("numbers are no text, and several texts say nothing", () => {
  expect(textIn(Buffer.concat(encodeNpy(fromFloat64("float64", [1], [1]))))).toBeUndefined();
  expect(textIn(Buffer.from("fields"))).toBeUndefined();
  const one = Buffer.concat(encodeNpyText("ab"));
  const two = Buffer.from(one.toString("latin1").replace("(), }   ", "(2,), }"), "latin1");
  expect(textIn(two)).toBeNull();
  expect(textIn(one.subarray(0, one.length - 1))).toBeNull();
});

test("bytes of text, as NumPy's S has them, are read too", () => {
  const header = Buffer.concat(encodeNpyText("")).toString("latin1").replace("'<U0'", "'|S8'");
  expect(textIn(Buffer.concat([Buffer.from(header, "latin1"), Buffer.from("open\0\0\0\0")]))).toBe(
    "open",
  );
});

test("an archive says its fields and boundary, and other texts are passed over", async () => {
  const data = await openData(
    await archive({
      "fields.npy": encodeNpyText("density:rho"),
      "boundary.npy": encodeNpyText("open"),
      "author.npy": encodeNpyText("Ada"),
    }),
  );
  expect(data).toMatchObject({
    fields: [{ kind: "density", name: "rho", channels: [0] }],
    boundary: "open",
    notices: ["author holds text and is passed over."],
  });
  await data.close();
});

test("a boundary that nobody understands is as good as none", async () => {
  const data = await openData(await archive({ "boundary.npy": encodeNpyText("Dirichlet 0") }));
  expect(data).toMatchObject({ boundary: undefined, assumedBoundary: "periodic" });
  await data.close();
});
