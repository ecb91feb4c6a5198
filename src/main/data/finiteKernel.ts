/**
 * Whether floating-point numbers are all finite, four words at a time: every window that training reads is looked through,
 * and a loop of JavaScript takes longer for that than reading the window does.
 *
 * A number is infinite or none where all bits of its exponent are set. One added to the lowest of them then carries into
 * the sign, and only then: signs of sums that are gathered with "or" tell of all numbers at once.
 */

/** Bytes that are looked through at a time, of what fits into a processor's cache beside what it is copied from. */
const BLOCK = 1 << 16;
/** Bytes of a turn of the loop. */
const STEP = 64;

/**
 * One function of WebAssembly: (bytes, even mask, odd mask, even one, odd one) → nonzero where a sum has its sign set.
 * Words at even and odd places have masks of their own, since the exponent of a double is in its second word.
 * Numbers of instructions: WebAssembly Core Specification 2.0, section 5.4.
 */
function program(): Uint8Array<ArrayBuffer> {
  const [i32, v128, get, set, tee] = [0x7f, 0x7b, 0x20, 0x21, 0x22];
  const [bytes, evenMask, oddMask, evenOne, oddOne, at, sums, masks, ones] = [0, 1, 2, 3, 4, 5, 6, 7, 8]; // prettier-ignore
  const splat = [0xfd, 0x11];
  const replaceLane = (lane: number): number[] => [0xfd, 0x1c, lane];
  const load = (offset: number): number[] => [0xfd, 0x00, 4, offset];
  const [and, or, add] = [
    [0xfd, 0x4e],
    [0xfd, 0x50],
    [0xfd, 0xae, 1],
  ] as const;
  const signs = [0xfd, 0xa4, 1];
  /** Four words: even, odd, even, odd. */
  const words = (even: number, odd: number): number[] => [
    ...[get, odd, ...splat],
    ...[get, even, ...replaceLane(0)],
    ...[get, even, ...replaceLane(2)],
  ];
  const body = [
    // Local variables: one number, three vectors.
    ...[2, 1, i32, 3, v128],
    ...[...words(evenMask, oddMask), set, masks],
    ...[...words(evenOne, oddOne), set, ones],
    // loop: sums |= (words & masks) + ones, of four vectors in turn
    ...[0x03, 0x40],
    ...[0, 16, 32, 48].flatMap((offset) => [
      ...[get, sums, get, at, ...load(offset), get, masks, ...and, get, ones, ...add, ...or],
      ...[set, sums],
    ]),
    // at += 64; once more while at < bytes
    ...[get, at, 0x41, ...[STEP | 0x80, 0], 0x6a, tee, at, get, bytes, 0x49, 0x0d, 0, 0x0b],
    ...[get, sums, ...signs, 0x0b],
  ];
  /** Seven bits a byte, the lowest first. */
  const size = (content: readonly number[]): number[] => [(content.length & 0x7f) | 0x80, content.length >> 7]; // prettier-ignore
  const section = (id: number, content: readonly number[]): number[] => [id, ...size(content), ...content]; // prettier-ignore
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // Types, functions, one page of memory, exports "m" (memory) and "f" (function), code.
    ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 1, i32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0]),
    ...section(10, [1, ...size(body), ...body]),
  ]);
}

type Kernel = (bytes: number, m0: number, m1: number, a0: number, a1: number) => number;

interface Loaded {
  readonly run: Kernel;
  readonly memory: Uint8Array;
}

let loaded: Loaded | undefined;

function kernel(): Loaded {
  if (loaded !== undefined) return loaded;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program()));
  const memory = new Uint8Array((exports["m"] as WebAssembly.Memory).buffer);
  loaded = { run: exports["f"] as Kernel, memory };
  return loaded;
}

/** Whether no number is NaN or infinite. */
export function areFinite(data: Float32Array | Float64Array): boolean {
  const { run, memory } = kernel();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const isSingle = data instanceof Float32Array;
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    memory.set(block);
    // What fills up the last turn is zero, and finite.
    const end = Math.ceil(block.length / STEP) * STEP;
    memory.fill(0, block.length, end);
    const found = isSingle
      ? run(end, 0x7f800000, 0x7f800000, 0x00800000, 0x00800000)
      : run(end, 0, 0x7ff00000, 0, 0x00100000);
    if (found !== 0) return false;
  }
  return true;
}
