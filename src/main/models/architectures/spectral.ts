/**
 * Some Fourier modes of real fields, as products with constant matrices: every derivative follows, every executor has
 * it, and modes that are not kept are never computed. Which wave numbers are kept of an axis, and in which order, is the
 * caller's; of the last axis none are negative, for those are the conjugates of the others.
 */
import { fromFloat64 } from "../../../shared/tensor";
import type { Value } from "../../graph/ir";
import type { Weights } from "./weights";

/** Wave numbers of each axis, in the order in which weights have them. */
export type WaveNumbers = readonly (readonly number[])[];

/** The lowest ones of an axis: 0 … m − 1, and −m … −1 after them where it is not the last. */
export function keptModes(points: number, modes: number, last: boolean): number[] {
  const upTo = (most: number): number[] =>
    Array.from({ length: Math.min(modes, most) }, (_, k) => k);
  if (last) return upTo(Math.floor(points / 2) + 1);
  const positive = upTo(Math.ceil(points / 2));
  const negative = upTo(Math.floor(points / 2)).map((k) => -1 - k);
  return [...positive, ...negative.reverse()];
}

/** @returns [N, M, 2C]: M the kept modes of all axes, the last fastest; real parts of all channels, then imaginary ones */
export function lowModes(w: Weights, x: Value, kept: WaveNumbers): Value {
  const { g } = w;
  const [n, channels, ...grid] = x.shape as [number, number, ...number[]];
  // Axes from the last to the first, each moved to the end: [N, C, …left, parts] → [N, C, …left, kept, 2].
  let h = x;
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    const numbers = kept[axis]!;
    const done = kept.slice(axis + 1).map((each) => each.length);
    const parts = axis === grid.length - 1 ? 1 : 2;
    const points = grid[axis]!;
    const left = grid.slice(0, axis);
    // [N, C, …left, points, …done, parts] with `points` beside `parts`.
    const open = parts === 1 ? g.reshape(h, [...h.shape, 1]) : h;
    const at = 2 + axis;
    const rank = open.shape.length;
    const others = range(rank).filter((each) => each !== at && each !== rank - 1);
    const moved = g.transpose(open, [...others, at, rank - 1]);
    const lines = g.reshape(moved, [n, channels, ...left, ...done, points * parts]);
    const table = forward(points, numbers, parts);
    const product = g.matmul(lines, constant(w, [points * parts, numbers.length * 2], table));
    const apart = g.reshape(product, [n, channels, ...left, ...done, numbers.length, 2]);
    // The kept modes go back to where their axis was.
    const back = range(rank - 2);
    h = g.transpose(apart, [...back.slice(0, at), rank - 2, ...back.slice(at), rank - 1]);
  }
  const count = kept.reduce((product, numbers) => product * numbers.length, 1);
  const flat = g.reshape(h, [n, channels, count, 2]);
  return g.reshape(g.transpose(flat, [0, 2, 3, 1]), [n, count, 2 * channels]);
}

/** The real field [N, C, …grid] of which these are the modes: real part of the inverse transform, as `irfftn` takes it. */
export function fieldOfModes(
  w: Weights,
  modesOf: Value,
  grid: readonly number[],
  kept: WaveNumbers,
): Value {
  const { g } = w;
  const [n, count, twice] = modesOf.shape as [number, number, number];
  const channels = twice / 2;
  const apart = g.transpose(g.reshape(modesOf, [n, count, 2, channels]), [0, 3, 1, 2]);
  let h = g.reshape(apart, [n, channels, ...kept.map((numbers) => numbers.length), 2]);
  grid.forEach((points, axis) => {
    const last = axis === grid.length - 1;
    const numbers = kept[axis]!;
    const at = 2 + axis;
    const rank = h.shape.length;
    const others = range(rank).filter((each) => each !== at && each !== rank - 1);
    const moved = g.transpose(h, [...others, at, rank - 1]);
    const outer = others.map((each) => h.shape[each]!);
    const lines = g.reshape(moved, [...outer, numbers.length * 2]);
    const parts = last ? 1 : 2;
    const table = inverse(points, numbers, parts);
    const product = g.matmul(lines, constant(w, [numbers.length * 2, points * parts], table));
    if (last) {
      h = product;
      return;
    }
    const complex = g.reshape(product, [...outer, points, 2]);
    const back = range(rank - 2);
    h = g.transpose(complex, [...back.slice(0, at), rank - 2, ...back.slice(at), rank - 1]);
  });
  return h;
}

/**
 * A field of the products of its kept modes with numbers of their own.
 * @param weight […, …kept, 2], real and imaginary part last
 * @param placed wave numbers at which the products are put: those that are kept, unless it says otherwise
 */
type ModesProduct = (
  w: Weights,
  x: Value,
  weight: Value,
  kept: WaveNumbers,
  placed?: WaveNumbers,
) => Value;

/** Each mode times its own complex matrix: `weight` is [in, out, …kept, 2]. */
export const modesTimes: ModesProduct = (w, x, weight, kept, placed = kept) => {
  const { g } = w;
  const [inner, outer, ...extents] = weight.shape.slice(0, -1) as [number, number, ...number[]];
  const count = extents.reduce((product, size) => product * size, 1);
  // [2, M, in, out] as the real matrices [[re, im], [−im, re]] that act on rows (re, im). The parts lie apart, so that
  // their cotangents are joined in whole blocks, not number by number (an eighth of a step's time at two million parameters).
  const byMode = g.transpose(g.reshape(weight, [inner, outer, count, 2]), [3, 2, 0, 1]);
  const [re, im] = [0, 1].map((part) =>
    g.reshape(g.slice(byMode, [{ axis: 0, start: part, end: part + 1 }]), [count, inner, outer]),
  ) as [Value, Value];
  const matrices = g.concat([g.concat([re, im], 2), g.concat([g.neg(im), re], 2)], 1);
  const byModes = g.transpose(lowModes(w, x, kept), [1, 0, 2]);
  const mixed = g.transpose(g.matmul(byModes, matrices), [1, 0, 2]);
  return fieldOfModes(w, mixed, x.shape.slice(2), placed);
};

/** Without mixing channels, each channel's modes times numbers of their own: `weight` is [channel, …kept, 2]. */
export const modesScaled: ModesProduct = (w, x, weight, kept, placed = kept) => {
  const { g } = w;
  const channels = weight.shape[0]!;
  const halves = (values: Value, from: number, size: number): Value =>
    g.slice(values, [{ axis: 2, start: from, end: from + size }]);
  const modes = lowModes(w, x, kept);
  const byMode = g.transpose(g.reshape(weight, [channels, modes.shape[1]!, 2]), [2, 1, 0]);
  const [re, im] = [0, 1].map((part) => g.slice(byMode, [{ axis: 0, start: part, end: part + 1 }]));
  const [a, b] = [0, channels].map((from) => halves(modes, from, channels));
  const real = g.sub(g.mul(a!, re!), g.mul(b!, im!));
  const imaginary = g.add(g.mul(a!, im!), g.mul(b!, re!));
  return fieldOfModes(w, g.concat([real, imaginary], 2), x.shape.slice(2), placed);
};

/** Entry [n, p, k, q] of Σ x_n e^(−2πi kn/N): what part p of a point adds to part q of a mode. */
function forward(points: number, numbers: readonly number[], parts: 1 | 2): number[] {
  return range(points).flatMap((point) =>
    range(parts).flatMap((part) =>
      numbers.flatMap((k) => turned(part, angle(-k * point, points), 1)),
    ),
  );
}

/** Entry [k, q, n, p] of 1/N Σ x_k e^(2πi kn/N); where the result is real, modes stand for their conjugates too. */
function inverse(points: number, numbers: readonly number[], parts: 1 | 2): number[] {
  return numbers.flatMap((k) => {
    const single = parts === 2 || k === 0 || 2 * k === points;
    const weight = (single ? 1 : 2) / points;
    return range(2).flatMap((part) =>
      range(points).flatMap((point) =>
        turned(part, angle(k * point, points), weight).slice(0, parts),
      ),
    );
  });
}

/** Real and imaginary part of weight·e^(i angle), times i for an imaginary part. */
function turned(part: number, phase: number, weight: number): [number, number] {
  const [cosine, sine] = [weight * Math.cos(phase), weight * Math.sin(phase)];
  return part === 0 ? [cosine, sine] : [-sine, cosine];
}

/** Reduced first, so that the table is exact to rounding. */
function angle(steps: number, points: number): number {
  return (2 * Math.PI * (steps % points)) / points;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

function constant({ g, dtype }: Weights, shape: readonly number[], table: number[]): Value {
  return g.constant(fromFloat64(dtype, shape, table));
}
