/** Which run an exported figure came from, by the bytes of any of the five formats. */
import { UserError } from "../../shared/errors";
import { textOfNpz } from "./archive";
import { CSV_PREFIX } from "./csv";
import { PNG_SIGNATURE, textOfPng } from "./png";
import { decodeRecord, unescapeXml, type FigureRecord } from "./record";

/**
 * What the file says of the run that made it; null for files of other programs, damaged ones and ones whose metadata
 * was stripped on the way.
 * @param name of the file, for messages only: formats are told apart by content
 */
export async function identifyFigure(
  bytes: Uint8Array,
  name: string,
): Promise<FigureRecord | null> {
  const text = await recordText(bytes, name);
  return text === null ? null : decodeRecord(text);
}

async function recordText(bytes: Uint8Array, name: string): Promise<string | null> {
  const start = Buffer.from(bytes.subarray(0, 64)).toString("latin1");
  if (Buffer.from(bytes.subarray(0, 8)).equals(PNG_SIGNATURE)) return textOfPng(bytes);
  if (start.startsWith("PK\x03\x04")) return textOfZip(bytes, name);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (start.startsWith("%PDF"))
    return between(text, "<noetherscope:record>", "</noetherscope:record>");
  if (text.startsWith(CSV_PREFIX)) return text.slice(CSV_PREFIX.length, lineEnd(text));
  return between(text, '<metadata id="noetherscope">', "</metadata>");
}

function lineEnd(text: string): number {
  const end = text.search(/[\r\n]/);
  return end < 0 ? text.length : end;
}

function between(text: string, open: string, close: string): string | null {
  const start = text.indexOf(open);
  if (start < 0) return null;
  const end = text.indexOf(close, start);
  return end < 0 ? null : unescapeXml(text.slice(start + open.length, end));
}

async function textOfZip(bytes: Uint8Array, name: string): Promise<string | null> {
  try {
    return await textOfNpz(name, bytes);
  } catch (error) {
    // A damaged archive is no figure of ours; anything else is a bug.
    if (error instanceof UserError) return null;
    throw error;
  }
}
