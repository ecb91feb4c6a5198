/** The font of exported figures, embedded in PDF and drawn in PNG: DejaVu Sans, which has every letter they use. */
import { createRequire } from "node:module";
import PDFDocument from "pdfkit";

export const FONT_FAMILY = "DejaVu Sans";

/** In a packaged program native code cannot read inside the archive; the font lies beside it. */
export const fontPath = createRequire(import.meta.url)
  .resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf")
  .replace(/app\.asar(?=[/\\])/, "app.asar.unpacked");

/** Sizes are measured at this one and scaled. */
const MEASURED = 100;

let measuring: PDFKit.PDFDocument | undefined;

/**
 * Width of a text in the font's own metrics, so that legends and labels are laid out for the letters that are drawn.
 * @param font a CSS font such as `8px DejaVu Sans`
 */
export function textWidth(text: string, font: string): number {
  measuring ??= new PDFDocument({ autoFirstPage: false }).font(fontPath).fontSize(MEASURED);
  const size = Number.parseFloat(/([\d.]+)px/.exec(font)?.[1] ?? "12");
  return (measuring.widthOfString(text) / MEASURED) * size;
}
