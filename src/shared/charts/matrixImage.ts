/**
 * A large matrix as one picture instead of a rectangle a cell: an indexed PNG whose palette is the colour map, as a data
 * address that canvas, SVG and PDF all take. PNG specification, 3rd edition, sections 5 and 11.
 */
import { zlibSync } from "fflate";
import { lookUpTable, normalised, type ColourMap, type ColourScale } from "./colormaps";

/** Renderers smooth a picture that they enlarge; with this many pixels a side the blur is narrower than a cell's edge. */
const PIXELS = 1200;

/**
 * @param values [size, size], row 0 on top; what is not finite becomes the middle of the map
 * @returns data:image/png;base64,…
 */
export function matrixImage(
  values: ArrayLike<number>,
  size: number,
  map: ColourMap,
  scale: ColourScale,
): string {
  const repeat = Math.max(1, Math.ceil(PIXELS / size));
  const side = size * repeat;
  // Every line begins with its filter, 0: none.
  const lines = new Uint8Array(side * (side + 1));
  for (let row = 0; row < size; row++) {
    const start = row * repeat * (side + 1);
    for (let column = 0; column < size; column++) {
      const t = normalised(scale, values[row * size + column]!);
      const entry = Number.isFinite(t) ? Math.round(255 * Math.min(1, Math.max(0, t))) : 128;
      const from = start + 1 + column * repeat;
      lines.fill(entry, from, from + repeat);
    }
    for (let k = 1; k < repeat; k++)
      lines.copyWithin(start + k * (side + 1), start, start + side + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, side);
  view.setUint32(4, side);
  // Eight bits a pixel, indexed colour.
  header.set([8, 3, 0, 0, 0], 8);
  const bytes = [
    Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("PLTE", Uint8Array.from(lookUpTable(map))),
    chunk("IDAT", zlibSync(lines, { level: 6 })),
    chunk("IEND", new Uint8Array()),
  ];
  return `data:image/png;base64,${btoa(bytes.map(binary).join(""))}`;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

/** CRC-32 of ISO 3309, bit by bit: Node has one, a window has not. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

function binary(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
