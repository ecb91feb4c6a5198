/**
 * Messages to and from bytes, driven by the tables of schema.ts. Fields that the tables do not name are
 * skipped on reading, as the format asks; empty ones are left out on writing. Reading takes little more memory
 * than the file has bytes: tensors' elements stay bytes until their number is known to fit, and a file that is
 * all structure (two bytes make an empty node) is refused before its objects are many times its size.
 */
import type { Elements, Field, Message, Scalar } from "./schema";
import { WireError, WireReader, WireType, WireWriter } from "./wire";

/** Deeper nesting than any model has; it keeps a hostile file from exhausting the stack. */
const DEEPEST = 64;

/** Bytes of objects that any file may become, and those that it may for each byte that it has. */
const ALLOWANCE = { any: 2 ** 26, each: 2 };
/** Estimates: an object and its hidden class, a member, a string. */
const COST = { object: 64, member: 8, string: 48 };

/** How much memory a file may still take as objects. */
class Budget {
  #left: number;

  constructor(size: number) {
    this.#left = ALLOWANCE.any + ALLOWANCE.each * size;
  }

  spend(bytes: number, at: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new WireError("more structure than any network has", at);
  }
}

const tables = new WeakMap<Message, ReadonlyMap<number, readonly [string, Field]>>();

/** The same table by field number. */
function byNumber(message: Message): ReadonlyMap<number, readonly [string, Field]> {
  let table = tables.get(message);
  if (table === undefined) {
    table = new Map(Object.entries(message).map((entry) => [entry[1].number, entry]));
    tables.set(message, table);
  }
  return table;
}

function nested(kind: Field["kind"]): Message | undefined {
  if (typeof kind === "function") return kind();
  return typeof kind === "object" ? kind : undefined;
}

/** @throws WireError where the bytes are no such message */
export function decodeMessage<T>(message: Message, bytes: Uint8Array): T {
  return read(message, new WireReader(bytes), 0, new Budget(bytes.length)) as T;
}

function read(message: Message, reader: WireReader, depth: number, budget: Budget): unknown {
  if (depth > DEEPEST) throw new WireError("messages nested too deeply", reader.position);
  const result: Record<string, unknown> = {};
  for (const name in message) result[name] = absent(message[name]!);
  const fields = byNumber(message);
  budget.spend(COST.object + fields.size * COST.member, reader.position);
  while (!reader.done) {
    const { field: number, type } = reader.tag();
    const [name, field] = fields.get(number) ?? [];
    if (name === undefined || field === undefined) {
      reader.skip(type);
      continue;
    }
    const put = (value: unknown): void => {
      if (field.presence !== "many") result[name] = value;
      else if (result[name] === NONE) result[name] = [value];
      else (result[name] as unknown[]).push(value);
    };
    const inner = nested(field.kind);
    if (inner !== undefined) {
      expectType(type, WireType.bytes, name, reader);
      put(read(inner, reader.message(), depth + 1, budget));
      continue;
    }
    const kind = field.kind as Scalar;
    const packable = kind !== "string" && kind !== "bytes";
    budget.spend(packable ? 2 * COST.member : COST.string, reader.position);
    if (field.presence === "elements") {
      if (result[name] === NONE) result[name] = new StoredElements(kind);
      (result[name] as StoredElements).take(type, name, reader, budget);
    } else if (packable && field.presence === "many" && type === WireType.bytes) {
      const packed = reader.message();
      while (!packed.done) {
        budget.spend(2 * COST.member, packed.position);
        put(readScalar(kind, packed));
      }
    } else {
      expectType(type, wireTypeOf[kind], name, reader);
      put(readScalar(kind, reader));
    }
  }
  return result;
}

/** The list of a field that a message lacks: one for all, since most messages lack most. */
const NONE: readonly unknown[] = Object.freeze([]);

/** A tensor's elements, still the bytes of the file where they are packed; counted, and read when asked for. */
class StoredElements implements Elements {
  readonly #kind: Scalar;
  /** Packed runs, and what stood by itself. */
  readonly #parts: (Uint8Array | (number | bigint)[])[] = [];
  length = 0;

  constructor(kind: Scalar) {
    this.#kind = kind;
  }

  /** The field's next occurrence. */
  take(type: number, name: string, reader: WireReader, budget: Budget): void {
    const last = this.#parts.at(-1);
    if (type === WireType.bytes) {
      const packed = reader.bytes();
      this.length += countOf(this.#kind, packed, reader.position);
      this.#parts.push(packed);
      budget.spend(COST.object, reader.position);
    } else {
      expectType(type, wireTypeOf[this.#kind], name, reader);
      const element = readScalar(this.#kind, reader) as number | bigint;
      if (Array.isArray(last)) last.push(element);
      else this.#parts.push([element]);
      budget.spend(COST.member, reader.position);
      this.length++;
    }
  }

  *[Symbol.iterator](): Iterator<number | bigint> {
    for (const part of this.#parts) {
      if (Array.isArray(part)) yield* part;
      else {
        const reader = new WireReader(part);
        while (!reader.done) yield readScalar(this.#kind, reader) as number | bigint;
      }
    }
  }
}

/** Numbers in a packed run: each varint ends with its only byte below 128. */
function countOf(kind: Scalar, packed: Uint8Array, at: number): number {
  if (kind === "float" || kind === "double") {
    const count = packed.length / (kind === "float" ? 4 : 8);
    if (!Number.isInteger(count)) throw new WireError("a run of numbers cut short", at, true);
    return count;
  }
  if (packed.length > 0 && packed.at(-1)! >= 0x80)
    throw new WireError("a run of numbers cut short", at, true);
  let count = 0;
  for (let i = 0; i < packed.length; i++) if (packed[i]! < 0x80) count++;
  return count;
}

function absent(field: Field): unknown {
  if (field.presence === "many" || field.presence === "elements") return NONE;
  if (field.presence === "maybe") return undefined;
  return field.kind === "string" ? "" : 0;
}

const wireTypeOf: Record<Scalar, number> = {
  int: WireType.varint,
  int64: WireType.varint,
  float: WireType.fixed32,
  double: WireType.fixed64,
  string: WireType.bytes,
  bytes: WireType.bytes,
};

function expectType(type: number, wanted: number, name: string, reader: WireReader): void {
  if (type !== wanted) throw new WireError(`${name} with wire type ${type}`, reader.position);
}

function readScalar(kind: Scalar, reader: WireReader): unknown {
  switch (kind) {
    case "int":
      return reader.int();
    case "int64":
      return reader.int64();
    case "float":
      return reader.float();
    case "double":
      return reader.double();
    case "string":
      return reader.string();
    case "bytes":
      return reader.bytes();
  }
}

/** Members that are absent, "" or 0, or an empty list, are not written; of `maybe`, only undefined is absent. */
export function encodeMessage<T extends object>(message: Message, value: Partial<T>): Uint8Array {
  return write(message, value as Record<string, unknown>).finish();
}

function write(message: Message, value: Readonly<Record<string, unknown>>): WireWriter {
  const writer = new WireWriter();
  const fields = Object.entries(message).sort(([, a], [, b]) => a.number - b.number);
  for (const [name, field] of fields) {
    const member = value[name];
    if (member === undefined) continue;
    if (field.presence === "many" || field.presence === "elements") {
      for (const item of member as Iterable<unknown>) writeOne(writer, field, item);
    } else if (field.presence === "maybe" || (member !== "" && member !== 0)) {
      writeOne(writer, field, member);
    }
  }
  return writer;
}

function writeOne(writer: WireWriter, field: Field, value: unknown): void {
  const inner = nested(field.kind);
  if (inner !== undefined) {
    writer.message(field.number, write(inner, value as Record<string, unknown>));
    return;
  }
  switch (field.kind as Scalar) {
    case "int":
    case "int64":
      return writer.varint(field.number, value as number | bigint);
    case "float":
      return writer.float(field.number, value as number);
    case "double":
      return writer.double(field.number, value as number);
    case "string":
      return writer.string(field.number, value as string);
    case "bytes":
      return writer.bytes(field.number, value as Uint8Array);
  }
}
