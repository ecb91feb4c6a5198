/** Boxes of an array: what hyperslabs, chunks and states are. Boxes and runs of elements say the same in two ways. */
import { sizeOf, stridesOf, type DType, type TensorData } from "../../shared/tensor";
import type { ElementRange } from "./arraySource";
import { roomFor } from "./room";

/** The elements with start ≤ index < start + count on every axis. */
export interface Box {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

/** Elements of several boxes together. */
export function sizeOfAll(boxes: readonly Box[]): number {
  return boxes.reduce((sum, { count }) => sum + sizeOf(count), 0);
}

/** All of an array. */
export function wholeOf(shape: readonly number[]): Box {
  return { start: shape.map(() => 0), count: shape };
}

/** @throws RangeError for a box that leaves the array: a bug of ours */
export function checkBox(shape: readonly number[], { start, count }: Box, where: string): void {
  const inside =
    start.length === shape.length &&
    count.length === shape.length &&
    shape.every((extent, i) => start[i]! >= 0 && count[i]! >= 0 && start[i]! + count[i]! <= extent);
  if (!inside) throw new RangeError(`${where}: box ${start.join()}+${count.join()} is outside`);
}

/** The box as runs of elements, in its own C order. */
export function rangesOf(shape: readonly number[], { start, count }: Box): ElementRange[] {
  if (sizeOf(count) === 0) return [];
  const strides = stridesOf(shape);
  // From this axis on the box takes all of every later axis: one run.
  let inner = shape.length;
  while (inner > 0 && (inner === shape.length || count[inner] === shape[inner])) inner--;
  const length = inner < shape.length ? count[inner]! * strides[inner]! : 1;
  const origin = start.reduce((at, first, axis) => at + first * strides[axis]!, 0);
  let starts = [origin];
  for (let axis = 0; axis < inner; axis++) {
    starts = starts.flatMap((at) =>
      Array.from({ length: count[axis]! }, (_, k) => at + k * strides[axis]!),
    );
  }
  return starts.map((at) => ({ start: at, count: length }));
}

/** Boxes that hold the elements of a run, in order: at most two an axis and one more. */
export function boxesOf(shape: readonly number[], { start, count }: ElementRange): Box[] {
  if (count === 0) return [];
  if (shape.length === 0) return [{ start: [], count: [] }];
  const [extent = 1, ...rest] = shape;
  const row = sizeOf(rest);
  const boxes: Box[] = [];
  const under = (index: number, from: number, to: number): void => {
    for (const box of boxesOf(rest, { start: from, count: to - from })) {
      boxes.push({ start: [index, ...box.start], count: [1, ...box.count] });
    }
  };
  const end = Math.min(start + count, extent * row);
  let at = start;
  if (at % row !== 0 || end - at < row) {
    const index = Math.floor(at / row);
    const to = Math.min(end, (index + 1) * row);
    under(index, at - index * row, to - index * row);
    at = to;
  }
  const full = Math.floor((end - at) / row);
  if (full > 0) {
    boxes.push({
      start: [at / row, ...rest.map(() => 0)],
      count: [full, ...rest],
    });
    at += full * row;
  }
  if (at < end) under(at / row, 0, end - at);
  return boxes;
}

/** What two boxes of one array share, as runs of elements within the one and within the other. */
export interface SharedRuns {
  /** Elements of each run. */
  readonly length: number;
  readonly starts: readonly { readonly from: number; readonly to: number }[];
}

/** undefined where they share nothing. */
export function sharedRuns(from: Box, to: Box): SharedRuns | undefined {
  const start = to.start.map((first, axis) => Math.max(first, from.start[axis]!));
  const count = to.count.map(
    (extent, axis) =>
      Math.min(to.start[axis]! + extent, from.start[axis]! + from.count[axis]!) - start[axis]!,
  );
  if (count.some((extent) => extent <= 0)) return undefined;
  const within = (box: Box): ElementRange[] =>
    rangesOf(box.count, { start: start.map((first, axis) => first - box.start[axis]!), count });
  const [reads, writes] = [within(from), within(to)];
  // Runs of the two may break at different places: the shorter runs tell how to go.
  const length = Math.min(reads[0]!.count, writes[0]!.count);
  const steps = (runs: readonly ElementRange[]): number[] =>
    runs.flatMap((run) =>
      Array.from({ length: run.count / length }, (_, k) => run.start + k * length),
    );
  const writing = steps(writes);
  return { length, starts: steps(reads).map((at, i) => ({ from: at, to: writing[i]! })) };
}

/** Runs up to this many elements are copied by a loop: a view of them takes longer to make. */
const SHORT = 256;

/** Copies what two boxes of one array share from the data of one into the data of the other. */
export function copyShared(from: Box, source: TensorData, to: Box, target: TensorData): void {
  const rank = to.start.length;
  const start = to.start.map((first, axis) => Math.max(first, from.start[axis]!));
  const count = to.count.map(
    (extent, axis) =>
      Math.min(to.start[axis]! + extent, from.start[axis]! + from.count[axis]!) - start[axis]!,
  );
  if (count.some((extent) => extent <= 0)) return;
  const [reading, writing] = [stridesOf(from.count), stridesOf(to.count)];
  const firstOf = (box: Box, strides: readonly number[]): number =>
    strides.reduce((at, stride, axis) => at + (start[axis]! - box.start[axis]!) * stride, 0);
  // The axes behind `outer` lie in one run in both: of each but the first of them both have everything.
  let outer = Math.max(0, rank - 1);
  let length = count[outer] ?? 1;
  while (outer > 0 && count[outer] === from.count[outer] && count[outer] === to.count[outer]) {
    outer--;
    length *= count[outer]!;
  }
  const index = new Array<number>(outer).fill(0);
  let [read, write] = [firstOf(from, reading), firstOf(to, writing)];
  for (;;) {
    if (length > SHORT) {
      // Both hold the array's elements; TypeScript cannot see that two unions agree.
      target.set(source.subarray(read, read + length) as never, write);
    } else for (let i = 0; i < length; i++) target[write + i] = source[read + i]!;
    let axis = outer - 1;
    for (; axis >= 0; axis--) {
      read += reading[axis]!;
      write += writing[axis]!;
      if (++index[axis]! < count[axis]!) break;
      read -= reading[axis]! * count[axis]!;
      write -= writing[axis]! * count[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Boxes of an array that is in memory already. @param into as sources of arrays take it */
export function boxesIn(
  dtype: DType,
  shape: readonly number[],
  data: TensorData,
  boxes: readonly Box[],
  into?: TensorData,
): TensorData {
  const all = wholeOf(shape);
  const out = roomFor(dtype, sizeOfAll(boxes), into);
  let at = 0;
  for (const box of boxes) {
    const size = sizeOf(box.count);
    copyShared(all, data, box, out.subarray(at, at + size));
    at += size;
  }
  return out;
}
