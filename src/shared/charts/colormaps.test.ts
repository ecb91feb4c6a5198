import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { colourAt, colourMaps, lookUpTable, normalised, scaleOf, type Rgb } from "./colormaps";

/** CIE 1976 lightness of an sRGB colour, 0 to 100. */
function lightness(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

const steps = Array.from({ length: 101 }, (_, i) => i / 100);

describe("colour maps", () => {
  test.each(["viridis", "cividis"] as const)("%s gets lighter all the way", (id) => {
    const light = steps.map((t) => lightness(colourAt(colourMaps[id], t)));
    // The published tables rise evenly; half a unit of lightness a step is what their own control points allow.
    for (let i = 1; i < light.length; i++) {
      expect(light[i]! - light[i - 1]!).toBeGreaterThan(0);
      expect(light[i]! - light[i - 1]!).toBeLessThan(2);
    }
  });

  test("the diverging map is lightest and colourless in the middle, and darkens alike to both sides", () => {
    const at = (t: number): number => lightness(colourAt(colourMaps.balance, t));
    expect(
      Math.max(...colourAt(colourMaps.balance, 0.5)) -
        Math.min(...colourAt(colourMaps.balance, 0.5)),
    ).toBe(0);
    for (let t = 0; t < 0.5; t += 0.01) {
      expect(at(t)).toBeLessThan(at(0.5));
      // ColorBrewer's two arms differ by up to 12 units of lightness.
      expect(Math.abs(at(t) - at(1 - t))).toBeLessThan(12);
    }
  });

  test("clamp what is beyond the scale", () => {
    expect(colourAt(colourMaps.viridis, -1)).toEqual([0x44, 0x01, 0x54]);
    expect(colourAt(colourMaps.viridis, 2)).toEqual([0xfd, 0xe7, 0x25]);
    expect([...lookUpTable(colourMaps.viridis).slice(-3)]).toEqual([0xfd, 0xe7, 0x25]);
  });
});

describe("a colour scale", () => {
  const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaN));

  test("of a diverging map has zero exactly in its middle", () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        expect(normalised(scaleOf(colourMaps.balance, values), 0)).toBe(0.5);
      }),
    );
  });

  test("holds every value between 0 and 1", () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const scale = scaleOf(colourMaps.viridis, values);
        for (const one of values.filter((v) => !Number.isNaN(v))) {
          expect(normalised(scale, one)).toBeGreaterThanOrEqual(0);
          expect(normalised(scale, one)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
