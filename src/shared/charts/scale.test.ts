import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixedScale, linearScale, logScale, showNumber } from "./scale";

const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });

describe("a logarithmic scale", () => {
  test("has a place within its ends for every value, exact zeros included", () => {
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1 }), fc.boolean(), (values, zero) => {
        const all = zero ? [0, ...values] : values;
        const scale = logScale(all);
        for (const value of all) {
          expect(scale.place(value)).toBeGreaterThanOrEqual(scale.min);
          expect(scale.place(value)).toBeLessThanOrEqual(scale.max);
        }
      }),
    );
  });

  test("keeps order and labels zero below everything", () => {
    const scale = logScale([0, 1e-3, 1]);
    expect(scale.place(0)).toBeLessThan(scale.place(1e-3));
    expect(scale.label(scale.ticks[0]!)).toBe("0");
    expect(scale.ticks.slice(1).map((tick) => scale.label(tick))).toEqual([
      "10⁻³",
      "10⁻²",
      "10⁻¹",
      "1",
    ]);
  });

  test("has no place for what is negative or not a number", () => {
    const scale = logScale([1, 10]);
    expect(scale.place(-1)).toBeNaN();
    expect(scale.place(NaN)).toBeNaN();
  });

  test("labels at least two ticks, even within one decade", () => {
    fc.assert(
      fc.property(positive, fc.double({ min: 1.001, max: 1e6, noNaN: true }), (low, factor) => {
        expect(logScale([low, low * factor]).ticks.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  test("labels an axis in decimals or in powers of ten, never in both", () => {
    const labels = (low: number, high: number): string[] => {
      const scale = logScale([low, high]);
      return scale.ticks.map((tick) => scale.label(tick));
    };
    expect(labels(5e-4, 4e-3)).toEqual(["0.0005", "0.001", "0.002", "0.003"]);
    expect(labels(0.002, 0.02)).toEqual(["0.002", "0.005", "0.01", "0.02"]);
    expect(labels(2e-7, 2e-6)).toEqual(["2·10⁻⁷", "5·10⁻⁷", "10⁻⁶", "2·10⁻⁶"]);
    fc.assert(
      fc.property(positive, fc.double({ min: 1.001, max: 1e6, noNaN: true }), (low, factor) => {
        const small = labels(low, low * factor).filter((text) => !/^[1-9](\.\d+)?$/.test(text));
        expect(new Set(small.map((text) => /[⁰¹²³⁴-⁹⁻]/.test(text))).size).toBeLessThan(2);
      }),
    );
  });

  test("of a decade or less has labels near both of its ends", () => {
    fc.assert(
      fc.property(positive, fc.double({ min: 1.3, max: 15, noNaN: true }), (low, factor) => {
        const { min, max, ticks } = logScale([low, low * factor]);
        const bare = Math.max(ticks[0]! - min, max - ticks.at(-1)!);
        expect(bare / (max - min)).toBeLessThan(0.35);
      }),
    );
  });

  test("without any positive value is still an axis", () => {
    const scale = logScale([0, 0, NaN]);
    expect(scale.max).toBeGreaterThan(scale.min);
    expect(scale.place(0)).toBeGreaterThan(scale.min);
  });
});

describe("a linear scale", () => {
  test("contains all values and two ticks or more", () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const { min, max, ticks } = linearScale(values);
        expect(min).toBeLessThan(Math.min(...values));
        expect(max).toBeGreaterThan(Math.max(...values));
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(
          ticks.every(
            (tick) => tick >= min - 1e-9 * (max - min) && tick <= max + 1e-9 * (max - min),
          ),
        ).toBe(true);
      }),
    );
  });

  test("has ticks without rounding dust", () => {
    expect(fixedScale(-1, 1).ticks).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(fixedScale(0, 0.6, 6).ticks).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
  });
});

describe("a number", () => {
  test.each([
    [0, "0"],
    [1, "1"],
    [-0.012345, "−0.0123"],
    [12345, "12300"],
    [1.2e-7, "1.2·10⁻⁷"],
    [-3e12, "−3·10¹²"],
    [NaN, "–"],
    [-Infinity, "−∞"],
  ])("%d is written %s", (value, text) => {
    expect(showNumber(value)).toBe(text);
  });
});
