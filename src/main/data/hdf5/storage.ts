/**
 * How and where the elements of a data set lie in its file, as far as they can be read without the library: it gives no
 * way to them as they are stored, and copies what it reads three times over.
 * Source: HDF5 File Format Specification 3.0, section IV.A.2.i, "Data layout".
 */
import type { ByteSource } from "../byteSource";
import { baseOf, messagesOf, wide } from "./objectHeader";

export type Storage =
  | { readonly kind: "contiguous"; readonly address: number; readonly bytes: number }
  /** `address` of the root of the tree in which the chunks are found. */
  | { readonly kind: "chunked"; readonly address: number; readonly base: number };

/** Types of messages in an object's header. */
const [EXTERNAL_FILES, LAYOUT] = [7, 8];
/** Classes of layout. */
const [CONTIGUOUS, CHUNKED] = [1, 2];

/**
 * @param header where the data set's header is, as a reference to it says
 * @returns undefined for what only the library reads: elements in the header, in other files, not written yet, or under
 * an index of the newest forms
 * @throws RangeError, UserError "file/truncated" where the file is damaged
 */
export async function storageOf(source: ByteSource, header: number): Promise<Storage | undefined> {
  const base = await baseOf(source);
  if (base === undefined) return undefined;
  const messages = await messagesOf(source, base, base + header);
  const layout = messages?.find(({ type }) => type === LAYOUT)?.content;
  if (layout === undefined || messages?.some(({ type }) => type === EXTERNAL_FILES) === true) {
    return undefined;
  }
  const [version, kind] = [layout.getUint8(0), layout.getUint8(1)];
  if (kind === CONTIGUOUS && (version === 3 || version === 4)) {
    const [address, bytes] = [wide(layout, 2), wide(layout, 10)];
    return Number.isSafeInteger(address)
      ? { kind: "contiguous", address: base + address, bytes }
      : undefined;
  }
  if (kind === CHUNKED && version === 3) {
    const address = wide(layout, 3);
    return Number.isSafeInteger(address) ? { kind: "chunked", address, base } : undefined;
  }
  return undefined;
}
