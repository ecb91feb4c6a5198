import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fletcher32, verified } from "./fletcher32";
import { inflated } from "./inflate";
import { unshuffled } from "./shuffle";

describe("Fletcher’s checksum", () => {
  // Written by HDF5 1.10 behind chunks of h5py.
  test.each([
    ["an odd number of bytes", Uint8Array.from({ length: 7 }, (_, i) => i), 0x14170c09],
    ["words of all ones, whose sums are their own", new Uint8Array(6000).fill(255), 0xffffffff],
  ])("of %s is HDF5’s", (_, bytes, sum) => {
    expect(fletcher32(bytes)).toBe(sum);
  });

  test("finds a changed byte", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 2000 }),
        fc.nat(),
        fc.integer({ min: 1, max: 254 }),
        (bytes, at, change) => {
          const stored = new Uint8Array(bytes.length + 4);
          stored.set(bytes);
          new DataView(stored.buffer).setUint32(bytes.length, fletcher32(bytes), true);
          expect(verified(stored)).toEqual(bytes);
          // 0 and 255 in both bytes of a word are one to these sums: neither is made of the other here.
          const place = at % bytes.length;
          stored[place] = (stored[place]! + change) % 255;
          fc.pre(stored[place] % 255 !== bytes[place]! % 255);
          expect(() => verified(stored)).toThrow("wrong sum");
        },
      ),
    );
  });
});

test("shuffled elements of any width and number come back", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom(1, 2, 3, 4, 8, 12, 16),
      (bytes, width) => {
        const count = Math.floor(bytes.length / width);
        const shuffled = Uint8Array.from(bytes, (byte, at) =>
          at < count * width ? bytes[(at % count) * width + Math.floor(at / count)]! : byte,
        );
        expect(unshuffled(shuffled, width)).toEqual(bytes);
      },
    ),
  );
});

describe.each([1000, 300_000])("%i deflated bytes", (size) => {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * i) % 251);

  test.each([
    ["zlib", deflateSync(bytes)],
    ["gzip", gzipSync(bytes)],
  ])("of %s come back, and no more than were stated", async (_, packed) => {
    expect(Buffer.compare(await inflated(packed, size), bytes)).toBe(0);
    await expect((async () => inflated(packed, size - 1))()).rejects.toThrow();
    await expect((async () => inflated(packed.subarray(0, 50), size))()).rejects.toThrow();
  });
});
