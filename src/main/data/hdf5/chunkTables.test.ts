import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../../shared/errors";
import { toFloat64 } from "../../../shared/tensor";
import { openArrayFile } from "../open";
import { lookup3 } from "./checksum";

const path = "src/main/data/testing/samples/newest.h5";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chunk-tables-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function valuesOf(name: string): Promise<number[]> {
  const file = await openArrayFile(path);
  const values = toFloat64({ data: await file.arrays.get(name)!.read() });
  await file.close();
  return [...values];
}

test("the checksum is that of the published examples", () => {
  // Those of lookup3.c with the seed 0.
  expect(lookup3(Buffer.from(""))).toBe(0xdeadbeef);
  expect(lookup3(Buffer.from("Four score and seven years ago"))).toBe(0x17770551);
});

describe("packed chunks under the newest indices", () => {
  test.each(["single", "fixed", "extensible", "tree", "checksum"])(
    "%s hold what was written",
    async (name) => {
      expect(await valuesOf(name)).toEqual(Array.from({ length: 240 }, (_, i) => i));
    },
  );

  test.each([
    ["pages of a fixed array", "many/fixed", 1200],
    ["blocks of blocks of an extensible one", "many/extensible", 1200],
    ["branches of a tree", "many/tree", 300],
  ])("are found in %s", async (_, name, count) => {
    expect(await valuesOf(name)).toEqual(Array.from({ length: count }, (_, i) => i % 251));
  });

  test("that were never written are the fill value, and it is told how many they are", async () => {
    const expected = new Array<number>(1200).fill(7);
    [expected[3], expected[1100]] = [3, 11];
    expect(await valuesOf("some")).toEqual(expected);
    const file = await openArrayFile(path);
    expect(await file.arrays.get("some")!.unwritten?.()).toBe(
      "1198 of 1200 chunks of some were never written and are read as its fill value.",
    );
    expect(await file.arrays.get("many/tree")!.unwritten?.()).toBeUndefined();
    await file.close();
  });
});

test("changed bytes are read or refused in a sentence", async () => {
  const bytes = await readFile(path);
  const changed = join(folder, "changed.h5");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      async (changes) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changes) copy[at] = value;
        await writeFile(changed, copy);
        try {
          const file = await openArrayFile(changed);
          for (const array of file.arrays.values()) await array.read();
          await file.close();
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      },
    ),
    { numRuns: 40 },
  );
});
