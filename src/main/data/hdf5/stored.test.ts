import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../../shared/errors";
import { sizeOf, stridesOf, toFloat64 } from "../../../shared/tensor";
import type { Box } from "../box";
import { fletcher32 } from "../compression/fletcher32";
import { openArrayFile } from "../open";
import { unfiltered } from "./filters";
import { hdf5 } from "./library";

const samples = "src/main/data/testing/samples";
const shape = [3, 72, 64];
/** What the samples hold. */
const steps = Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / 700));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hdf5-stored-"));
});
afterAll(() => rm(folder, { recursive: true }));

const boxes: fc.Arbitrary<Box[]> = fc.array(
  fc
    .tuple(...shape.map((extent) => fc.tuple(fc.nat(extent - 1), fc.nat(extent - 1))))
    .map((ends) => ({
      start: ends.map(([a, b]) => Math.min(a, b)),
      count: ends.map(([a, b]) => Math.abs(a - b) + 1),
    })),
  { minLength: 1, maxLength: 3 },
);

function partOf(values: Float64Array, { start, count }: Box): number[] {
  const [strides, inner] = [stridesOf(shape), stridesOf(count)];
  return Array.from({ length: sizeOf(count) }, (_, i) => {
    const index = inner.map((stride, axis) => Math.floor(i / stride) % count[axis]!);
    return values[index.reduce((at, k, axis) => at + (start[axis]! + k) * strides[axis]!, 0)]!;
  });
}

/** Any boxes of an array hold what those of the whole do. */
async function sameInBoxes(path: string, name: string, values: Float64Array): Promise<void> {
  const file = await openArrayFile(path);
  try {
    const array = file.arrays.get(name)!;
    expect(toFloat64({ data: await array.read() })).toEqual(values);
    const property = fc.asyncProperty(boxes, async (some) => {
      const read = toFloat64({ data: await array.readBoxes(some) });
      expect([...read]).toEqual(some.flatMap((box) => partOf(values, box)));
    });
    await fc.assert(property, { numRuns: 15 });
  } finally {
    await file.close();
  }
}

describe.each(["earliest", "v108"])("chunks past the library, headers as %s", (libver) => {
  const path = join(samples, `large_${libver}.h5`);

  test.each(["gzip", "shuffled", "checksum", "wide", "narrow"])(
    "%s are the same in boxes",
    (name) => sameInBoxes(path, name, steps),
  );

  test("that were never written are the fill value", () =>
    openArrayFile(path).then(async (file) => {
      const data = await file.arrays.get("sparse")!.read();
      expect(new Set(data as Float32Array)).toEqual(new Set([7.5]));
      await file.close();
    }));

  test("with changed bytes are read or refused in a sentence", async () => {
    const bytes = await readFile(path);
    const changed = join(folder, `${libver}.h5`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changes) copy[at] = value;
          await writeFile(changed, copy);
          try {
            const file = await openArrayFile(changed);
            for (const array of file.arrays.values()) await array.read().catch(sentence);
            await file.close();
          } catch (error) {
            sentence(error);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

test("a file that stops the library inside its code keeps no other from being opened", async () => {
  const path = join(samples, "large_earliest.h5");
  const before = await openArrayFile(path);
  const library = await hdf5();
  // As its own code does where damage leads it astray.
  library.look(new WebAssembly.RuntimeError("memory access out of bounds"));
  expect(library.hasStopped).toBe(true);
  expect(() => library.calls.get_names(0n, "/", false)).toThrow(UserError);
  // What was open can still be closed, and opened again.
  await before.close();
  await sameInBoxes(path, "gzip", steps);
});

function sentence(error: unknown): void {
  expect(error).toBeInstanceOf(UserError);
}

test("a changed byte of a chunk with a checksum is found, and a skipped filter left out", async () => {
  const pipeline = [{ id: 3, name: "fletcher32", cd_values: [] }];
  const content = Uint8Array.from({ length: 64 }, (_, i) => i);
  const stored = new Uint8Array(68);
  stored.set(content);
  new DataView(stored.buffer).setUint32(64, fletcher32(content), true);
  expect(await unfiltered(stored, pipeline, 0, 64)).toEqual(content);
  expect(await unfiltered(content, pipeline, 1, 64)).toEqual(content);
  stored[10]! ^= 4;
  await expect(unfiltered(stored, pipeline, 0, 64)).rejects.toThrow("wrong sum");
});

test.each([
  ["in one piece", undefined],
  ["in chunks of long runs", [1, 72, 64]],
  ["in chunks that stick out", [2, 50, 60]],
] as const)("what is not packed, %s, is the same in boxes", async (_, chunks) => {
  const library = await hdf5();
  const file = new library.File("/plain.h5", "w");
  file.create_dataset({
    name: "u",
    data: Float64Array.from(steps, (value) => value + 0.25),
    shape,
    dtype: "<d",
    ...(chunks === undefined ? {} : { chunks: [...chunks] }),
  });
  file.close();
  const system = library.calls.FS as unknown as { readFile(path: string): Uint8Array };
  const path = join(folder, "plain.h5");
  await writeFile(path, system.readFile("/plain.h5"));
  await sameInBoxes(
    path,
    "u",
    Float64Array.from(steps, (value) => value + 0.25),
  );
});
