/**
 * torch.save's format since 1.6: a zip archive with data.pkl, one entry a storage under data/, and the byte order.
 * torch.jit.save writes the same with code beside it, which is not looked at.
 */
import { crc32 } from "node:zlib";
import { allocateBytes, type ByteSource } from "../../data/byteSource";
import { contentOffset, entryContent, type ZipEntry } from "../../data/zip";
import { Cursor } from "../pickle/cursor";
import { unpickle } from "../pickle/unpickle";
import { itemsOf } from "../pickle/values";
import { damaged, type LoadedPickle } from "./loaded";
import { storageOf, torchObjects } from "./tensors";

/** A pickle holds names and sizes; of a network with a hundred thousand tensors it takes some 30 MB. */
const LARGEST_PICKLE = 1 << 28;

const PICKLE = /^(?:[^/]+\/)?data\.pkl$/;

/** The pickle of an archive, where it is PyTorch's. */
export function torchPickle(entries: readonly ZipEntry[]): ZipEntry | undefined {
  return entries.find(({ name }) => PICKLE.test(name));
}

/** @throws UserError "torch/damaged", "pickle/…", "zip/…" */
export async function loadTorchZip(
  source: ByteSource,
  entries: readonly ZipEntry[],
  pickle: ZipEntry,
): Promise<LoadedPickle> {
  const { path } = source;
  const byName = new Map<string, ZipEntry>();
  for (const entry of entries) {
    // Which of two would be read is a matter of taste, and readers differ in it.
    if (byName.has(entry.name)) throw damaged(path, `it holds "${entry.name}" twice`);
    byName.set(entry.name, entry);
  }
  const sound = checksums(source);
  if (pickle.size > LARGEST_PICKLE) throw damaged(path, `its data.pkl has ${pickle.size} bytes`);
  const root = pickle.name.slice(0, -"data.pkl".length);
  const order = byName.get(`${root}byteorder`);
  const bigEndian =
    order !== undefined &&
    order.size <= 16 &&
    Buffer.from(await part(source, order, 0, order.size)).toString("latin1") === "big";
  const cursor = new Cursor(await part(source, pickle, 0, pickle.size), path);
  const calls = new Set<string>();
  const value = unpickle(cursor, {
    ...torchObjects(calls),
    persistent(id) {
      const [kind, ...rest] = itemsOf(id) ?? [];
      return kind === "storage" ? storageOf(rest, cursor) : undefined;
    },
  });
  return {
    value,
    calls,
    bigEndian,
    async bytes({ key, length }, width, start, count) {
      const entry = byName.get(`${root}data/${key}`);
      if (entry === undefined) throw damaged(path, `the storage ${key} is missing`);
      if (entry.size < length * width) {
        throw damaged(
          path,
          `the storage ${key} has ${entry.size} bytes instead of ${length * width}`,
        );
      }
      if (start > 0 || count < entry.size) await sound(entry);
      return part(source, entry, start, count);
    },
  };
}

/** Of larger storages, which many tensors share, a part is read without looking at the rest. */
const LARGEST_CHECKED = 1 << 26;

/** Verifies an entry's checksum when a part of it is first read. PyTorch itself never looks at them. */
function checksums(source: ByteSource): (entry: ZipEntry) => Promise<void> {
  const checked = new Map<ZipEntry, Promise<void>>();
  return (entry) => {
    // torch.serialization.set_crc32_options(False) leaves zeros.
    if (entry.crc === 0 || entry.size > LARGEST_CHECKED) return Promise.resolve();
    const known = checked.get(entry) ?? verified(source, entry);
    checked.set(entry, known);
    return known;
  };
}

/** @throws UserError "zip/checksum" */
async function verified(source: ByteSource, entry: ZipEntry): Promise<void> {
  for await (const piece of entryContent(source, entry)) void piece;
}

/** Bytes of an entry; of a compressed one what comes before is unpacked and dropped. */
async function part(
  source: ByteSource,
  entry: ZipEntry,
  start: number,
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = allocateBytes(`${source.path}: ${entry.name}`, count);
  if (!entry.deflated) {
    out.set(await source.read((await contentOffset(source, entry)) + start, count));
    return whole(source, entry, out);
  }
  let position = 0;
  for await (const piece of entryContent(source, entry)) {
    const [from, to] = [
      Math.max(start, position),
      Math.min(start + count, position + piece.length),
    ];
    if (from < to) out.set(piece.subarray(from - position, to - position), from - start);
    position += piece.length;
    if (position >= start + count) break;
  }
  return whole(source, entry, out);
}

/** Bytes of which the checksum is known, where they are all of the entry. */
function whole<T extends Uint8Array>(source: ByteSource, entry: ZipEntry, bytes: T): T {
  if (entry.crc === 0 || bytes.length < entry.size || crc32(bytes) === entry.crc) return bytes;
  throw damaged(source.path, `the checksum of "${entry.name}" is wrong`);
}
