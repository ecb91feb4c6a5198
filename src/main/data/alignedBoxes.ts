/**
 * Boxes of a chunked array. Unpacking a chunk costs as much for one state as for all that it holds, so what is asked for
 * is widened to whole chunks, within reason, and kept a while: the next state is then at hand.
 */
import { sizeOf, type TensorData } from "../../shared/tensor";
import { copyShared, type Box } from "./box";
import type { StoredElement } from "./elements";
import { roomFor } from "./room";

/** Wider boxes than this are read as they are. */
const WIDEST = 1 << 25;
/** Bytes kept of one array. */
const KEPT = 1 << 26;

export class AlignedBoxes {
  /** Widened boxes, the one used last at the end. */
  #held: { box: Box; data: TensorData }[] = [];
  readonly #shape: readonly number[];
  readonly #chunks: readonly number[] | undefined;
  readonly #element: StoredElement;
  readonly #direct: (box: Box) => TensorData;

  constructor(
    shape: readonly number[],
    chunks: readonly number[] | undefined,
    element: StoredElement,
    direct: (box: Box) => TensorData,
  ) {
    this.#shape = shape;
    this.#chunks = chunks;
    this.#element = element;
    this.#direct = direct;
  }

  /** @param into as sources of arrays take it */
  read(box: Box, into?: TensorData): TensorData {
    const wide = this.#widened(box);
    if (wide === undefined) return this.#direct(box);
    const at = this.#held.findIndex(({ box: known }) => contains(known, box));
    const held = at < 0 ? { box: wide, data: this.#direct(wide) } : this.#held.splice(at, 1)[0]!;
    this.#held.push(held);
    let bytes = this.#held.reduce((sum, { data }) => sum + data.byteLength, 0);
    while (bytes > KEPT) bytes -= this.#held.shift()!.data.byteLength;
    const out = roomFor(this.#element.dtype, sizeOf(box.count), into);
    copyShared(held.box, held.data, box, out);
    return out;
  }

  /** undefined where nothing is won: no chunks, whole chunks already, or more than is reasonable. */
  #widened({ start, count }: Box): Box | undefined {
    const chunks = this.#chunks;
    if (chunks === undefined) return undefined;
    const first = start.map((from, axis) => Math.floor(from / chunks[axis]!) * chunks[axis]!);
    const wide = count.map((extent, axis) => {
      const chunk = chunks[axis]!;
      const end = Math.ceil((start[axis]! + extent) / chunk) * chunk;
      return Math.min(end, this.#shape[axis]!) - first[axis]!;
    });
    const same = wide.every((extent, axis) => extent === count[axis]);
    if (same || sizeOf(wide) * this.#element.bytes > WIDEST) return undefined;
    return { start: first, count: wide };
  }
}

function contains(outer: Box, inner: Box): boolean {
  return outer.start.every(
    (from, axis) =>
      from <= inner.start[axis]! &&
      inner.start[axis]! + inner.count[axis]! <= from + outer.count[axis]!,
  );
}
