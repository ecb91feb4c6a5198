/** The numbers behind a figure as CSV (RFC 4180), after comment lines that say what they are and what made them. */
import type { FigureDefinition, FigureTable } from "../../shared/charts/figure";
import { encodeRecord, type FigureRecord } from "./record";

export const CSV_PREFIX = "# noetherscope: ";

export function renderCsv(
  figure: FigureDefinition,
  table: FigureTable,
  record: FigureRecord,
): Uint8Array {
  const units = table.columns
    .filter(({ unit }) => unit !== "")
    .map(({ name, unit }) => `${name} [${unit}]`);
  const lines = [
    `${CSV_PREFIX}${encodeRecord(record)}`,
    `# ${figure.title}. ${figure.caption}`,
    ...(units.length > 0 ? [`# units: ${units.join(", ")}`] : []),
    table.columns.map(({ name }) => quote(name)).join(","),
    ...table.rows.map((row) => row.map(cell).join(",")),
  ];
  return new TextEncoder().encode(`${lines.join("\n")}\n`);
}

/** Numbers with every digit that they have; what is not defined is left empty. */
function cell(value: string | number | null): string {
  if (value === null) return "";
  return typeof value === "number" ? String(value) : quote(value);
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
