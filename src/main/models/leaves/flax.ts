/**
 * Weights as flax.serialization writes them: msgpack of nested maps, arrays as extension 1, which is again msgpack of
 * shape, type and bytes.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.serialization.html
 */
import { decode, ExtensionCodec } from "@msgpack/msgpack";
import { UserError } from "../../../shared/errors";
import type { ByteSource } from "../../data/byteSource";
import { Dict, Sequence } from "../pickle/values";
import { NumpyArray, NumpyType, Unreadable } from "../torch/tensors";

/** Extension types: ndarray, native complex, scalar of NumPy. */
const ARRAY = 1;
const SCALAR = 3;

/** Held in memory as a whole: the format is no directory of what lies where. */
const LARGEST = 2 ** 31 - 1;

/** NumPy's names of types as its codes. */
const codes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    float64: "f8",
    float32: "f4",
    float16: "f2",
    bfloat16: "bfloat16",
    int64: "i8",
    int32: "i4",
    int16: "i2",
    int8: "i1",
    uint8: "u1",
    uint16: "u2",
    uint32: "u4",
    bool: "b1",
    complex64: "c8",
    complex128: "c16",
  }),
);

/**
 * The nested maps, as a pickle's dicts.
 * @throws UserError "weights/damaged"
 */
export async function loadFlax(source: ByteSource): Promise<unknown> {
  const { path, size } = source;
  if (size > LARGEST) throw damaged(path, `it has ${size} bytes`);
  const bytes = await source.read(0, size);
  // No map or list has more entries than the file has bytes.
  const limits = {
    maxStrLength: size,
    maxBinLength: size,
    maxArrayLength: size,
    maxMapLength: size,
    maxExtLength: size,
  };
  const extensionCodec = new ExtensionCodec();
  const array = (data: Uint8Array): unknown => arrayOf(decode(data, limits), path);
  extensionCodec.register({ type: ARRAY, encode: () => null, decode: array });
  extensionCodec.register({ type: SCALAR, encode: () => null, decode: array });
  let value: unknown;
  try {
    value = decode(bytes, { ...limits, extensionCodec });
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw damaged(path, "it ends or breaks off within a value", cause);
  }
  return treeOf(value, 0, path);
}

function arrayOf(value: unknown, path: string): NumpyArray | Unreadable {
  const [shape, type, bytes] = Array.isArray(value) ? (value as unknown[]) : [];
  if (
    !Array.isArray(shape) ||
    !shape.every((extent) => Number.isSafeInteger(extent) && (extent as number) >= 0) ||
    typeof type !== "string" ||
    !(bytes instanceof Uint8Array)
  ) {
    throw damaged(path, "an array in it cannot be understood");
  }
  const code = codes.get(type);
  if (code === undefined) {
    return new Unreadable(shape as number[], `has numbers of type ${type}, which is not read here`);
  }
  const array = new NumpyArray();
  array.shape = shape as number[];
  array.type = new NumpyType(code);
  array.bytes = bytes;
  return array;
}

/** By this key a map is an array of more than 2³⁰ bytes, in flat pieces; tuples are maps by number. */
const CHUNKED = "__msgpack_chunked_array__";

function ofChunks(entries: ReadonlyMap<string, unknown>, path: string): NumpyArray {
  const listed = (key: string): unknown[] => {
    const map: unknown = entries.get(key);
    if (typeof map !== "object" || map === null) return [];
    return Object.entries(map)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, item]) => item as unknown);
  };
  const [shape, chunks] = [listed("shape"), listed("chunks")];
  const [first] = chunks;
  const whole = new NumpyArray();
  if (
    !(first instanceof NumpyArray) ||
    !shape.every((extent): extent is number => Number.isSafeInteger(extent) && Number(extent) >= 0)
  ) {
    throw damaged(path, "an array in pieces cannot be understood");
  }
  whole.shape = shape;
  whole.type = first.type;
  whole.bytes = Buffer.concat(
    chunks.map((chunk) => {
      if (chunk instanceof NumpyArray && chunk.type?.code === first.type?.code) return chunk.bytes!;
      throw damaged(path, "the pieces of an array are of several types");
    }),
  );
  return whole;
}

const DEEPEST = 100;

function treeOf(value: unknown, depth: number, path: string): unknown {
  const isTree =
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Uint8Array) &&
    !(value instanceof NumpyArray) &&
    !(value instanceof Unreadable);
  if (!isTree || depth > DEEPEST) return value;
  if (Array.isArray(value)) {
    return new Sequence(
      "list",
      value.map((item) => treeOf(item, depth + 1, path)),
    );
  }
  const entries = new Map(Object.entries(value));
  if (entries.has(CHUNKED)) return ofChunks(entries, path);
  const dict = new Dict();
  for (const [key, item] of entries) dict.entries.set(key, treeOf(item, depth + 1, path));
  return dict;
}

function damaged(path: string, why: string, cause?: unknown): UserError {
  return new UserError("weights/damaged", `${path} is no sound msgpack of weights: ${why}.`, {
    where: path,
    todo: "Save it again with flax.serialization.to_bytes.",
    cause,
  });
}
