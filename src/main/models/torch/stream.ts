/**
 * torch.save's format before 1.6, and today's with _use_new_zipfile_serialization=False: pickles of a magic number, a
 * version, facts on the machine and the object, then the keys of the storages and each storage with its length before
 * it. Also a plain pickle, as JAX users write them, which is its first and only one.
 * torch/serialization.py, _legacy_save.
 */
import { UserError } from "../../../shared/errors";
import { allocateBytes, type ByteSource } from "../../data/byteSource";
import { Cursor } from "../pickle/cursor";
import { unpickle, type PickleHost } from "../pickle/unpickle";
import { itemsOf } from "../pickle/values";
import { damaged, type LoadedPickle } from "./loaded";
import { Storage, storageOf, torchObjects } from "./tensors";

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
  /** Storages that a plain pickle of tensors holds, by keys of their own. */
  readonly inside: ReadonlyMap<string, Uint8Array>;
  readonly end: number;
}

/** @throws UserError "torch/damaged", "pickle/…" */
export async function loadTorchStream(source: ByteSource): Promise<LoadedPickle> {
  const { value, calls, storages, keys, inside, end } = await readHead(source);
  const places = await placesOf(source, storages, keys, end);
  return {
    value,
    calls,
    bigEndian: false,
    async bytes({ key }, _width, start, count) {
      const held = inside.get(key);
      if (held !== undefined) {
        if (start + count > held.length) throw damaged(source.path, "a storage in it is too short");
        return held.slice(start, start + count);
      }
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

/** What a storage is made of where pickle.dump, not torch.save, wrote it: the bytes of a stream of its own. */
const NESTED = "torch.storage._load_from_bytes";

/** @param outer whether it is the file itself: streams in streams go no deeper */
function headIn(bytes: Uint8Array, path: string, outer = true): Head {
  const cursor = new Cursor(bytes, path);
  const storages = new Map<string, Storage>();
  const calls = new Set<string>();
  const inside = new Map<string, Uint8Array>();
  const objects = torchObjects(calls);
  const host: PickleHost = {
    ...objects,
    construct(name, args, at) {
      const [stream] = args;
      const nested = outer && name.path === NESTED && stream instanceof Uint8Array;
      if (!nested) return objects.construct(name, args, at);
      const key = `inside ${inside.size}`;
      const { storage, held } = storageIn(stream, path, key);
      inside.set(key, held);
      return storage;
    },
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
  if (first !== MAGIC) return { value: first, calls, storages, keys: [], inside, end: cursor.at };
  const version = unpickle(cursor, host);
  if (version !== VERSION) throw damaged(path, `its version is ${String(version)}`);
  unpickle(cursor, host);
  const value = unpickle(cursor, host);
  const keys = itemsOf(unpickle(cursor, host));
  if (keys?.every((key) => typeof key === "string") !== true) {
    throw damaged(path, "its list of storages cannot be understood");
  }
  return { value, calls, storages, keys, inside, end: cursor.at };
}

/** The one storage of a stream in a pickle, under another key: each such stream counts its own. */
function storageIn(
  stream: Uint8Array,
  path: string,
  key: string,
): { storage: Storage; held: Uint8Array } {
  const { value, keys, end } = headIn(stream, path, false);
  if (!(value instanceof Storage) || keys.length !== 1) {
    throw damaged(path, "a storage in it cannot be understood");
  }
  const cursor = new Cursor(stream.subarray(end), path);
  const { element, type, length, start } = value;
  const bytes = cursor.uint64() * (element === undefined ? 1 : element.bytes * element.parts);
  return { storage: new Storage(key, element, type, length, start), held: cursor.slice(bytes) };
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
