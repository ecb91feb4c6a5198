/**
 * What the pickle of torch.save makes: tensors as views of storages, parameters, ordered dicts, and the numbers and
 * arrays of NumPy that trainers put beside them. Names and orders of arguments: torch/_utils.py and torch/serialization.py
 * of PyTorch 0.4 to 2.6, and NumPy's array reduction (numpy/_core/src/multiarray/methods.c, __setstate__).
 */
import type { Cursor } from "../pickle/cursor";
import type { PickleHost } from "../pickle/unpickle";
import { countOf, Dict, Global, Inert, itemsOf, Sequence } from "../pickle/values";
import { spanOf, weightElements, type Strided, type WeightElement } from "../stored";

/** A run of numbers that the pickle only names. */
export class Storage {
  constructor(
    readonly key: string,
    /** undefined where the storage is of bytes, or of a type without numbers here: then `type` says which. */
    readonly element: WeightElement | undefined,
    readonly type: string,
    /** In elements, or bytes where there is no element type. */
    readonly length: number,
    /** Where it begins in the storage of that key: versions before 0.4 could save parts of one. */
    readonly start = 0,
  ) {}
}

/** A view of a storage; or a tensor that cannot be read, with the reason. */
export class TorchTensor {
  constructor(
    readonly storage: Storage,
    readonly element: WeightElement,
    readonly view: Strided,
  ) {}
}

export class Unreadable {
  constructor(
    readonly shape: readonly number[],
    readonly why: string,
  ) {}
}

/** NumPy's dtype, and an array of it in the pickle itself. */
export class NumpyType {
  bigEndian = false;
  constructor(readonly code: string) {}
}

export class NumpyArray {
  shape: readonly number[] = [];
  type: NumpyType | undefined;
  fortran = false;
  bytes: Uint8Array | undefined;
}

const MOST_AXES = 64;

/** Types of storages: torch.FloatStorage and the like. */
const storageTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    DoubleStorage: "float64",
    FloatStorage: "float32",
    HalfStorage: "float16",
    BFloat16Storage: "bfloat16",
    LongStorage: "int64",
    IntStorage: "int32",
    ShortStorage: "int16",
    CharStorage: "int8",
    ByteStorage: "uint8",
    BoolStorage: "bool",
    ComplexFloatStorage: "complex64",
    ComplexDoubleStorage: "complex128",
  }),
);

/** @throws UserError "pickle/damaged" where it is no storage */
export function storageOf(
  [type, key, , length]: readonly unknown[],
  cursor: Cursor,
  [start, size]: readonly unknown[] = [0, length],
): Storage {
  const [count, from] = [countOf(size), countOf(start)];
  if (
    !(type instanceof Global) ||
    typeof key !== "string" ||
    count === undefined ||
    from === undefined
  ) {
    throw cursor.damaged("it names a storage that cannot be understood");
  }
  // "torch.FloatStorage", "torch.cuda.FloatStorage" of old versions, "torch.storage.UntypedStorage".
  const name = type.path.startsWith("torch.") ? storageTypes.get(type.name) : undefined;
  return new Storage(
    key,
    name === undefined ? undefined : weightElements.get(name),
    type.name,
    count,
    from,
  );
}

type Construct = (args: readonly unknown[], cursor: Cursor) => unknown;

const first: Construct = ([value]) => value;

const constructors: Readonly<Record<string, Construct>> = {
  "torch._utils._rebuild_tensor": rebuild,
  "torch._utils._rebuild_tensor_v2": rebuild,
  // A type of its own beside an untyped storage, for types that have no storage class.
  "torch._utils._rebuild_tensor_v3": ([storage, offset, size, stride, , , dtype, noted], cursor) =>
    rebuild([storage, offset, size, stride, null, null, noted], cursor, dtype),
  "torch._utils._rebuild_parameter": first,
  "torch._utils._rebuild_parameter_with_state": first,
  "torch.nn.parameter.Parameter": first,
  "torch.nn.parameter.Buffer": first,
  "torch._utils._rebuild_qtensor": ([, , size]) =>
    new Unreadable(shapeOf(size) ?? [], "is quantised: its integers are no weights"),
  "torch._utils._rebuild_sparse_tensor": ([, parts]) =>
    new Unreadable(shapeOf(itemsOf(parts)?.[2]) ?? [], "is sparse"),
  "torch._utils._rebuild_meta_tensor_no_storage": ([, size]) =>
    new Unreadable(shapeOf(size) ?? [], "is on the meta device and has no numbers"),
  "torch._tensor._rebuild_from_type_v2": ([made, , args], cursor) =>
    made instanceof Global ? construct(made, itemsOf(args) ?? [], cursor) : undefined,
  "torch.Size": ([items]) => items,
  "collections.OrderedDict": ([pairs]) => dictOfPairs(pairs),
  "collections.defaultdict": () => new Dict(),
  "argparse.Namespace": () => new Dict(true),
  "types.SimpleNamespace": () => new Dict(true),
  "_codecs.encode": ([text]) =>
    typeof text === "string" ? Buffer.from(text, "latin1") : undefined,
  "builtins.dict": ([pairs]) => dictOfPairs(pairs),
  "builtins.set": ([items]) => new Sequence("set", [...(itemsOf(items) ?? [])]),
  "builtins.list": ([items]) => new Sequence("list", [...(itemsOf(items) ?? [])]),
  "numpy.dtype": ([code]) =>
    typeof code === "string"
      ? new NumpyType(code)
      : // What JAX computes with besides: a class of the package ml_dtypes.
        code instanceof Global && code.name === "bfloat16"
        ? new NumpyType(code.name)
        : undefined,
  "numpy.core.multiarray._reconstruct": () => new NumpyArray(),
  "numpy.core.multiarray.scalar": scalar,
  "numpy.core.numeric._frombuffer": fromBuffer,
  // What jax.Array is pickled as: NumPy's way to make it, and the state for that.
  "jax._src.array._reconstruct_array": ([made, args, state], cursor) => {
    const array = made instanceof Global ? construct(made, itemsOf(args) ?? [], cursor) : undefined;
    if (array !== undefined) build(array, state, cursor);
    return array;
  },
};

function construct(name: Global, args: readonly unknown[], cursor: Cursor): unknown {
  // NumPy 2 moved its own parts, not their names.
  const path = name.path
    .replace(/^numpy\._core\./, "numpy.core.")
    .replace(/^__builtin__\./, "builtins.");
  return Object.hasOwn(constructors, path) ? constructors[path]!(args, cursor) : undefined;
}

/** Modules whose functions act on the machine; classes of other libraries merely are not known here. */
const acting =
  /^(os|posix|nt|sys|subprocess|shutil|socket|importlib|runpy|pty|ctypes|code|webbrowser|_?posixsubprocess|pip)(\.|$)/;
const actingBuiltins =
  /^builtins\.(eval|exec|compile|open|getattr|setattr|__import__|breakpoint|input)$/;

/**
 * What only arranges values. Storages are the format's own business.
 * @param calls gets the names of functions that a loading in Python would run and that are no business of weights
 */
export function torchObjects(
  calls: Set<string>,
): Pick<Required<PickleHost>, "construct" | "build"> {
  return {
    construct(name, args, cursor) {
      const path = name.path.replace(/^__builtin__\./, "builtins.");
      if (acting.test(path) || actingBuiltins.test(path)) calls.add(name.path);
      return construct(name, args, cursor);
    },
    build,
  };
}

function dictOfPairs(pairs: unknown): Dict {
  const dict = new Dict();
  for (const pair of itemsOf(pairs) ?? []) {
    const [key, value] = itemsOf(pair) ?? [];
    dict.entries.set(key, value);
  }
  return dict;
}

/** Extents, at most MOST_AXES of them. */
function shapeOf(value: unknown): number[] | undefined {
  const extents = itemsOf(value)?.map(countOf);
  if (extents === undefined || extents.length > MOST_AXES) return undefined;
  return extents.every((extent) => extent !== undefined) ? extents : undefined;
}

function rebuild(
  [storage, at, size, stride, , , metadata]: readonly unknown[],
  cursor: Cursor,
  dtype?: unknown,
): TorchTensor | Unreadable {
  const [offset, shape, strides] = [countOf(at), shapeOf(size), shapeOf(stride)];
  if (offset === undefined || shape === undefined || strides === undefined) {
    throw cursor.damaged("a tensor cannot be understood");
  }
  const noted = metadata instanceof Dict ? metadata.entries : undefined;
  if (noted?.get("conj") === true || noted?.get("neg") === true) {
    return new Unreadable(
      shape,
      "is a view whose numbers are conjugated or negated when it is used",
    );
  }
  return rebuildTensor(storage, { offset, shape, strides }, cursor, dtype);
}

/**
 * A view of a storage, within its bounds.
 * @throws UserError "pickle/damaged"
 */
export function rebuildTensor(
  storage: unknown,
  view: Strided,
  cursor: Cursor,
  dtype?: unknown,
): TorchTensor | Unreadable {
  const { shape, strides, offset } = view;
  const counts = [offset, ...shape, ...strides].map(countOf);
  if (
    !(storage instanceof Storage) ||
    strides.length !== shape.length ||
    counts.includes(undefined)
  ) {
    throw cursor.damaged("a tensor cannot be understood");
  }
  const stated = dtype instanceof Global ? dtype.name : undefined;
  const element = stated === undefined ? storage.element : weightElements.get(stated);
  if (element === undefined) {
    const type = stated ?? storage.type;
    return new Unreadable(shape, `has numbers of type ${type}, which is not read here`);
  }
  const length =
    storage.element === undefined
      ? Math.floor(storage.length / (element.bytes * element.parts))
      : storage.length;
  const span = spanOf(view);
  if (span !== null && !(span[1] < length)) {
    throw cursor.damaged(`a tensor of shape [${shape.join(", ")}] reaches beyond its storage`);
  }
  return new TorchTensor(storage, element, view);
}

/** The state of NumPy's types and arrays: (version, byte order, …) and (version, shape, type, order, bytes). */
function build(object: unknown, state: unknown, cursor: Cursor): boolean {
  const items = itemsOf(state);
  if (object instanceof NumpyType) {
    object.bigEndian = items?.[1] === ">";
    return true;
  }
  if (!(object instanceof NumpyArray)) return false;
  const [, size, type, fortran, bytes] = items ?? [];
  setArray(object, { size, type, fortran: fortran === true, bytes }, cursor);
  return true;
}

function setArray(
  array: NumpyArray,
  {
    size,
    type,
    fortran,
    bytes,
  }: { size: unknown; type: unknown; fortran: boolean; bytes: unknown },
  cursor: Cursor,
): void {
  const shape = shapeOf(size);
  if (shape === undefined || !(type instanceof NumpyType)) {
    throw cursor.damaged("an array of NumPy cannot be understood");
  }
  array.shape = shape;
  array.type = type;
  array.fortran = fortran;
  if (typeof bytes === "string") array.bytes = Buffer.from(bytes, "latin1");
  else if (bytes instanceof Uint8Array) array.bytes = bytes;
}

function fromBuffer([bytes, type, size, order]: readonly unknown[], cursor: Cursor): NumpyArray {
  const array = new NumpyArray();
  setArray(array, { size, type, fortran: order === "F", bytes }, cursor);
  return array;
}

/** A NumPy number as a number; what is no plain one stays inert. */
function scalar([type, bytes]: readonly unknown[]): unknown {
  const raw = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
  if (!(type instanceof NumpyType) || !(raw instanceof Uint8Array)) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  if (raw.length === 8 && type.code === "f8") return view.getFloat64(0, !type.bigEndian);
  if (raw.length === 4 && type.code === "f4") return view.getFloat32(0, !type.bigEndian);
  if (raw.length === 8 && type.code === "i8") return Number(view.getBigInt64(0, !type.bigEndian));
  return undefined;
}

/** What an object that is not known has inside, by name: entries, attributes, or both. */
export function partsOf(value: unknown): ReadonlyMap<unknown, unknown> | undefined {
  if (value instanceof Dict) return value.entries;
  if (!(value instanceof Inert)) return undefined;
  // A state of two dicts is that of a class with slots.
  const state = itemsOf(value.state)?.[0] ?? value.state;
  return state instanceof Dict && value.dict.entries.size === 0
    ? state.entries
    : value.dict.entries;
}
