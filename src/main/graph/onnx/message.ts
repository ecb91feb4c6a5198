/**
 * Messages to and from bytes, driven by the tables of schema.ts. Fields that the tables do not name are
 * skipped on reading, as the format asks; empty ones are left out on writing.
 */
import type { Field, Message, Scalar } from "./schema";
import { WireError, WireReader, WireType, WireWriter } from "./wire";

/** Deeper nesting than any model has; it keeps a hostile file from exhausting the stack. */
const DEEPEST = 64;

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
  return read(message, new WireReader(bytes), 0) as T;
}

function read(message: Message, reader: WireReader, depth: number): unknown {
  if (depth > DEEPEST) throw new WireError("messages nested too deeply", reader.position);
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(message)) result[name] = absent(field);
  const fields = byNumber(message);
  while (!reader.done) {
    const { field: number, type } = reader.tag();
    const [name, field] = fields.get(number) ?? [];
    if (name === undefined || field === undefined) {
      reader.skip(type);
      continue;
    }
    const put = (value: unknown): void => {
      if (field.presence === "many") (result[name] as unknown[]).push(value);
      else result[name] = value;
    };
    const inner = nested(field.kind);
    if (inner !== undefined) {
      expectType(type, WireType.bytes, name, reader);
      put(read(inner, reader.message(), depth + 1));
      continue;
    }
    const kind = field.kind as Scalar;
    const packable = kind !== "string" && kind !== "bytes";
    if (packable && field.presence === "many" && type === WireType.bytes) {
      const packed = reader.message();
      while (!packed.done) put(readScalar(kind, packed));
    } else {
      expectType(type, wireTypeOf[kind], name, reader);
      put(readScalar(kind, reader));
    }
  }
  return result;
}

function absent(field: Field): unknown {
  if (field.presence === "many") return [];
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
      return Number(reader.int64());
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
    if (field.presence === "many") {
      for (const item of member as unknown[]) writeOne(writer, field, item);
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
