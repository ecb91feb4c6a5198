/** A tensor in a file of weights: known by type and shape at once, read when it is asked for. */
import { UserError } from "../../shared/errors";
import { fromBfloat16 } from "../../shared/half";
import { allocate, sizeOf, type DType, type Tensor, type TensorData } from "../../shared/tensor";
import { allocateBytes } from "../data/byteSource";
import { decodeElements, elements, type StoredElement } from "../data/elements";

export interface StoredTensor {
  /** As it is read; complex numbers are pairs of real ones along a last axis of two. */
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** As the file has it: "bfloat16", "complex64". */
  readonly storedType: string;
  /** Why it cannot be read, where that is known beforehand: "is quantised: …". */
  readonly unreadable?: string;
  /** @throws UserError where the bytes are not what the file says */
  read(): Promise<Tensor>;
}

/** How the numbers of a storage lie in bytes. */
export interface WeightElement extends StoredElement {
  /** Real numbers an element: 2 of complex ones. */
  readonly parts: 1 | 2;
}

function real(code: string): WeightElement {
  return { ...elements[code]!, parts: 1 };
}

function pairs(code: string, name: string): WeightElement {
  return { ...elements[code]!, name, parts: 2 };
}

/** By PyTorch's names of types; a map, since names come from files. */
export const weightElements: ReadonlyMap<string, WeightElement> = new Map(
  Object.entries({
    float64: real("f8"),
    float32: real("f4"),
    float16: real("f2"),
    bfloat16: {
      name: "bfloat16",
      bytes: 2,
      dtype: "float32",
      parts: 1,
      read: (view, at, little) => fromBfloat16(view.getUint16(at, little)),
    },
    int64: real("i8"),
    int32: real("i4"),
    int16: real("i2"),
    int8: real("i1"),
    uint8: real("u1"),
    uint16: real("u2"),
    uint32: real("u4"),
    bool: real("b1"),
    complex64: pairs("f4", "complex64"),
    complex128: pairs("f8", "complex128"),
  }),
);

/** A view of a storage: where its elements lie, counted in elements. */
export interface Strided {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** First and last element that a view reaches; null where it has none. */
export function spanOf({ offset, shape, strides }: Strided): [first: number, last: number] | null {
  if (shape.includes(0)) return null;
  const reach = shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis]!, 0);
  return [offset, offset + reach];
}

/**
 * The elements of a view in C order.
 * @param bytes those from its first element to its last
 * @throws UserError "weights/too-large" where memory cannot hold them: an expanded view is larger than its storage
 */
export function gather(
  bytes: Uint8Array<ArrayBuffer>,
  element: WeightElement,
  { shape, strides }: Strided,
  { bigEndian, where }: { readonly bigEndian: boolean; readonly where: string },
): TensorData {
  const count = sizeOf(shape);
  const length = count * element.parts;
  // Of a complex number both parts are numbers of half its bytes.
  const plain = decodeElements(bytes, { element, bigEndian }, where);
  if (plain.length === length && isContiguous(shape, strides)) return plain;
  allocateBytes(where, length * 8);
  const out = allocate(element.dtype, length);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let at = 0; at < count; at++) {
    for (let part = 0; part < element.parts; part++) {
      out[at * element.parts + part] = plain[from * element.parts + part]!;
    }
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** Whether elements follow each other in C order; axes of one element may have any stride. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! !== 1 && strides[axis]! !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** What is read of a type that there is no number for here. */
export function unreadable(where: string, why: string, todo?: string): UserError {
  return new UserError("weights/type", `${where} ${why}.`, {
    where,
    ...(todo === undefined ? {} : { todo }),
  });
}
