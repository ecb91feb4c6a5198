import { expect, test } from "vitest";
import { darkTheme, lightTheme, printTheme, type ChartTheme } from "./theme";

/** Linear light, red, green and blue; sRGB, IEC 61966-2-1. */
function light(hex: string): number[] {
  return [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

const times = (matrix: readonly (readonly number[])[], v: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * v[i]!, 0));

/** OKLab, in which distances are about as large as they look; Ottosson 2020. */
function lab(rgb: readonly number[]): number[] {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map((one) => Math.cbrt(Math.max(0, one))),
  );
}

/** Without green and without red; Machado, Oliveira and Fernandes 2009, severity 1. */
const blind = [
  [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
];

function nearest(colours: readonly (readonly number[])[]): number {
  const places = colours.map(lab);
  return Math.min(
    ...places.flatMap((a, i) =>
      places.slice(0, i).map((b) => Math.hypot(...a.map((x, k) => x - b[k]!))),
    ),
  );
}

// Side by side, 0.02 is just seen; lines apart from each other need several times that.
test.each<[string, ChartTheme]>([
  ["light", lightTheme],
  ["dark", darkTheme],
  ["print", printTheme],
])("a dozen curves in %s have colours that look apart", (_, { series }) => {
  expect(series.length).toBeGreaterThanOrEqual(12);
  expect(nearest(series.map(light))).toBeGreaterThan(0.1);
});

test.each<[string, ChartTheme]>([
  ["light", lightTheme],
  ["dark", darkTheme],
])("the first eight in %s look apart without red or green", (_, { series }) => {
  for (const sight of blind) {
    const seen = series.slice(0, 8).map((hex) => times(sight, light(hex)));
    expect(nearest(seen.map((rgb) => rgb.map((x) => Math.min(1, Math.max(0, x)))))).toBeGreaterThan(
      0.03,
    );
  }
});

test.each<[string, ChartTheme, string]>([
  ["light", lightTheme, "#ffffff"],
  ["dark", darkTheme, darkTheme.surface],
])("colours added to the first eight in %s stand out from what lies behind", (_, theme, behind) => {
  const luminance = (hex: string): number => times([[0.2126, 0.7152, 0.0722]], light(hex))[0]!;
  for (const hex of theme.series.slice(8)) {
    const [low, high] = [luminance(hex), luminance(behind)].toSorted((a, b) => a - b);
    // Of graphical objects: WCAG 2.1, 1.4.11.
    expect((high! + 0.05) / (low! + 0.05), hex).toBeGreaterThan(3);
  }
});
