import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { zstdHere } from "./zstd";

interface Sample {
  readonly name: string;
  readonly level: number;
  readonly content: string;
  readonly frame: string;
}

const samples = JSON.parse(
  await readFile("src/main/data/testing/samples/zstd.json", "utf8"),
) as Sample[];

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));

test.each(samples)("$name at level $level unpacks", ({ content, frame }) => {
  const expected = bytesOf(content);
  expect(Buffer.compare(zstdHere(bytesOf(frame), expected.length), expected)).toBe(0);
});

test("frames follow each other, and one to be skipped is skipped", () => {
  const skipped = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
  const { frame, content } = samples[0]!;
  const twice = Buffer.concat([bytesOf(frame), skipped, bytesOf(frame)]);
  const one = bytesOf(content);
  const both = zstdHere(new Uint8Array(twice), 2 * one.length);
  expect(Buffer.compare(both, Buffer.concat([one, one]))).toBe(0);
});

describe("damaged frames", () => {
  test("that hold more than belongs are refused before it is taken", () => {
    const zeros = samples.find(({ name }) => name === "zeros")!;
    expect(() => zstdHere(bytesOf(zeros.frame), 4999)).toThrow("more than belongs");
  });

  test("with changed or missing bytes unpack within the limit or are refused", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.nat(30),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        ({ frame }, cut, changes) => {
          const all = bytesOf(frame);
          const part = all.slice(0, Math.max(1, all.length - cut));
          for (const [at, value] of changes) part[at % part.length] = value;
          try {
            expect(zstdHere(part, 5000).length).toBeLessThanOrEqual(5000);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
