import { expect, test } from "vitest";
import {
  fileName,
  formatBytes,
  formatCount,
  formatCounted,
  formatNumber,
  formatSeconds,
  formatTimeLeft,
} from "./format";

test("numbers have up to three significant digits, a true minus and powers of ten", () => {
  expect(formatNumber(0.123456)).toBe("0.123");
  expect(formatNumber(-2)).toBe("−2");
  expect(formatNumber(1.5e-7)).toBe("1.5·10⁻⁷");
  expect(formatNumber(123456)).toBe("1.23·10⁵");
  expect(formatNumber(NaN)).toBe("–");
  expect(formatNumber(0)).toBe("0");
});

test("counts are parted by thin spaces", () => {
  expect(formatCount(1234567)).toBe("1\u2009234\u2009567");
});

test("what is counted is one thing or several", () => {
  expect([0, 1, 1200].map((count) => formatCounted(count, "sample"))).toEqual([
    "0 samples",
    "1 sample",
    "1\u2009200 samples",
  ]);
});

test("sizes and times are in the unit that people would use", () => {
  expect(formatBytes(999)).toBe("999\u2009B");
  expect(formatBytes(1234567)).toBe("1.23\u2009MB");
  expect(formatTimeLeft(240)).toBe("4\u2009min left");
  expect(formatSeconds(7800)).toBe("2\u2009h 10\u2009min");
});

test("a file's name is the last part on either kind of machine", () => {
  expect(fileName("/a/b.npz")).toBe("b.npz");
  expect(fileName("C:\\a\\b.npz")).toBe("b.npz");
});
