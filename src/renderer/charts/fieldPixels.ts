/** A channel of a field as pixels: one a grid point, y upward (row 0 is the lowest row of the picture). */
import {
  normalised,
  type ColourMap,
  type ColourScale,
  lookUpTable,
} from "../../shared/charts/colormaps";

/** What is not a number is drawn in this grey, which no map has. */
const NOT_A_NUMBER = [128, 128, 128] as const;

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
  const table = lookUpTable(map);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    const from = (height - 1 - row) * width;
    for (let column = 0; column < width; column++) {
      const value = values[from + column]!;
      const at = (row * width + column) * 4;
      if (Number.isNaN(value)) pixels.set(NOT_A_NUMBER, at);
      else {
        const t = Math.min(1, Math.max(0, normalised(scale, value)));
        const entry = Math.round(t * 255) * 3;
        pixels[at] = table[entry]!;
        pixels[at + 1] = table[entry + 1]!;
        pixels[at + 2] = table[entry + 2]!;
      }
      pixels[at + 3] = 255;
    }
  }
  return pixels;
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
