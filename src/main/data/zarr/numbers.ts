/**
 * Filters of numcodecs that store other numbers than the array holds: differences, scaled integers, narrower types.
 * Source: numcodecs' documentation of Delta, FixedScaleOffset, AsType and Quantize.
 */
import { decodeElements, elements, type StoredElement } from "../elements";

type Options = Readonly<Record<string, unknown>>;
interface Type {
  readonly element: StoredElement;
  readonly bigEndian: boolean;
}

/** Each element is the difference from the one before it. */
export function delta(bytes: Uint8Array, options: Options): Uint8Array {
  const type = typeOf(options["dtype"]);
  const differences = numbersOf(bytes, typeOf(options["astype"] ?? options["dtype"]));
  const rounded = type.element.name === "float32" ? Math.fround : (value: number) => value;
  let sum: number | bigint = typeof differences[0] === "bigint" ? 0n : 0;
  const values = Array.from(differences, (difference: number | bigint) => {
    sum = typeof difference === "bigint" ? (sum as bigint) + difference : rounded((sum as number) + difference); // prettier-ignore
    return sum;
  });
  return bytesOf(values, type);
}

/** Numbers were scaled about an offset and rounded. */
export function fixedScaleOffset(bytes: Uint8Array, options: Options): Uint8Array {
  const type = typeOf(options["dtype"]);
  const [scale, offset] = [Number(options["scale"]), Number(options["offset"])];
  const stored = numbersOf(bytes, typeOf(options["astype"] ?? options["dtype"]));
  return bytesOf(Array.from(stored, (value: number | bigint) => Number(value) / scale + offset), type); // prettier-ignore
}

/** @param from, to the types, as NumPy writes them: "<f4" */
export function asType(bytes: Uint8Array, from: unknown, to: unknown): Uint8Array {
  if (from === to) return bytes;
  return bytesOf([...numbersOf(bytes, typeOf(from))], typeOf(to));
}

/** @throws RangeError */
function typeOf(text: unknown): Type {
  const code = typeof text === "string" ? /^[<>|]([a-z]\d)$/.exec(text)?.[1] : undefined;
  const element = code === undefined ? undefined : elements[code];
  if (element === undefined || writers[element.name] === undefined) {
    throw new RangeError(`elements of type ${String(text)}`);
  }
  return { element, bigEndian: (text as string).startsWith(">") };
}

function numbersOf(
  bytes: Uint8Array,
  type: Type,
): ArrayLike<number | bigint> & Iterable<number | bigint> {
  // prettier-ignore
  if (bytes.length % type.element.bytes !== 0) throw new RangeError("part of an element");
  return decodeElements(new Uint8Array(bytes), type, "");
}

const writers: Readonly<
  Record<string, (view: DataView, at: number, value: number | bigint, little: boolean) => void>
> = {
  float32: (view, at, value, little) => view.setFloat32(at, Number(value), little),
  float64: (view, at, value, little) => view.setFloat64(at, Number(value), little),
  int8: (view, at, value) => view.setInt8(at, Number(value)),
  int16: (view, at, value, little) => view.setInt16(at, Number(value), little),
  int32: (view, at, value, little) => view.setInt32(at, Number(value), little),
  int64: (view, at, value, little) => view.setBigInt64(at, whole(value), little),
  uint8: (view, at, value) => view.setUint8(at, Number(value)),
  uint16: (view, at, value, little) => view.setUint16(at, Number(value), little),
  uint32: (view, at, value, little) => view.setUint32(at, Number(value), little),
  uint64: (view, at, value, little) => view.setBigUint64(at, whole(value), little),
};

/** Towards zero, as NumPy's casts. @throws RangeError for what is no number */
function whole(value: number | bigint): bigint {
  return typeof value === "bigint" ? value : BigInt(Math.trunc(value));
}

function bytesOf(values: readonly (number | bigint)[], { element, bigEndian }: Type): Uint8Array {
  const bytes = new Uint8Array(values.length * element.bytes);
  const view = new DataView(bytes.buffer);
  const write = writers[element.name]!;
  values.forEach((value, i) => write(view, i * element.bytes, value, !bigEndian));
  return bytes;
}
