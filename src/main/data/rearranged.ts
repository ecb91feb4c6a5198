/**
 * Elements of an array put into another order of its axes. Where neighbours in one order are far apart in the other, small
 * squares of both are gone through one after the other: what one line of the cache holds is then used while it is there.
 */
import { stridesOf, type TensorData } from "../../shared/tensor";

/** An axis that is walked: how many steps, and how far apart they are in what is read and what is written. */
interface Walk {
  readonly extent: number;
  readonly stride: number;
  readonly step: number;
}

/** The order, worked out once for all states of a data set. */
export interface Arrangement {
  readonly outer: readonly Walk[];
  /** Neighbours in what is read, as far as they are none in what is written. */
  readonly fast: Walk;
  /** Neighbours in what is written. */
  readonly last: Walk;
}

const NONE: Walk = { extent: 1, stride: 0, step: 0 };

/**
 * @param shape as it is written
 * @param strides in elements, of each axis in what is read; 0 where it is the same all along
 * @param steps in elements, of each axis in what is written
 */
export function arrangementOf(
  shape: readonly number[],
  strides: readonly number[],
  steps: readonly number[] = stridesOf(shape),
): Arrangement {
  const walks: Walk[] = [];
  shape.forEach((extent, axis) => {
    if (extent === 1) return;
    const walk = { extent, stride: strides[axis]!, step: steps[axis]! };
    const before = walks.at(-1);
    const goOn = before?.stride === extent * walk.stride && before.step === extent * walk.step;
    if (goOn) walks.splice(-1, 1, { ...walk, extent: before.extent * extent });
    else walks.push(walk);
  });
  const last = walks.pop() ?? NONE;
  const closer = walks.filter(({ stride }) => stride > 0 && stride < last.stride);
  const fast = closer.sort((a, b) => a.stride - b.stride)[0] ?? NONE;
  return { outer: walks.filter((walk) => walk !== fast), fast, last };
}

/** Whether what is written is what is read: `size` elements in one run. */
export function isInOrder({ outer, fast, last }: Arrangement, size: number): boolean {
  const isRun = size <= 1 || (last.stride === 1 && last.step === 1);
  return outer.length === 0 && fast === NONE && last.extent === Math.max(1, size) && isRun;
}

/** Rows and columns of a square: a line of the cache holds sixteen numbers of four bytes. */
const SIDE = 16;
/** Elements gone through together where one side is shorter. */
const SQUARE = SIDE * 64;
/** Runs up to this many elements are copied by a loop: a view of them takes longer to make. */
const SHORT = 64;

/** Copies the elements that begin at `from` in `source` to `to` in `out`, which is of the same type. */
export function rearrange(
  { outer, fast, last }: Arrangement,
  source: TensorData,
  from: number,
  out: TensorData,
  to: number,
): void {
  // As words, not as numbers: one loop for all types, and whatever a NaN carries comes along.
  const words = out.BYTES_PER_ELEMENT === 8 ? 2 : 1;
  const [read, write] = [wordsOf(source), wordsOf(out)];
  const index = new Array<number>(outer.length).fill(0);
  let [at, put] = [from * words, to * words];
  for (;;) {
    if (words === 1) plane(fast, last, read, at, write, put);
    else widePlane(fast, last, read, at, write, put);
    let axis = outer.length - 1;
    for (; axis >= 0; axis--) {
      const { extent, stride, step } = outer[axis]!;
      at += stride * words;
      put += step * words;
      if (++index[axis]! < extent) break;
      at -= stride * extent * words;
      put -= step * extent * words;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

type Words = Int32Array | Uint8Array;

function wordsOf(data: TensorData): Words {
  if (data instanceof Uint8Array) return data;
  return new Int32Array(data.buffer, data.byteOffset, data.byteLength >> 2);
}

function plane(fast: Walk, last: Walk, read: Words, at: number, write: Words, put: number): void {
  const { extent, stride, step } = last;
  if (stride === 1 && step === 1 && extent > SHORT && fast.extent === 1) {
    write.set(read.subarray(at, at + extent), put);
    return;
  }
  const rows = Math.min(SIDE, fast.extent);
  const columns = Math.max(SIDE, Math.floor(SQUARE / rows));
  for (let top = 0; top < fast.extent; top += rows) {
    const bottom = Math.min(fast.extent, top + rows);
    for (let left = 0; left < extent; left += columns) {
      const right = Math.min(extent, left + columns);
      for (let row = top; row < bottom; row++) {
        let from = at + row * fast.stride + left * stride;
        let to = put + row * fast.step + left * step;
        for (let column = left; column < right; column++) {
          write[to] = read[from]!;
          from += stride;
          to += step;
        }
      }
    }
  }
}

/** The same of elements of two words. */
function widePlane(
  fast: Walk,
  last: Walk,
  read: Words,
  at: number,
  write: Words,
  put: number,
): void {
  const { extent, stride, step } = last;
  if (stride === 1 && step === 1 && extent > SHORT && fast.extent === 1) {
    write.set(read.subarray(at, at + 2 * extent), put);
    return;
  }
  const rows = Math.min(SIDE, fast.extent);
  const columns = Math.max(SIDE, Math.floor(SQUARE / 2 / rows));
  for (let top = 0; top < fast.extent; top += rows) {
    const bottom = Math.min(fast.extent, top + rows);
    for (let left = 0; left < extent; left += columns) {
      const right = Math.min(extent, left + columns);
      for (let row = top; row < bottom; row++) {
        let from = at + 2 * (row * fast.stride + left * stride);
        let to = put + 2 * (row * fast.step + left * step);
        for (let column = left; column < right; column++) {
          write[to] = read[from]!;
          write[to + 1] = read[from + 1]!;
          from += 2 * stride;
          to += 2 * step;
        }
      }
    }
  }
}
