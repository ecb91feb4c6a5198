/**
 * NetCDF's classic format in its three versions (CDF-1, 2 and 5): a header, then big-endian arrays, those with the
 * unlimited dimension interleaved record by record.
 * Source: NetCDF User's Guide, appendix "File Format Specifications".
 */
import { UserError } from "../../shared/errors";
import { sizeOf, type TensorData } from "../../shared/tensor";
import type { ArrayFile, Attributes, AttributeValue } from "./arrayFile";
import type { ArraySource, ElementRange } from "./arraySource";
import { boxesOf, checkBox, rangesOf, sizeOfAll, wholeOf, type Box } from "./box";
import type { ByteSource } from "./byteSource";
import { decodeElements, elements, roomForStored, type StoredElement } from "./elements";
import { plainReader } from "./plainBytes";

/** By the format's number of the type; characters are no numbers. */
const types: Readonly<Record<number, { code: string; bytes: number }>> = {
  1: { code: "i1", bytes: 1 },
  2: { code: "", bytes: 1 },
  3: { code: "i2", bytes: 2 },
  4: { code: "i4", bytes: 4 },
  5: { code: "f4", bytes: 4 },
  6: { code: "f8", bytes: 8 },
  7: { code: "u1", bytes: 1 },
  8: { code: "u2", bytes: 2 },
  9: { code: "u4", bytes: 4 },
  10: { code: "i8", bytes: 8 },
  11: { code: "u8", bytes: 8 },
};

/** A header is read at once; honest ones are a few kilobytes. */
const LONGEST_HEADER = 1 << 24;

const [DIMENSIONS, VARIABLES, ATTRIBUTES] = [10, 11, 12];

interface Variable {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly type: number;
  readonly begin: number;
  readonly attributes: Attributes;
}

/** @throws UserError "netcdf/damaged", "netcdf/empty", "file/…" */
export async function openNetcdf3(source: ByteSource): Promise<ArrayFile> {
  const { path } = source;
  const header = new Header(path, await source.read(0, Math.min(source.size, LONGEST_HEADER)));
  const { records, dimensions, attributes, variables } = header.read();
  const isRecord = ({ dimensions: ids }: Variable): boolean => dimensions[ids[0]!]?.length === 0;
  const shapeOf = ({ dimensions: ids }: Variable): number[] =>
    ids.map((id, i) =>
      i === 0 && dimensions[id]!.length === 0 ? records : dimensions[id]!.length,
    );
  const sliceBytes = (variable: Variable): number =>
    sizeOf(shapeOf(variable).slice(isRecord(variable) ? 1 : 0)) * types[variable.type]!.bytes;
  const moving = variables.filter(isRecord);
  // Records are padded to four bytes, except where there is only one variable in them.
  const padded = (bytes: number): number => Math.ceil(bytes / 4) * 4;
  const recordBytes =
    moving.length === 1
      ? sliceBytes(moving[0]!)
      : moving.reduce((sum, variable) => sum + padded(sliceBytes(variable)), 0);
  const arrays = new Map<string, ArraySource>();
  for (const variable of variables) {
    const element = elements[types[variable.type]!.code];
    if (element === undefined) continue;
    const shape = shapeOf(variable);
    const last =
      variable.begin +
      (isRecord(variable)
        ? Math.max(0, records - 1) * recordBytes + (records === 0 ? 0 : sliceBytes(variable))
        : sliceBytes(variable));
    if (!Number.isSafeInteger(last) || last > source.size) {
      throw damaged(
        path,
        `${variable.name} [${shape.join(", ")}] reaches beyond the end of the file`,
      );
    }
    arrays.set(
      variable.name,
      variableSource(source, variable.name, {
        shape,
        element,
        dimensions: variable.dimensions.map((id) => dimensions[id]!.name),
        begin: variable.begin,
        stride: isRecord(variable) ? recordBytes : undefined,
      }),
    );
  }
  if (arrays.size === 0) {
    throw new UserError("netcdf/empty", `${path} has no arrays of numbers.`, { where: path });
  }
  const about = new Map(variables.map((variable) => [variable.name, variable.attributes]));
  return {
    path,
    format: "NetCDF 3",
    arrays,
    notices: [],
    attributes: (name) => (name === "" ? attributes : (about.get(name) ?? {})),
    close: () => source.close(),
  };
}

interface Layout {
  readonly shape: readonly number[];
  readonly element: StoredElement;
  readonly dimensions: readonly string[];
  readonly begin: number;
  /** Bytes from one record to the next; undefined where the array lies in one piece. */
  readonly stride: number | undefined;
}

function variableSource(source: ByteSource, name: string, layout: Layout): ArraySource {
  const { shape, element, begin, stride } = layout;
  const where = `${source.path}: ${name}`;
  const row = sizeOf(shape.slice(1)) * element.bytes;
  const fill = plainReader(source, begin);
  /** A run of bytes as it lies in the file: whole, or in pieces where records of others are in between. */
  function* placesOf(start: number, count: number): Generator<ElementRange> {
    if (stride === undefined) yield { start, count };
    else {
      for (let [from, end] = [start, start + count]; from < end;) {
        const piece = Math.min(end - from, row - (from % row));
        yield { start: Math.floor(from / row) * stride + (from % row), count: piece };
        from += piece;
      }
    }
  }
  const readBoxes = async (boxes: readonly Box[], into?: TensorData): Promise<TensorData> => {
    const ranges = boxes.flatMap((box) => {
      checkBox(shape, box, where);
      return rangesOf(shape, box).flatMap(({ start, count }) => [
        ...placesOf(start * element.bytes, count * element.bytes),
      ]);
    });
    const bytes = roomForStored(element, sizeOfAll(boxes), where, into);
    await fill(ranges, bytes);
    return decodeElements(bytes, { element, bigEndian: true }, where, into);
  };
  return {
    name,
    where,
    shape,
    dtype: element.dtype,
    storedType: element.name,
    dimensions: layout.dimensions,
    readBoxes,
    read: (ranges) =>
      readBoxes(ranges?.flatMap((range) => boxesOf(shape, range)) ?? [wholeOf(shape)]),
  };
}

/** Reads the header from its start; every length is checked against what is there. */
class Header {
  readonly #path: string;
  readonly #view: DataView;
  readonly #wide: boolean;
  readonly #version: number;
  #at = 4;

  constructor(path: string, bytes: Uint8Array) {
    this.#path = path;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#version = bytes[3]!;
    this.#wide = this.#version === 5;
  }

  read(): {
    records: number;
    dimensions: { name: string; length: number }[];
    attributes: Attributes;
    variables: Variable[];
  } {
    try {
      const records = this.#size();
      if (records < 0) throw new RangeError("it was not closed: the number of records is open");
      const dimensions = this.#list(DIMENSIONS, () => ({
        name: this.#name(),
        length: this.#size(),
      }));
      const attributes = this.#attributes();
      const variables = this.#list(VARIABLES, () => this.#variable(dimensions.length));
      return { records, dimensions, attributes, variables };
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw damaged(this.#path, "its header is cut short or says impossible things", cause);
    }
  }

  #variable(dimensions: number): Variable {
    const name = this.#name();
    const ids = this.#items(() => this.#size());
    if (ids.some((id) => id < 0 || id >= dimensions)) throw new RangeError("no such dimension");
    const attributes = this.#attributes();
    const type = this.#uint();
    if (types[type] === undefined) throw new RangeError(`type ${type}`);
    this.#size(); // The size of the variable, which its shape tells and which may overflow here.
    const begin = this.#version === 1 ? this.#uint() : this.#long();
    return { name, dimensions: ids, type, begin, attributes };
  }

  #attributes(): Attributes {
    const entries = this.#list(ATTRIBUTES, (): [string, AttributeValue] => {
      const name = this.#name();
      const type = types[this.#uint()];
      if (type === undefined) throw new RangeError("type of an attribute");
      const count = this.#size();
      const bytes = this.#bytes(count * type.bytes);
      if (type.code === "") return [name, Buffer.from(bytes).toString().replace(/\0+$/, "")];
      const values = decodeElements(
        new Uint8Array(bytes),
        { element: elements[type.code]!, bigEndian: true },
        this.#path,
      );
      const numbers = Array.from(values, Number);
      return [name, numbers.length === 1 ? numbers[0]! : numbers];
    });
    return Object.fromEntries(entries);
  }

  #list<T>(tag: number, item: () => T): T[] {
    const found = this.#uint();
    if (found !== tag && found !== 0) throw new RangeError(`tag ${found}`);
    return this.#items(item);
  }

  #items<T>(item: () => T): T[] {
    const count = this.#size();
    // Each takes at least four bytes, so a count that lies is found before memory is taken.
    if (count < 0 || count * 4 > this.#view.byteLength) throw new RangeError(`${count} items`);
    return Array.from({ length: count }, item);
  }

  #name(): string {
    return Buffer.from(this.#bytes(this.#size())).toString();
  }

  /** Padded to four bytes. */
  #bytes(length: number): Uint8Array {
    if (length < 0 || this.#at + length > this.#view.byteLength) throw new RangeError("cut short");
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#at, length);
    this.#at += Math.ceil(length / 4) * 4;
    return bytes;
  }

  #uint(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }

  #long(): number {
    this.#at += 8;
    return Number(this.#view.getBigInt64(this.#at - 8));
  }

  /** A count or an extent: wide in CDF-5; all ones in a file that was never closed. */
  #size(): number {
    if (this.#wide) return this.#long();
    const size = this.#uint();
    return size === 0xffff_ffff ? -1 : size;
  }
}

function damaged(path: string, problem: string, cause?: unknown): UserError {
  return new UserError("netcdf/damaged", `${path}: ${problem}.`, {
    where: path,
    todo: "Copy or download it again; if a program still writes it, wait until it is closed.",
    cause,
  });
}
