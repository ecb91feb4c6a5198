import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { colourMaps } from "../../shared/charts/colormaps";
import { fieldPixels, gridPointAt } from "./fieldPixels";

const { viridis } = colourMaps;
const scale = { min: 0, max: 1 };

describe("pixels of a field", () => {
  test("have the lowest row at the bottom of the picture", () => {
    // y = 0 is dark (0), y = 1 is bright (1).
    const pixels = fieldPixels([0, 0, 1, 1], 2, 2, viridis, scale);
    expect([...pixels.slice(0, 4)]).toEqual([0xfd, 0xe7, 0x25, 255]);
    expect([...pixels.slice(-4)]).toEqual([0x44, 0x01, 0x54, 255]);
  });

  test("are opaque, and clamped beyond the scale", () => {
    const pixels = fieldPixels([-5, 7], 2, 1, viridis, scale);
    expect([...pixels]).toEqual([0x44, 0x01, 0x54, 255, 0xfd, 0xe7, 0x25, 255]);
  });

  test("of a constant field have the colour of the map's middle", () => {
    const middle = fieldPixels([0.5], 1, 1, viridis, scale);
    const [below, same, above] = [2.9, 3, 3.1].map((value) =>
      fieldPixels([value], 1, 1, viridis, { min: 3, max: 3 }),
    );
    expect(same).toEqual(middle);
    expect([below, above]).toEqual(
      [-5, 7].map((value) => fieldPixels([value], 1, 1, viridis, scale)),
    );
  });

  test("show what is not a number in grey", () => {
    expect([...fieldPixels([NaN], 1, 1, viridis, scale)]).toEqual([128, 128, 128, 255]);
  });
});

test("the grid point under the middle of a pixel is the one that drew it", () => {
  const size = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(size, size, fc.nat(), fc.nat(), (width, height, a, b) => {
      const [column, row] = [a % width, b % height];
      const across = (column + 0.5) / width;
      const down = (height - 1 - row + 0.5) / height;
      expect(gridPointAt(across, down, width, height)).toEqual({ column, row });
    }),
  );
});
