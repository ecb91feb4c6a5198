/**
 * How and where the elements of a data set lie in its file, as far as they can be read without the library: it gives no
 * way to them as they are stored, and copies what it reads three times over.
 * Source: HDF5 File Format Specification 3.0, sections IV.A.2.b, "Dataspace", and IV.A.2.i, "Data layout".
 */
import { UserError } from "../../../shared/errors";
import type { ByteSource } from "../byteSource";
import { SINGLE, type TableLayout } from "./chunkTables";
import { checkNumbers } from "./numbers";
import { baseOf, messagesOf, wide } from "./objectHeader";

export type Storage =
  /** `address` is undefined where nothing was written yet. */
  | { readonly kind: "contiguous"; readonly address: number | undefined; readonly bytes: number }
  /** `address` of the root of the tree in which the chunks are found. */
  | { readonly kind: "tree"; readonly address: number; readonly base: number }
  /** Under an index of the newest version. */
  | { readonly kind: "table"; readonly layout: TableLayout; readonly most: readonly number[] };

/** Types of messages in an object's header. */
const [DATASPACE, DATATYPE, EXTERNAL_FILES, LAYOUT] = [1, 3, 7, 8];
/** Classes of layout. */
const [CONTIGUOUS, CHUNKED] = [1, 2];

/**
 * @param header where the data set's header is, as a reference to it says
 * @param where for messages: file and array
 * @returns undefined for what only the library reads: elements in the header
 * @throws RangeError, UserError "file/truncated" where the file is damaged, "hdf5/type" where its numbers are not what
 * their width says, "hdf5/external" where they lie in other files
 */
export async function storageOf(
  source: ByteSource,
  header: number,
  where: string,
): Promise<Storage | undefined> {
  const base = await baseOf(source);
  if (base === undefined) return undefined;
  const messages = await messagesOf(source, base, base + header);
  const content = (wanted: number): DataView | undefined =>
    messages?.find(({ type }) => type === wanted)?.content;
  const layout = content(LAYOUT);
  const type = content(DATATYPE);
  if (type !== undefined) checkNumbers(type, where);
  if (content(EXTERNAL_FILES) !== undefined) throw inOtherFiles(where);
  if (layout === undefined) return undefined;
  const [version, kind] = [layout.getUint8(0), layout.getUint8(1)];
  if (kind === CONTIGUOUS && (version === 3 || version === 4)) {
    const [address, bytes] = [wide(layout, 2), wide(layout, 10)];
    return {
      kind: "contiguous",
      address: Number.isSafeInteger(address) ? base + address : undefined,
      bytes,
    };
  }
  if (kind === CHUNKED && version === 3) {
    return { kind: "tree", address: wide(layout, 3), base };
  }
  const space = content(DATASPACE);
  if (kind !== CHUNKED || version !== 4 || space === undefined) return undefined;
  const table = tableLayout(layout, base);
  return table === undefined ? undefined : { kind: "table", layout: table, most: mostOf(space) };
}

function inOtherFiles(where: string): UserError {
  return new UserError("hdf5/external", `${where} lies in other files, which are not opened.`, {
    where,
    todo: "Write it again into one file: h5py reads it beside the others.",
  });
}

/** Chunks that stick out of the array went without filters. */
const PARTIAL_UNFILTERED = 1;
/** The single chunk went through filters. */
const FILTERED = 2;
/** Bytes of what the indices state of themselves, before their address. */
const parameters: Readonly<Record<number, number>> = { 1: 0, 2: 0, 3: 1, 4: 5, 5: 6 };

function tableLayout(layout: DataView, base: number): TableLayout | undefined {
  const [flags, axes, width] = [2, 3, 4].map((at) => layout.getUint8(at)) as [number, number, number]; // prettier-ignore
  if ((flags & PARTIAL_UNFILTERED) !== 0) return undefined;
  const at = 5 + axes * width;
  const kind = layout.getUint8(at);
  const own = parameters[kind];
  if (own === undefined) return undefined;
  const isFiltered = kind === SINGLE && (flags & FILTERED) !== 0;
  return {
    kind,
    address: wide(layout, at + 1 + own + (isFiltered ? 12 : 0)),
    base,
    single: isFiltered
      ? { bytes: wide(layout, at + 1), skipped: layout.getUint32(at + 9, true) }
      : undefined,
  };
}

/** How far each axis may grow. */
function mostOf(space: DataView): number[] {
  const [version, rank, flags] = [0, 1, 2].map((at) => space.getUint8(at)) as [number, number, number]; // prettier-ignore
  const first = (version === 1 ? 8 : 4) + ((flags & 1) === 0 ? 0 : 8 * rank);
  return Array.from({ length: rank }, (_, axis) => {
    const extent = wide(space, first + 8 * axis);
    return Number.isSafeInteger(extent) ? extent : Infinity;
  });
}
