/**
 * The numbers behind a figure as .npz: the run's arrays that it reads, its table column by column, and the record as
 * the entry `noetherscope.json`, which NumPy passes over.
 */
import type { FigureTable } from "../../shared/charts/figure";
import type { RunResult } from "../../shared/run";
import { fromFloat64, type Tensor } from "../../shared/tensor";
import { bytesOf } from "../data/byteSource";
import { encodeNpy } from "../data/npy";
import { entryContent, readZipDirectory } from "../data/zip";
import { zipArchive } from "../data/zipWriter";
import { encodeRecord, type FigureRecord } from "./record";

const RECORD_ENTRY = "noetherscope.json";

/** A record is a few kilobytes; whatever claims more is none. */
const LONGEST_RECORD = 1 << 20;

export async function renderNpz(
  run: RunResult,
  arrays: readonly string[],
  table: FigureTable,
  record: FigureRecord,
): Promise<Uint8Array> {
  const present = arrays.flatMap((name) => {
    const array = run.arrays[name];
    return array === undefined ? [] : [{ name: `${name}.npy`, parts: encodeNpy(array) }];
  });
  const columns = table.columns.map(({ name }, k) =>
    tableColumn(
      name,
      table.rows.map((row) => row[k] ?? null),
    ),
  );
  const labels = Object.fromEntries(
    columns.flatMap(({ name, words }) => (words.length > 0 ? [[name, words]] : [])),
  );
  const text = `{"tableLabels":${JSON.stringify(labels)},"figure":${encodeRecord(record)}}`;
  const parts: Uint8Array[] = [];
  for await (const part of zipArchive([
    { name: RECORD_ENTRY, parts: [Buffer.from(text)] },
    ...present,
    ...columns.map(({ name, tensor }) => ({ name: `table.${name}.npy`, parts: encodeNpy(tensor) })),
  ])) {
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Numbers as float64, undefined ones NaN; words as int32 positions in `words`, which the record entry lists. */
function tableColumn(
  name: string,
  values: readonly (string | number | null)[],
): { name: string; tensor: Tensor; words: string[] } {
  const words = [...new Set(values.filter((value) => typeof value === "string"))];
  const isWords = words.length > 0;
  const numbers = values.map((value) =>
    isWords ? words.indexOf(String(value)) : typeof value === "number" ? value : NaN,
  );
  return {
    name,
    tensor: fromFloat64(isWords ? "int32" : "float64", [values.length], Float64Array.from(numbers)),
    words,
  };
}

/**
 * The record's text in an .npz, or null where it has none.
 * @throws UserError "zip/…" for a damaged archive
 */
export async function textOfNpz(name: string, bytes: Uint8Array): Promise<string | null> {
  const source = bytesOf(name, bytes);
  const entry = (await readZipDirectory(source)).find((found) => found.name === RECORD_ENTRY);
  if (entry === undefined || entry.size > LONGEST_RECORD) return null;
  const parts: Uint8Array[] = [];
  for await (const part of entryContent(source, entry)) parts.push(part);
  const text = Buffer.concat(parts).toString("utf8");
  const start = text.indexOf('"figure":');
  return start < 0 ? null : text.slice(start + '"figure":'.length, -1);
}
