/**
 * What a Zarr array says of itself, in both versions of the format.
 * Sources: zarr-specs, "Zarr storage specification version 2" and "Zarr core specification version 3.0".
 */
import { z } from "zod";
import { UserError } from "../../../shared/errors";
import type { Attributes, AttributeValue } from "../arrayFile";
import { elements, type StoredElement } from "../elements";

export interface Codec {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ZarrArray {
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly element: StoredElement;
  readonly bigEndian: boolean;
  /** What elements are where no chunk is. */
  readonly fill: number | bigint;
  /** First axis fastest within a chunk. */
  readonly fortranOrder: boolean;
  /** In the order of decoding. */
  readonly codecs: readonly Codec[];
  /** Inner chunks of a chunk that is a shard, and how its index is stored. */
  readonly shards?: {
    readonly chunks: readonly number[];
    readonly indexAtStart: boolean;
    /** Whether a CRC-32C stands behind the index. */
    readonly indexChecked: boolean;
  };
  readonly dimensions: readonly string[] | undefined;
  /** File of a chunk, from its indices. */
  key(indices: readonly number[]): string;
}

const extents = z.array(z.number().int().nonnegative());
const fillValue = z.union([z.number(), z.string(), z.boolean(), z.null()]).optional();
const v2codec = z.looseObject({ id: z.string() });
const version2 = z.object({
  zarr_format: z.literal(2),
  shape: extents,
  chunks: extents,
  dtype: z.string(),
  compressor: v2codec.nullable(),
  filters: z.array(v2codec).nullable(),
  fill_value: fillValue,
  order: z.enum(["C", "F"]),
  dimension_separator: z.enum([".", "/"]).optional(),
});

const v3codec = z.object({
  name: z.string(),
  configuration: z.record(z.string(), z.unknown()).optional(),
});
const version3 = z.object({
  zarr_format: z.literal(3),
  node_type: z.literal("array"),
  shape: extents,
  data_type: z.string(),
  chunk_grid: z.object({
    name: z.literal("regular"),
    configuration: z.object({ chunk_shape: extents }),
  }),
  chunk_key_encoding: z.object({
    name: z.enum(["default", "v2"]),
    configuration: z.object({ separator: z.enum([".", "/"]).optional() }).optional(),
  }),
  codecs: z.array(v3codec),
  fill_value: fillValue,
  dimension_names: z.array(z.string().nullable()).nullish(),
  // They change what is stored, and none is known.
  storage_transformers: z.array(z.unknown()).max(0, "transformers are not known here").optional(),
});

const sharding = z.object({
  chunk_shape: extents,
  codecs: z.array(v3codec),
  index_location: z.enum(["start", "end"]).optional(),
  index_codecs: z.array(v3codec).optional(),
});

/** @throws UserError "zarr/metadata", "zarr/dtype" */
export function arrayOf(text: unknown, attributes: Attributes, where: string): ZarrArray {
  const isThird = (text as { zarr_format?: unknown } | null)?.zarr_format === 3;
  const array = isThird ? third(text, where) : second(text, attributes, where);
  const fits =
    array.shape.length === array.chunks.length && array.chunks.every((extent) => extent > 0);
  if (!fits) {
    throw broken(
      where,
      `its chunks [${array.chunks.join(", ")}] do not fit [${array.shape.join(", ")}]`,
    );
  }
  return array;
}

function second(text: unknown, attributes: Attributes, where: string): ZarrArray {
  const read = version2.safeParse(text);
  if (!read.success) throw broken(where, problemOf(read.error));
  const { dtype, shape, chunks, compressor, filters, order } = read.data;
  const element = elements[/^[<>|]([a-z]\d+)$/.exec(dtype)?.[1] ?? ""];
  if (element === undefined) throw strangeType(where, dtype);
  const separator = read.data.dimension_separator ?? ".";
  const named = attributes["_ARRAY_DIMENSIONS"];
  return {
    shape,
    chunks,
    element,
    bigEndian: dtype.startsWith(">"),
    fill: fillOf(read.data.fill_value, element),
    fortranOrder: order === "F",
    codecs: [...(compressor === null ? [] : [compressor]), ...[...(filters ?? [])].reverse()].map(
      ({ id, ...options }) => ({ name: id, options }),
    ),
    dimensions: Array.isArray(named) ? named.map(String) : undefined,
    key: (indices) => (indices.length === 0 ? "0" : indices.join(separator)),
  };
}

function third(text: unknown, where: string): ZarrArray {
  const read = version3.safeParse(text);
  if (!read.success) throw broken(where, problemOf(read.error));
  const {
    shape,
    data_type: type,
    chunk_key_encoding: encoding,
    dimension_names: names,
  } = read.data;
  const element = Object.values(elements).find(({ name }) => name === type);
  if (element === undefined) throw strangeType(where, type);
  const chunks = read.data.chunk_grid.configuration.chunk_shape;
  const separator = encoding.configuration?.separator ?? (encoding.name === "v2" ? "." : "/");
  const outer = read.data.codecs[0];
  const shard =
    outer?.name === "sharding_indexed" ? sharding.safeParse(outer.configuration) : undefined;
  if (shard?.success === false) throw broken(where, problemOf(shard.error));
  const codecs = shard === undefined ? read.data.codecs : shard.data.codecs;
  const bytes = codecs.find(({ name }) => name === "bytes");
  return {
    shape,
    chunks,
    element,
    bigEndian: bytes?.configuration?.["endian"] === "big",
    fill: fillOf(read.data.fill_value, element),
    fortranOrder: isReversal(codecs, shape.length, where),
    codecs: codecs
      .filter(({ name }) => name !== "bytes" && name !== "transpose")
      .reverse()
      .map(({ name, configuration }) => ({ name, options: configuration ?? {} })),
    ...(shard === undefined
      ? {}
      : {
          shards: {
            chunks: shard.data.chunk_shape,
            indexAtStart: shard.data.index_location === "start",
            indexChecked: shard.data.index_codecs?.some(({ name }) => name === "crc32c") !== false,
          },
        }),
    dimensions: names?.every((name) => name !== null) === true ? names : undefined,
    key: (indices) =>
      encoding.name === "default"
        ? ["c", ...indices].join(separator)
        : indices.length === 0
          ? "0"
          : indices.join(separator),
  };
}

/** Whether chunks have their axes in the opposite order; other orders are not written by anyone known. */
function isReversal(
  codecs: readonly z.infer<typeof v3codec>[],
  rank: number,
  where: string,
): boolean {
  const order = codecs.find(({ name }) => name === "transpose")?.configuration?.["order"];
  if (order === undefined || order === "C") return false;
  const axes = Array.isArray(order) ? order.map(Number) : [];
  if (order === "F" || axes.every((axis, i) => axis === rank - 1 - i)) return true;
  if (axes.every((axis, i) => axis === i)) return false;
  throw broken(where, `its chunks have their axes in the order ${axes.join(", ")}`);
}

const words: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Infinity,
  "-Infinity": -Infinity,
};

function fillOf(value: z.infer<typeof fillValue>, element: StoredElement): number | bigint {
  const { dtype } = element;
  const bits = typeof value === "string" ? /^0x([0-9a-f]+)$/i.exec(value)?.[1] : undefined;
  if (bits !== undefined) return ofBits(bits, element);
  const number = typeof value === "string" ? (words[value] ?? Number(value)) : Number(value ?? 0);
  if (dtype !== "int64") return number;
  return BigInt(Number.isFinite(number) ? Math.trunc(number) : 0);
}

/** A number by its bits, the highest first, as some write NaN. */
function ofBits(bits: string, { bytes, read }: StoredElement): number | bigint {
  const padded = bits.padStart(2 * bytes, "0").slice(-2 * bytes);
  return read(new DataView(Uint8Array.from(Buffer.from(padded, "hex")).buffer), 0, false);
}

/** Attributes as plain values; what is nested is left out. */
export function attributesIn(value: unknown): Attributes {
  if (typeof value !== "object" || value === null) return {};
  const isWord = (one: unknown): one is number | string | boolean =>
    ["number", "string", "boolean"].includes(typeof one);
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, AttributeValue] =>
        isWord(entry[1]) || (Array.isArray(entry[1]) && entry[1].every(isWord)),
    ),
  );
}

function problemOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined
    ? "it is not valid"
    : `${issue.path.join(".") || "it"}: ${issue.message}`;
}

function broken(where: string, problem: string): UserError {
  return new UserError("zarr/metadata", `${where}: its description cannot be read: ${problem}.`, {
    where,
    todo: "Copy or write it again.",
  });
}

function strangeType(where: string, type: string): UserError {
  return new UserError("zarr/dtype", `${where}: elements of type ${type} are not read here.`, {
    where,
    todo: "Write it again with numbers of a common type.",
  });
}
