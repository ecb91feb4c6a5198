/** SVG to PNG at 300 dots an inch, with its physical size (pHYs) and the record (iTXt). PNG specification, 3rd edition. */
import { crc32 } from "node:zlib";
import { Resvg } from "@resvg/resvg-js";
import { FONT_FAMILY, fontPath } from "./font";
import { encodeRecord, type FigureRecord } from "./record";
import type { SvgFigure } from "./svg";

const DOTS_PER_INCH = 300;
const DOTS_PER_METRE = Math.round(DOTS_PER_INCH / 0.0254);

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PNG_KEYWORD = "noetherscope";

export function renderPng({ svg, widthMm }: SvgFigure, record: FigureRecord): Uint8Array {
  const drawn = new Resvg(svg, {
    fitTo: { mode: "width", value: Math.round((widthMm / 25.4) * DOTS_PER_INCH) },
    font: { loadSystemFonts: false, fontFiles: [fontPath], defaultFontFamily: FONT_FAMILY },
  })
    .render()
    .asPng();
  const header = PNG_SIGNATURE.length + 25;
  return new Uint8Array(
    Buffer.concat([drawn.subarray(0, header), density(), text(record), drawn.subarray(header)]),
  );
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

function density(): Buffer {
  const content = Buffer.alloc(9);
  content.writeUInt32BE(DOTS_PER_METRE, 0);
  content.writeUInt32BE(DOTS_PER_METRE, 4);
  content.writeUInt8(1, 8);
  return chunk("pHYs", content);
}

/** Keyword, not compressed, no language, no translated keyword, UTF-8. */
function text(record: FigureRecord): Buffer {
  return chunk("iTXt", Buffer.from(`${PNG_KEYWORD}\0\0\0\0\0${encodeRecord(record)}`, "utf8"));
}

/** The record's text in a PNG, or null. Stops at the first chunk that does not fit the file. */
export function textOfPng(bytes: Uint8Array): string | null {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = `${PNG_KEYWORD}\0\0\0\0\0`;
  for (let at = PNG_SIGNATURE.length; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > png.length) return null;
    if (png.toString("latin1", at + 4, at + 8) === "iTXt") {
      const content = png.toString("utf8", at + 8, end);
      if (content.startsWith(head)) return content.slice(head.length);
    }
    at = end + 4;
  }
  return null;
}
