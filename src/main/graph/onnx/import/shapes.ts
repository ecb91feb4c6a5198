/** Constants and shape arithmetic: what is known without data. */
import { fromFloat64, sizeOf, type Tensor } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import { dtypeOf } from "../tensors";
import type { Call, Converter, Converters } from "./call";

/** More than any index table needs; a file's numbers alone must not make us allocate without bound. */
const MOST_ELEMENTS = 1 << 22;

function bounded(call: Call, count: number): number {
  if (!(count <= MOST_ELEMENTS)) throw call.unsupported(`it makes ${count} elements`);
  return count;
}

/** The number of each element's diagonal, column − row: two ladders, whatever the size of the matrix. */
function diagonals({ g }: Call, rows: number, columns: number): Value {
  const ladder = (length: number, shape: readonly number[]): Value =>
    g.indices(
      Array.from({ length }, (_, i) => i),
      shape,
    );
  return g.sub(ladder(columns, [columns]), ladder(rows, [rows, 1]));
}

/** Σ aⱼ cos(2πjn/N) for n < size, N = size or, symmetric, size − 1: the window functions of signal processing. */
const cosineWindow =
  (...terms: readonly number[]): Converter =>
  (call) => {
    const size = bounded(call, call.number(0));
    const period = call.flag("periodic", true) ? size : size - 1;
    const values = Array.from({ length: size }, (_, n) =>
      terms.reduce((sum, a, j) => sum + a * Math.cos((2 * Math.PI * j * n) / period), 0),
    );
    const dtype = dtypeOf(call.int("output_datatype", 1), call.origin);
    return call.g.constant(fromFloat64(dtype, [size], values));
  };

export const shapes: Converters = {
  HannWindow: cosineWindow(0.5, -0.5),
  /** The standard's coefficients: 25/46 and 21/46. */
  HammingWindow: cosineWindow(25 / 46, -21 / 46),
  BlackmanWindow: cosineWindow(0.42, -0.5, 0.08),

  Constant(call) {
    const { g } = call;
    const tensor = call.tensor("value");
    if (tensor !== undefined) return g.constant(tensor);
    if (call.has("value_float")) return g.scalar(call.float("value_float"));
    if (call.has("value_int")) return g.scalar(call.int("value_int"), "int64");
    const floats = call.has("value_floats") ? call.floats("value_floats") : undefined;
    if (floats !== undefined) return g.constant(fromFloat64("float32", [floats.length], floats));
    const ints = call.has("value_ints") ? call.ints("value_ints") : undefined;
    if (ints !== undefined) return g.indices(ints);
    throw call.unsupported("its value is sparse or text");
  },

  ConstantOfShape(call) {
    const shape = call.extents(0);
    const value: Tensor = call.tensor("value") ?? fromFloat64("float32", [1], [0]);
    return call.g.expand(call.g.reshape(call.g.constant(value), []), shape);
  },

  /** The part from `start` to `end` of the shape, since opset 15. */
  Shape(call) {
    const { shape } = call.input(0);
    const end = call.has("end") ? call.int("end") : shape.length;
    return call.g.indices(shape.slice(call.int("start", 0), end));
  },
  Size: (call) => call.g.indices([sizeOf(call.input(0).shape)], []),

  Range(call) {
    const [start, limit, delta] = [call.number(0), call.number(1), call.number(2)];
    const length = bounded(call, Math.max(0, Math.ceil((limit - start) / delta)));
    const values = Array.from({ length }, (_, i) => start + i * delta);
    return call.g.constant(fromFloat64(call.input(0).dtype, [length], values));
  },

  /** Ones on the k-th diagonal of zeros. */
  EyeLike(call) {
    const x = call.input(0);
    const [rows, columns] = x.shape;
    if (rows === undefined || columns === undefined || x.shape.length !== 2) {
      throw call.malformed(`it takes a matrix, not [${x.shape.join(", ")}]`);
    }
    const dtype = call.has("dtype") ? dtypeOf(call.int("dtype"), call.origin) : x.dtype;
    return call.g.cast(call.g.equal(diagonals(call, rows, columns), call.int("k", 0)), dtype);
  },

  /** Keeps the lower or upper triangle of the last two axes, cut at the k-th diagonal. */
  Trilu(call) {
    const { g } = call;
    const x = call.input(0);
    const k = call.optional(1) === undefined ? 0 : call.number(1);
    const upper = call.flag("upper", true);
    const [rows, columns] = [x.shape.at(-2), x.shape.at(-1)];
    if (rows === undefined || columns === undefined) throw call.malformed("it takes matrices");
    const diagonal = diagonals(call, rows, columns);
    return g.where(upper ? g.less(diagonal, k) : g.greater(diagonal, k), 0, x);
  },

  /** `values` [off, on] by whether the index is that of the new axis; negative indices count from the end. */
  OneHot(call) {
    const { g } = call;
    const [index, values] = [call.input(0), call.input(2)];
    const depth = bounded(call, call.number(1));
    const axis = call.axis(call.int("axis", -1), index.shape.length + 1);
    const numbers = g.cast(index, "int64");
    const wrapped = g.where(g.less(numbers, 0), g.add(numbers, depth), numbers);
    const at = (each: number): number[] => [
      ...index.shape.slice(0, axis),
      each,
      ...index.shape.slice(axis),
    ];
    const ladder = g.indices(
      Array.from({ length: depth }, (_, i) => i),
      at(1).map((_, i) => (i === axis ? depth : 1)),
    );
    const hot = g.equal(g.reshape(wrapped, at(1)), ladder);
    const pick = (i: number) => g.reshape(g.slice(values, [{ axis: 0, start: i, end: i + 1 }]), []);
    return g.where(hot, pick(1), pick(0));
  },
};
