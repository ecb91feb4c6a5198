/**
 * torch.save's first format, of versions before 0.1.10: a tar archive of three files. "storages" has each storage after
 * a pickle that names it, "tensors" each view of one, "pickle" the object, which refers to tensors by number.
 * torch/serialization.py, legacy_load in _legacy_load.
 */
import type { ByteSource } from "../../data/byteSource";
import { Cursor } from "../pickle/cursor";
import { unpickle } from "../pickle/unpickle";
import { countOf, Global, itemsOf } from "../pickle/values";
import { damaged, type LoadedPickle } from "./loaded";
import { rebuildTensor, storageOf, torchObjects, type Storage } from "./tensors";

const BLOCK = 512;
/** Read as a whole; nobody has had a network of that age of more than this. */
const LARGEST = 2 ** 31 - 1;

export async function isTorchTar(source: ByteSource): Promise<boolean> {
  if (source.size < 2 * BLOCK) return false;
  const header = Buffer.from(await source.read(0, BLOCK));
  return header.subarray(257, 262).toString("latin1") === "ustar";
}

/** @throws UserError "torch/damaged", "pickle/…" */
export async function loadTorchTar(source: ByteSource): Promise<LoadedPickle> {
  const { path, size } = source;
  if (size > LARGEST) throw damaged(path, `it has ${size} bytes`);
  const files = filesIn(await source.read(0, size), path);
  const named = (name: string): Cursor => {
    const bytes = files.get(name);
    if (bytes === undefined) throw damaged(path, `it is a tar archive without "${name}"`);
    return new Cursor(bytes, path);
  };
  const calls = new Set<string>();
  const { storages, bytes } = storagesIn(named("storages"));
  const tensors = tensorsIn(named("tensors"), storages);
  const cursor = named("pickle");
  const value = unpickle(cursor, {
    ...torchObjects(calls),
    persistent: (id) =>
      itemsOf(id) === undefined ? tensors.get(String(id)) : (itemsOf(id)![0] ?? undefined),
  });
  return {
    value,
    calls,
    bigEndian: false,
    bytes: ({ key }, _width, start, count) =>
      Promise.resolve(new Uint8Array(bytes.get(key)!.subarray(start, start + count))),
  };
}

/** Plain files of an archive; names that lead elsewhere are only names here. */
function filesIn(bytes: Uint8Array, path: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = Buffer.from(bytes.subarray(at, at + BLOCK)).toString("latin1");
    const name = header.slice(0, 100).replace(/\0.*$/s, "").replace(/^\.\//, "");
    if (name === "") break;
    const length = Number.parseInt(header.slice(124, 136), 8);
    if (!(length >= 0) || at + BLOCK + length > bytes.length) {
      throw damaged(path, `its "${name}" reaches beyond the end of the file`);
    }
    files.set(name, bytes.subarray(at + BLOCK, at + BLOCK + length));
    at += BLOCK + Math.ceil(length / BLOCK) * BLOCK;
  }
  return files;
}

/** The tables name types, and call nothing. */
const plain = torchObjects(new Set());

/** A number, then for each (key, location, type) as a pickle, its length and its bytes; then views of storages. */
function storagesIn(cursor: Cursor): {
  storages: Map<string, Storage>;
  bytes: Map<string, Uint8Array>;
} {
  const storages = new Map<string, Storage>();
  const bytes = new Map<string, Uint8Array>();
  const count = countOf(unpickle(cursor, plain)) ?? 0;
  for (let i = 0; i < count; i++) {
    const [id, , type] = itemsOf(unpickle(cursor, plain)) ?? [];
    const length = cursor.uint64();
    const key = String(id);
    const storage = storageOf([type, key, null, length], cursor);
    const { element } = storage;
    storages.set(key, storage);
    bytes.set(key, cursor.slice(length * (element === undefined ? 1 : element.bytes)));
  }
  for (const view of itemsOf(unpickle(cursor, plain)) ?? []) {
    const [target, root, offset, length] = itemsOf(view) ?? [];
    const of = storages.get(String(root));
    const data = bytes.get(String(root));
    if (of === undefined || data === undefined) throw cursor.damaged("a view has no storage");
    const own = storageOf([new Global("torch", of.type), String(target), null, of.length], cursor, [
      offset,
      length,
    ]);
    storages.set(own.key, own);
    bytes.set(own.key, data);
  }
  return { storages, bytes };
}

/** A number, then for each (key, storage, type) as a pickle, its rank in 8 bytes, extents, strides and offset. */
function tensorsIn(cursor: Cursor, storages: ReadonlyMap<string, Storage>): Map<string, unknown> {
  const tensors = new Map<string, unknown>();
  const count = countOf(unpickle(cursor, plain)) ?? 0;
  for (let i = 0; i < count; i++) {
    const [key, storage] = itemsOf(unpickle(cursor, plain)) ?? [];
    const rank = cursor.int32();
    cursor.int32();
    if (rank < 0 || rank > 64) throw cursor.damaged(`a tensor has ${rank} axes`);
    const shape = Array.from({ length: rank }, () => cursor.int64());
    const strides = Array.from({ length: rank }, () => cursor.int64());
    const offset = cursor.int64();
    const of = storages.get(String(storage));
    tensors.set(String(key), rebuildTensor(of, { offset, shape, strides }, cursor));
  }
  return tensors;
}
