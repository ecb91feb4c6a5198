/** SVG to PDF: a page of the figure's size, text with an embedded font, the record in XMP metadata. */
import PDFDocument from "pdfkit";
import svgToPdf from "svg-to-pdfkit";
import { FONT_FAMILY, fontPath } from "./font";
import { encodeRecord, escapeXml, type FigureRecord } from "./record";
import type { SvgFigure } from "./svg";

const POINTS_PER_MM = 72 / 25.4;

/** Deterministic: the file's date is the run's, so the same figure gives the same bytes. */
export async function renderPdf(
  { svg, widthMm, heightMm }: SvgFigure,
  title: string,
  record: FigureRecord,
): Promise<Uint8Array> {
  const size: [number, number] = [widthMm * POINTS_PER_MM, heightMm * POINTS_PER_MM];
  const document = new PDFDocument({
    size,
    margin: 0,
    pdfVersion: "1.7",
    lang: "en",
    displayTitle: true,
    info: {
      Title: title,
      Creator: `Noetherscope ${record.version}`,
      Producer: "pdfkit",
      Keywords: `noetherscope run ${record.run}`,
      CreationDate: new Date(record.started),
      ModDate: new Date(record.started),
    },
  });
  // Info strings are re-encoded by many programs; XMP is kept as it is, and never compressed.
  (document as unknown as { appendXML(xml: string): void }).appendXML(
    `<rdf:Description rdf:about="" xmlns:noetherscope="urn:noetherscope:figure"><noetherscope:record>${escapeXml(encodeRecord(record))}</noetherscope:record></rdf:Description>`,
  );
  document.registerFont(FONT_FAMILY, fontPath);
  svgToPdf(document, svg, 0, 0, {
    width: size[0],
    height: size[1],
    fontCallback: () => FONT_FAMILY,
  });
  const parts: Uint8Array[] = [];
  return new Promise((resolve, reject) => {
    document.on("data", (part: Uint8Array) => parts.push(part));
    document.on("end", () => {
      resolve(new Uint8Array(Buffer.concat(parts)));
    });
    document.on("error", reject);
    document.end();
  });
}
