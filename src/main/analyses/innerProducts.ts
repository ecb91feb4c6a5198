/**
 * Inner products of long rows, summed in float64 whatever the rows' precision. Short pieces of the rows keep the reads
 * in cache, and a tile of 2 × 4 products at a time keeps the sums in registers (4 × 4 do not fit and are slower).
 */

export type Reals = Float32Array | Float64Array;

/** Rows of equal length within an array, `stride` elements apart. */
export interface Rows {
  readonly data: Reals;
  readonly count: number;
  readonly stride: number;
  readonly start: number;
  readonly length: number;
}

/** All of an array with leading axis `count`. */
export function rowsOf(data: Reals, count: number): Rows {
  const length = data.length / count;
  return { data, count, stride: length, start: 0, length };
}

/** Whether these are products of rows with themselves. */
export function areSame(a: Rows, b: Rows): boolean {
  return a.data === b.data && a.start === b.start && a.stride === b.stride && a.count === b.count;
}

/** 32 rows of a piece are 512 kB in float32, about a second-level cache. */
const PIECE = 4096;

/**
 * out[i, j] += ⟨a_i, b_j⟩. Of rows with themselves one triangle is computed.
 * @param out row-major [a.count, b.count]; symmetric where b are the same rows as a
 */
export function addInnerProducts(out: Float64Array, a: Rows, b: Rows): void {
  const same = areSame(a, b);
  for (let from = 0; from < a.length; from += PIECE) {
    const length = Math.min(PIECE, a.length - from);
    for (let i = 0; i < a.count; i += 2) {
      for (let j = same ? i - (i % 4) : 0; j < b.count; j += 4) {
        if (i + 2 <= a.count && j + 4 <= b.count) addTile(out, a, i, b, j, from, length);
        else addRest(out, a, i, b, j, from, length);
      }
    }
  }
  if (!same) return;
  for (let i = 1; i < a.count; i++) {
    for (let j = 0; j < i; j++) out[i * a.count + j] = out[j * a.count + i]!;
  }
}

function addTile(
  out: Float64Array,
  a: Rows,
  i: number,
  b: Rows,
  j: number,
  from: number,
  length: number,
): void {
  const x = a.data;
  const y = b.data;
  const p = a.start + i * a.stride + from;
  const p1 = p + a.stride;
  const q = b.start + j * b.stride + from;
  const q1 = q + b.stride;
  const q2 = q1 + b.stride;
  const q3 = q2 + b.stride;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  for (let k = 0; k < length; k++) {
    const x0 = x[p + k]!;
    const x1 = x[p1 + k]!;
    const y0 = y[q + k]!;
    const y1 = y[q1 + k]!;
    const y2 = y[q2 + k]!;
    const y3 = y[q3 + k]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
  }
  const first = i * b.count + j;
  const second = first + b.count;
  out[first]! += s00;
  out[first + 1]! += s01;
  out[first + 2]! += s02;
  out[first + 3]! += s03;
  out[second]! += s10;
  out[second + 1]! += s11;
  out[second + 2]! += s12;
  out[second + 3]! += s13;
}

/** What is left of a tile at the edges. */
function addRest(
  out: Float64Array,
  a: Rows,
  i0: number,
  b: Rows,
  j0: number,
  from: number,
  length: number,
): void {
  for (let i = i0; i < Math.min(i0 + 2, a.count); i++) {
    for (let j = j0; j < Math.min(j0 + 4, b.count); j++) {
      const p = a.start + i * a.stride + from;
      const q = b.start + j * b.stride + from;
      let sum = 0;
      for (let k = 0; k < length; k++) sum += a.data[p + k]! * b.data[q + k]!;
      out[i * b.count + j]! += sum;
    }
  }
}
