/** A channel of a field as pixels: one a grid point, y upward (row 0 is the lowest row of the picture). */
import { type ColourMap, type ColourScale, lookUpTable } from "../../shared/charts/colormaps";

/** What is not a number is drawn in this grey, which no map has. */
const NOT_A_NUMBER = [128, 128, 128, 255] as const;

/** Of each map its 256 colours, a pixel's four bytes in one number: frames of 512 × 512 are drawn while a key is held. */
const pixelsOf = new WeakMap<ColourMap, Uint32Array>();

function pixelTable(map: ColourMap): Uint32Array {
  const known = pixelsOf.get(map);
  if (known !== undefined) return known;
  const colours = lookUpTable(map);
  const bytes = new Uint8Array(257 * 4);
  for (let i = 0; i < 256; i++) {
    bytes.set([...colours.subarray(i * 3, i * 3 + 3), 255], i * 4);
  }
  bytes.set(NOT_A_NUMBER, 256 * 4);
  const table = new Uint32Array(bytes.buffer);
  pixelsOf.set(map, table);
  return table;
}

/**
 * RGBA bytes of a channel.
 * @param values [height, width] row-major, y increasing with the row
 */
export function fieldPixels(
  values: ArrayLike<number>,
  width: number,
  height: number,
  map: ColourMap,
  scale: ColourScale,
): Uint8ClampedArray<ArrayBuffer> {
  const table = pixelTable(map);
  const pixels = new Uint32Array(width * height);
  const { min, max } = scale;
  const flat = max === min;
  const steps = 255 / (max - min);
  for (let row = 0; row < height; row++) {
    const from = (height - 1 - row) * width;
    for (let column = 0; column < width; column++) {
      const value = values[from + column]!;
      let colour = (value - min) * steps + 0.5;
      // A scale of one value has no ends to lie between: what is not that value is beyond it.
      if (flat) colour = 128 + 256 * Math.sign(value - min);
      colour = colour < 0 ? 0 : colour > 255 ? 255 : colour;
      pixels[row * width + column] = table[Number.isNaN(value) ? 256 : Math.floor(colour)]!;
    }
  }
  return new Uint8ClampedArray(pixels.buffer);
}

/** The grid point under a place in the picture; both given as shares of its width and height, from the top left. */
export function gridPointAt(
  across: number,
  down: number,
  width: number,
  height: number,
): { column: number; row: number } {
  const clamp = (index: number, count: number): number => Math.min(count - 1, Math.max(0, index));
  return {
    column: clamp(Math.floor(across * width), width),
    row: clamp(height - 1 - Math.floor(down * height), height),
  };
}
