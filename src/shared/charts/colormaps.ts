/**
 * Perceptual colour maps, as control points at even distances with sRGB interpolated linearly between them: for the
 * smooth maps here that stays within a few of 255 steps of the published tables.
 *
 * viridis: van der Walt and Smith 2015 (Matplotlib). cividis: Nuñez, Anderton and Renslow 2018,
 * doi:10.1371/journal.pone.0199239. balance: ColorBrewer's RdBu (Harrower and Brewer 2003), blue below zero.
 */

export type Rgb = readonly [number, number, number];

export interface ColourMap {
  readonly id: ColourMapId;
  /** Diverging maps have their middle at zero. */
  readonly kind: "sequential" | "diverging";
  readonly stops: readonly string[];
}

export type ColourMapId = "viridis" | "cividis" | "balance";

export const colourMaps: Readonly<Record<ColourMapId, ColourMap>> = {
  viridis: {
    id: "viridis",
    kind: "sequential",
    stops: [
      "#440154",
      "#482878",
      "#3e4989",
      "#31688e",
      "#26828e",
      "#1f9e89",
      "#35b779",
      "#6dcd59",
      "#b4de2c",
      "#fde725",
    ],
  },
  cividis: {
    id: "cividis",
    kind: "sequential",
    stops: [
      "#00224e",
      "#123570",
      "#3b496c",
      "#575d6d",
      "#707173",
      "#8a8678",
      "#a59c74",
      "#c3b369",
      "#e1cc55",
      "#fee838",
    ],
  },
  balance: {
    id: "balance",
    kind: "diverging",
    stops: [
      "#053061",
      "#2166ac",
      "#4393c3",
      "#92c5de",
      "#d1e5f0",
      "#f7f7f7",
      "#fddbc7",
      "#f4a582",
      "#d6604d",
      "#b2182b",
      "#67001f",
    ],
  },
};

/** `#rrggbb` as three numbers from 0 to 255. */
function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** The colour at `t`, clamped to [0, 1]; each component from 0 to 255, not rounded. */
export function colourAt(map: ColourMap, t: number): Rgb {
  const last = map.stops.length - 1;
  const position = Math.min(1, Math.max(0, t)) * last;
  const below = Math.min(last - 1, Math.floor(position));
  const [low, high] = [parseHex(map.stops[below]!), parseHex(map.stops[below + 1]!)];
  const mix = (i: 0 | 1 | 2): number => low[i] + (position - below) * (high[i] - low[i]);
  return [mix(0), mix(1), mix(2)];
}

/** `rgb(r,g,b)` of the colour at `t`. */
export function cssColour(map: ColourMap, t: number): string {
  const [r, g, b] = colourAt(map, t).map(Math.round);
  return `rgb(${r},${g},${b})`;
}

/** 256 colours, three bytes each: what a canvas looks its pixels up in. */
export function lookUpTable(map: ColourMap): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) table.set(colourAt(map, i / 255), i * 3);
  return table;
}

/** Values that the two ends of a colour map stand for. */
export interface ColourScale {
  readonly min: number;
  readonly max: number;
}

/**
 * The scale that shows all of some values: symmetric about zero for a diverging map, else from least to greatest.
 * NaN is ignored; without any value it is [0, 1], and a constant gets a width so that nothing divides by zero.
 */
export function scaleOf(map: ColourMap, values: Iterable<number>): ColourScale {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) [min, max] = [0, 1];
  if (map.kind === "diverging") {
    const reach = Math.max(Math.abs(min), Math.abs(max)) || 1;
    return { min: -reach, max: reach };
  }
  return min === max ? { min, max: min + (Math.abs(min) || 1) } : { min, max };
}

/** Where a value stands on a scale, 0 to 1 within it. */
export function normalised(scale: ColourScale, value: number): number {
  return (value - scale.min) / (scale.max - scale.min);
}
