/** Files damaged the way disks, downloads and attackers damage them, the same for the same seed. Test-only. */
import { UserError } from "../../../shared/errors";
import { Random } from "../ops/domains";
import { decodeMessage, encodeMessage } from "./message";
import { modelProto, type ModelProto } from "./schema";

/** Lengths and numbers that are most likely to be believed wrongly: varints of 2^31 − 1, 2^32, 2^63 − 1, −1. */
const claims = [
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x00],
];

type Change = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Most of a file is numbers, which may change freely: names, shapes and structure are at its two ends. */
function place(bytes: Uint8Array, random: Random): number {
  const reach = random.chance(0.7) ? Math.min(bytes.length, 2500) : bytes.length;
  const at = random.whole(0, Math.max(0, reach - 1));
  return random.chance(0.7) ? at : Math.max(0, bytes.length - 1 - at);
}

function spliced(
  bytes: Uint8Array,
  at: number,
  removed: number,
  put: ArrayLike<number>,
): Uint8Array {
  const end = Math.min(bytes.length, at + removed);
  const result = new Uint8Array(at + put.length + bytes.length - end);
  result.set(bytes.subarray(0, at));
  result.set(put, at);
  result.set(bytes.subarray(end), at + put.length);
  return result;
}

const changes: readonly Change[] = [
  function flip(bytes, random) {
    const at = place(bytes, random);
    const copy = bytes.slice();
    copy[at] = copy[at]! ^ (1 << random.whole(0, 7));
    return copy;
  },
  function overwrite(bytes, random) {
    const copy = bytes.slice();
    copy[place(bytes, random)] = random.whole(0, 255);
    return copy;
  },
  (bytes, random) => spliced(bytes, place(bytes, random), random.whole(1, 16), []),
  (bytes, random) => {
    const from = place(bytes, random);
    return spliced(bytes, place(bytes, random), 0, bytes.slice(from, from + random.whole(1, 200)));
  },
  (bytes, random) => spliced(bytes, place(bytes, random), random.whole(0, 4), random.pick(claims)),
  (bytes, random) => bytes.slice(0, place(bytes, random)),
];

/** Operators that a node may be turned into; its inputs and attributes stay. */
const operators = (
  "Add AveragePool BatchNormalization Cast CenterCropPad Col2Im Concat Conv ConvTranspose CumSum DFT DequantizeLinear " +
  "Einsum Expand EyeLike Flatten GRU Gather GatherND Gemm GridSample GroupNormalization If LRN LSTM " +
  "LayerNormalization Loop MatMul MaxPool OneHot Pad QuantizeLinear Range ReduceMax Reshape Resize ReverseSequence " +
  "RotaryEmbedding STFT Scan ScatterElements ScatterND Slice Softmax SpaceToDepth Split Squeeze Tile TopK Transpose " +
  "Trilu Unsqueeze Where Attention AffineGrid Compress ConstantOfShape NonZero DepthToSpace Shape LpPool"
).split(" ");
const numbers = [-1, 0, 1, 2, 3, 7, -2, 64, 1 << 20, 2 ** 31 - 1, 2 ** 40, 2 ** 62, -(2 ** 62)];

type Slot = { holder: Record<string, unknown> | unknown[]; key: string | number };

/** All scalars, lists and messages of a decoded file, numbers of its tensors left out. */
function slots(message: unknown, found: Slot[] = []): Slot[] {
  for (const [key, value] of Object.entries(message as Record<string, unknown>)) {
    if (value === undefined || value instanceof Uint8Array) continue;
    found.push({ holder: message as Record<string, unknown>, key });
    if (typeof value === "object") slots(value, found);
  }
  return found;
}

/** A file that is well-formed but says something else: a number, a name, an operator, a list changed. */
function rewritten(original: Uint8Array, random: Random): Uint8Array {
  const model = decodeMessage<ModelProto>(modelProto, original);
  const all = slots(model);
  const names = model.graph!.node.flatMap(({ input, output }) => [...input, ...output]);
  for (let i = random.whole(1, 4); i > 0; i--) {
    const { holder, key } = random.pick(all);
    const target = holder as Record<string | number, unknown>;
    const value = target[key];
    if (typeof value === "number") target[key] = random.pick(numbers);
    else if (typeof value === "bigint") target[key] = BigInt(random.pick(numbers));
    else if (typeof value === "string") {
      target[key] = key === "opType" ? random.pick(operators) : random.pick(names);
    } else if (Array.isArray(value) && value.length > 0) {
      const at = random.whole(0, value.length - 1);
      if (random.chance()) value.splice(at, 1);
      else value.splice(at, 0, value[random.whole(0, value.length - 1)]);
    }
  }
  if (random.chance()) random.pick(model.graph!.node).opType = random.pick(operators);
  return encodeMessage(modelProto, model);
}

/** A damaged copy: one to four changes, in its bytes or in what they say. */
export function mutated(original: Uint8Array, seed: number): Uint8Array {
  const random = new Random(seed);
  if (random.chance()) return rewritten(original, random);
  let bytes = original;
  for (let i = random.whole(1, 4); i > 0; i--) bytes = random.pick(changes)(bytes, random);
  return bytes;
}

/** What became of a file: the code of its refusal, and what was wrong with refusing it so. */
export function refusalOf(open: () => unknown): { code: string; fault?: string } {
  try {
    open();
    return { code: "imported" };
  } catch (error) {
    if (!(error instanceof UserError)) {
      return { code: "crashed", fault: (error as Error).stack ?? String(error) };
    }
    const sentence = /^[^\n]+\.$/.test(error.message) && error.message.length < 1000;
    return { code: error.code, ...(sentence ? {} : { fault: `"${error.message}"` }) };
  }
}
