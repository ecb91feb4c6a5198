/**
 * torch.save's format before 1.6, and today's with _use_new_zipfile_serialization=False: pickles of a magic number, a
 * version, facts on the machine and the object, then the keys of the storages and each storage with its length before
 * it. Also a plain pickle, as JAX users write them, which is its first and only one.
 * torch/serialization.py, _legacy_save.
 */
import { UserError } from "../../../shared/errors";
import { allocateBytes, type ByteSource } from "../../data/byteSource";
import { Cursor } from "../pickle/cursor";
import { unpickle } from "../pickle/unpickle";
import { itemsOf } from "../pickle/values";
import { damaged, type LoadedPickle } from "./loaded";
import { storageOf, torchObjects, type Storage } from "./tensors";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

/** How much is read to begin with; twice as much as long as the pickles go on. */
const FIRST_READ = 1 << 22;
/** A plain pickle has its arrays inside. */
const LARGEST_HEAD = 2 ** 31 - 1;

interface Head {
  readonly calls: ReadonlySet<string>;
  readonly value: unknown;
  readonly storages: ReadonlyMap<string, Storage>;
  /** In the order of their bytes; empty in a plain pickle. */
  readonly keys: readonly string[];
  readonly end: number;
}

/** @throws UserError "torch/damaged", "pickle/…" */
export async function loadTorchStream(source: ByteSource): Promise<LoadedPickle> {
  const { value, calls, storages, keys, end } = await readHead(source);
  const places = await placesOf(source, storages, keys, end);
  return {
    value,
    calls,
    bigEndian: false,
    async bytes({ key }, _width, start, count) {
      const place = places.get(key);
      if (place === undefined) throw damaged(source.path, `the storage ${key} is missing`);
      if (start + count > place.bytes) {
        throw damaged(source.path, `the storage ${key} has ${place.bytes} bytes only`);
      }
      const out = allocateBytes(source.path, count);
      out.set(await source.read(place.offset + start, count));
      return out;
    },
  };
}

async function readHead(source: ByteSource): Promise<Head> {
  for (let length = FIRST_READ; ; length *= 2) {
    const whole = length >= source.size;
    const bytes = await source.read(0, Math.min(length, source.size));
    try {
      return headIn(bytes, source.path);
    } catch (error) {
      const cutOff = error instanceof UserError && error.code === "pickle/damaged" && !whole;
      if (!cutOff || 2 * length > LARGEST_HEAD) throw error;
    }
  }
}

function headIn(bytes: Uint8Array, path: string): Head {
  const cursor = new Cursor(bytes, path);
  const storages = new Map<string, Storage>();
  const calls = new Set<string>();
  const host = {
    ...torchObjects(calls),
    persistent(id: unknown): unknown {
      const [kind, ...rest] = itemsOf(id) ?? [];
      if (kind === "module") return itemsOf(id)![1] ?? null;
      if (kind !== "storage") return undefined;
      const root = storageOf(rest, cursor);
      storages.set(root.key, root);
      const part = itemsOf(rest[4]);
      return part === undefined ? root : storageOf(rest, cursor, part.slice(1));
    },
  };
  const first = unpickle(cursor, host);
  if (first !== MAGIC) return { value: first, calls, storages, keys: [], end: cursor.at };
  const version = unpickle(cursor, host);
  if (version !== VERSION) throw damaged(path, `its version is ${String(version)}`);
  unpickle(cursor, host);
  const value = unpickle(cursor, host);
  const keys = itemsOf(unpickle(cursor, host));
  if (keys?.every((key) => typeof key === "string") !== true) {
    throw damaged(path, "its list of storages cannot be understood");
  }
  return { value, calls, storages, keys, end: cursor.at };
}

async function placesOf(
  source: ByteSource,
  storages: ReadonlyMap<string, Storage>,
  keys: readonly string[],
  from: number,
): Promise<Map<string, { offset: number; bytes: number }>> {
  const places = new Map<string, { offset: number; bytes: number }>();
  let at = from;
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined) throw damaged(source.path, `nothing uses the storage ${key}`);
    const length = new Cursor(await source.read(at, 8), source.path).uint64();
    const { element } = storage;
    const bytes = length * (element === undefined ? 1 : element.bytes * element.parts);
    if (at + 8 + bytes > source.size) {
      throw damaged(source.path, `the storage ${key} reaches beyond the end of the file`);
    }
    places.set(key, { offset: at + 8, bytes });
    at += 8 + bytes;
  }
  return places;
}
