/**
 * Protocol Buffers' wire format: varints, fixed-width numbers and length-prefixed bytes.
 * Ours rather than a library's, because protobufjs compiles its decoders with `Function` at run time, which a
 * strict content security policy forbids, and hands int64 out as doubles.
 * https://protobuf.dev/programming-guides/encoding/
 */

/** The bytes are no well-formed message; `offset` is where reading stopped, in bytes from the file's start. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly offset: number;
  /** True where a length or a number reaches past the end of the bytes: what a truncated file looks like. */
  readonly truncated: boolean;

  constructor(message: string, offset: number, truncated = false) {
    super(message);
    this.offset = offset;
    this.truncated = truncated;
  }
}

export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const utf8 = new TextDecoder("utf-8");

/** Reads one message. Never reads or allocates past `end`: each length is compared with what is left first. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = start;
    this.#end = end;
  }

  get position(): number {
    return this.#position;
  }

  get done(): boolean {
    return this.#position >= this.#end;
  }

  /** Field number and wire type of the next field. */
  tag(): { field: number; type: number } {
    const at = this.#position;
    const tag = Number(this.varint());
    const field = Math.floor(tag / 8);
    if (field < 1 || field > 0x1fff_ffff) throw new WireError(`field number ${field}`, at);
    return { field, type: tag % 8 };
  }

  /** An unsigned varint of up to 64 bits; a double while it is exact, a bigint above 2^49. */
  varint(): number | bigint {
    let value = 0;
    let scale = 1;
    for (let length = 0; length < 7; length++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    let wide = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      wide |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, wide);
    }
    throw new WireError("a number longer than ten bytes", this.#position);
  }

  /** A varint read as a two's complement int64. */
  int64(): bigint {
    return BigInt.asIntN(64, BigInt(this.varint()));
  }

  /** The same as a double, without a bigint on the way where it is small. */
  int(): number {
    const value = this.varint();
    return typeof value === "number" ? value : Number(BigInt.asIntN(64, value));
  }

  float(): number {
    const at = this.#take(4);
    return this.#view.getFloat32(at, true);
  }

  double(): number {
    const at = this.#take(8);
    return this.#view.getFloat64(at, true);
  }

  /** A length-prefixed run of bytes, as a view on the file's. */
  bytes(): Uint8Array {
    const length = this.#length();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  string(): string {
    return utf8.decode(this.bytes());
  }

  /** A reader of the length-prefixed message that comes next. */
  message(): WireReader {
    const length = this.#length();
    const at = this.#take(length);
    return new WireReader(this.#bytes, at, at + length);
  }

  /** Steps over a field that nobody asked for. */
  skip(type: number): void {
    if (type === WireType.varint) this.varint();
    else if (type === WireType.fixed64) this.#take(8);
    else if (type === WireType.bytes) this.#take(this.#length());
    else if (type === WireType.fixed32) this.#take(4);
    else throw new WireError(`wire type ${type}`, this.#position);
  }

  #byte(): number {
    const at = this.#take(1);
    return this.#bytes[at]!;
  }

  #length(): number {
    return Number(this.varint());
  }

  /** Claims `length` bytes and returns where they start. */
  #take(length: number): number {
    const at = this.#position;
    if (length > this.#end - at) {
      throw new WireError(`${length} bytes wanted where ${this.#end - at} are left`, at, true);
    }
    this.#position = at + length;
    return at;
  }
}

const utf8Encoder = new TextEncoder();

/** Messages of up to so many bytes are joined where they are nested. */
const SMALL = 4096;

/** Writes one message. Nested messages are written by their own writer first, so lengths need no back-patching. */
export class WireWriter {
  #chunks: Uint8Array[] = [];
  #length = 0;

  varint(field: number, value: number | bigint): void {
    this.#raw(varintBytes(field * 8 + WireType.varint));
    this.#raw(varintBytes(value));
  }

  float(field: number, value: number): void {
    this.#raw(varintBytes(field * 8 + WireType.fixed32));
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#raw(bytes);
  }

  double(field: number, value: number): void {
    this.#raw(varintBytes(field * 8 + WireType.fixed64));
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.#raw(bytes);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#raw(varintBytes(field * 8 + WireType.bytes));
    this.#raw(varintBytes(value.length));
    this.#raw(value);
  }

  string(field: number, value: string): void {
    this.bytes(field, utf8Encoder.encode(value));
  }

  message(field: number, value: WireWriter): void {
    this.#raw(varintBytes(field * 8 + WireType.bytes));
    this.#raw(varintBytes(value.#length));
    // A small message becomes one chunk, so that a large graph is not millions of them; weights are not copied.
    if (value.#length <= SMALL) this.#chunks.push(value.finish());
    else for (const chunk of value.#chunks) this.#chunks.push(chunk);
    this.#length += value.#length;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }

  #raw(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }
}

/** Negative numbers take ten bytes, as int64 does. */
function varintBytes(value: number | bigint): Uint8Array {
  if (typeof value === "number" && value >= 0 && value < 0x80) return Uint8Array.of(value);
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
