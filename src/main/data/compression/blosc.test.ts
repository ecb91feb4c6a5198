import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../shared/errors";
import { blosc } from "./blosc";

interface Sample {
  readonly compressor: string;
  readonly shuffle: number;
  readonly content: string;
}

const samples = JSON.parse(
  await readFile("src/main/data/testing/samples/blosc.json", "utf8"),
) as Sample[];

/** What they all hold: see make.py. */
const wave = Int32Array.from({ length: 600 }, (_, i) => Math.floor(i / 7));
const bytes = new Uint8Array(wave.buffer);

test.each(
  samples.map(({ compressor, shuffle, content }, i) => ({ i, compressor, shuffle, content })),
)("Blosc’s $compressor with shuffle $shuffle unpacks (sample $i)", ({ content }) => {
  expect(Buffer.compare(blosc(Buffer.from(content, "base64"), bytes.length), bytes)).toBe(0);
});

test("A block whose elements are no multiple of eight has its bits where they were", () => {
  // numcodecs.Blosc("zstd", shuffle=2) of 601 numbers like the wave.
  const content =
    "AgGUBGQJAABkCQAAjwAAABQAAAB3AAAAKLUv/WBkCG0DAHQFAAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj9AQUJDREVGR0hJSktMTU5PUFFSU1RVVqgQ8AfgxxH8f0KQ8AMIMLbIulI=";
  const unpacked = blosc(Buffer.from(content, "base64"), 601 * 4);
  const values = new Int32Array(Uint8Array.from(unpacked).buffer);
  expect(values).toEqual(Int32Array.from({ length: 601 }, (_, i) => Math.floor(i / 7)));
});

describe("damaged Blosc", () => {
  test("that claims more than belongs is refused", () => {
    const content = Buffer.from(samples[0]!.content, "base64");
    expect(() => blosc(content, bytes.length - 1)).toThrow("are claimed");
  });

  test("with changed or missing bytes unpacks to its length or is refused", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        ({ content }, cut, changes) => {
          const all = Buffer.from(content, "base64");
          const part = Uint8Array.from(all.subarray(0, all.length - (cut % 20)));
          for (const [at, value] of changes) part[at % part.length] = value;
          try {
            expect(blosc(part, bytes.length).length).toBeLessThanOrEqual(bytes.length);
          } catch (error) {
            const known = error instanceof RangeError || error instanceof UserError;
            // zlib says what it finds by errors with a code.
            expect(known || (error as NodeJS.ErrnoException).code !== undefined).toBe(true);
          }
        },
      ),
    );
  });
});
