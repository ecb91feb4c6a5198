/** Ranges of bytes that lie in a file as they are: no compression between them and the elements. */
import type { ElementRange } from "./arraySource";
import type { ByteSource } from "./byteSource";

/** Fills `out` with the ranges' bytes one after the other, counted from the first element. */
export type ByteReader = (ranges: readonly ElementRange[], out: Uint8Array) => Promise<void>;

/** A read of the disk costs as much as this many bytes more. */
const GAP = 1 << 15;
const LONGEST_WINDOW = 1 << 23;
/** Pieces up to this many bytes are copied by a loop: a view of them takes longer to make. */
const SHORT = 64;

/** What windows of several pieces are read into; nobody waits while it is in use, so one does for all. */
let scratch = new Uint8Array(0);

/** @param dataOffset of the first element in the file */
export function plainReader(source: ByteSource, dataOffset: number): ByteReader {
  return (ranges, out) => {
    for (const window of windowsOf(ranges)) fillWindow(source, dataOffset, window, out);
    return Promise.resolve();
  };
}

function fillWindow(
  source: ByteSource,
  dataOffset: number,
  { start, end, pieces }: Window,
  out: Uint8Array,
): void {
  const [piece] = pieces;
  if (piece !== undefined && pieces.length === 1) {
    source.fill(out.subarray(piece.at, piece.at + piece.count), dataOffset + start);
    return;
  }
  if (scratch.length < end - start) scratch = new Uint8Array(end - start);
  const bytes = scratch.subarray(0, end - start);
  source.fill(bytes, dataOffset + start);
  for (const { start: from, count, at } of pieces) {
    const first = from - start;
    if (count > SHORT) out.set(bytes.subarray(first, first + count), at);
    else for (let i = 0; i < count; i++) out[at + i] = bytes[first + i]!;
  }
}

interface Piece extends ElementRange {
  /** Where it goes. */
  readonly at: number;
}

interface Window {
  readonly start: number;
  end: number;
  readonly pieces: Piece[];
}

/** Reads that hold the ranges: long ones by themselves, of short ones close together many at once. */
function windowsOf(ranges: readonly ElementRange[]): Window[] {
  const pieces = joined(ranges);
  if (pieces.some((piece, i) => i > 0 && piece.start < pieces[i - 1]!.start)) {
    pieces.sort((a, b) => a.start - b.start);
  }
  const windows: Window[] = [];
  for (const piece of pieces) {
    const end = piece.start + piece.count;
    const last = windows.at(-1);
    const near = last !== undefined && piece.count < GAP && piece.start <= last.end + GAP;
    if (near && last.pieces.at(-1)!.count < GAP && end <= last.start + LONGEST_WINDOW) {
      last.end = Math.max(last.end, end);
      last.pieces.push(piece);
    } else {
      windows.push({ start: piece.start, end, pieces: [piece] });
    }
  }
  return windows;
}

/** The ranges one after the other, those that touch in the file as one. */
function joined(ranges: readonly ElementRange[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, count } of ranges) {
    const last = pieces.at(-1);
    if (last !== undefined && last.start + last.count === start) {
      pieces[pieces.length - 1] = { ...last, count: last.count + count };
    } else pieces.push({ start, count, at });
    at += count;
  }
  return pieces;
}
