import { crc32, inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { colourMaps, lookUpTable } from "./colormaps";
import { matrixImage } from "./matrixImage";

/** The chunks of a PNG in a data address, by name; their checksums are verified. */
function chunksOf(address: string): Map<string, Buffer> {
  const png = Buffer.from(address.slice("data:image/png;base64,".length), "base64");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.toString("latin1", 0, 4), body.subarray(4));
    at += 12 + length;
  }
  return chunks;
}

describe("a matrix as a picture", () => {
  const scale = { min: -1, max: 1 };
  // Rows from the top: −1, 0 and 1, NaN.
  const chunks = chunksOf(matrixImage([-1, 0, 1, NaN], 2, colourMaps.balance, scale));
  const side = chunks.get("IHDR")!.readUInt32BE(0);
  const lines = inflateSync(chunks.get("IDAT")!);
  const entry = (across: number, down: number): number =>
    lines[Math.floor(down * side) * (side + 1) + 1 + Math.floor(across * side)]!;

  test("has row 0 on top and every cell in its colour, what is not a number in the middle's", () => {
    expect([entry(0.2, 0.2), entry(0.7, 0.2), entry(0.2, 0.7), entry(0.7, 0.7)]).toEqual([
      0, 128, 255, 128,
    ]);
  });

  test("fills each cell to its edges", () => {
    for (const place of [0.001, 0.499]) expect(entry(place, place)).toBe(0);
    expect(entry(0.501, 0.499)).toBe(128);
  });

  test("has the colour map as its palette", () => {
    expect([...chunks.get("PLTE")!]).toEqual([...lookUpTable(colourMaps.balance)]);
  });
});
