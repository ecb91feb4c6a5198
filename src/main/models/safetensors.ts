/**
 * safetensors: eight bytes of length, a JSON header, the tensors' bytes. Everything that the header claims is
 * checked against the file before memory is taken.
 * https://github.com/huggingface/safetensors#format
 */
import { open, type FileHandle } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../shared/errors";
import { fromBfloat16, fromFloat16 } from "../../shared/half";
import { sizeOf, type Tensor } from "../../shared/tensor";
import { openError } from "../data/openError";

/** The format's own bound on the header. */
const LONGEST_HEADER = 100_000_000;

const elementTypes: Readonly<
  Record<string, { bytes: number; read(buffer: ArrayBuffer): Pick<Tensor, "dtype" | "data"> }>
> = {
  F64: { bytes: 8, read: (b) => ({ dtype: "float64", data: new Float64Array(b) }) },
  F32: { bytes: 4, read: (b) => ({ dtype: "float32", data: new Float32Array(b) }) },
  F16: { bytes: 2, read: (b) => halves(b, fromFloat16) },
  BF16: { bytes: 2, read: (b) => halves(b, fromBfloat16) },
  I64: { bytes: 8, read: (b) => ({ dtype: "int64", data: new BigInt64Array(b) }) },
  I32: { bytes: 4, read: (b) => ({ dtype: "int32", data: new Int32Array(b) }) },
  I16: { bytes: 2, read: (b) => ({ dtype: "int32", data: Int32Array.from(new Int16Array(b)) }) },
  I8: { bytes: 1, read: (b) => ({ dtype: "int32", data: Int32Array.from(new Int8Array(b)) }) },
  U8: { bytes: 1, read: (b) => ({ dtype: "int32", data: Int32Array.from(new Uint8Array(b)) }) },
  BOOL: {
    bytes: 1,
    read: (b) => ({ dtype: "bool", data: new Uint8Array(b).map((byte) => Number(byte !== 0)) }),
  },
};

function halves(
  buffer: ArrayBuffer,
  convert: (bits: number) => number,
): Pick<Tensor, "dtype" | "data"> {
  return { dtype: "float32", data: Float32Array.from(new Uint16Array(buffer), convert) };
}

const extent = z.number().int().nonnegative();
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(extent),
  data_offsets: z.tuple([extent, extent]),
});
const headerSchema = z.record(z.string(), z.unknown());

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * All tensors of a file by name, in the order of their bytes; halves as float32, small integers as int32.
 * @throws UserError "safetensors/…" where the file is not what its header says
 */
export async function readSafetensors(path: string): Promise<Map<string, Tensor>> {
  const file = await open(path, "r").catch(async (cause: unknown) => {
    throw await openError(cause, path, [".safetensors"]);
  });
  try {
    const { size } = await file.stat();
    const { header, start } = await readHeader(file, size, path);
    const entries = parseEntries(header, size - start, path);
    const tensors = new Map<string, Tensor>();
    for (const { name, dtype, shape, begin, end } of entries) {
      const bytes = await readExactly(file, start + begin, end - begin, path);
      tensors.set(name, { shape, ...elementTypes[dtype]!.read(bytes) });
    }
    return tensors;
  } finally {
    await file.close();
  }
}

function damaged(path: string, why: string): UserError {
  return new UserError("safetensors/damaged", `${path} is not a sound safetensors file: ${why}.`, {
    where: path,
    todo: "Save or copy it again.",
  });
}

async function readHeader(
  file: FileHandle,
  size: number,
  path: string,
): Promise<{ header: string; start: number }> {
  if (size < 8) throw damaged(path, `it has ${size} bytes`);
  const length = Number(new DataView(await readExactly(file, 0, 8, path)).getBigUint64(0, true));
  if (length > size - 8 || length > LONGEST_HEADER) {
    throw damaged(path, `its header claims ${length} bytes of ${size - 8}`);
  }
  return {
    header: new TextDecoder().decode(await readExactly(file, 8, length, path)),
    start: 8 + length,
  };
}

/** The header's entries in the order of their bytes, which follow each other without gap to the file's end. */
function parseEntries(text: string, size: number, path: string): Entry[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(path, "its header is not JSON");
  }
  const header = headerSchema.safeParse(json);
  if (!header.success) throw damaged(path, "its header is not an object");
  const entries = Object.entries(header.data)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => parseEntry(name, value, path))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at)
      throw damaged(path, `the tensor "${name}" starts at byte ${begin}, not at ${at}`);
    at = end;
  }
  if (at !== size) throw damaged(path, `its tensors take ${at} bytes, the file has ${size}`);
  return entries;
}

function parseEntry(name: string, value: unknown, path: string): Entry {
  const entry = entrySchema.safeParse(value);
  if (!entry.success) throw damaged(path, `the entry "${name}" is incomplete`);
  const {
    dtype,
    shape,
    data_offsets: [begin, end],
  } = entry.data;
  const type = elementTypes[dtype];
  if (type === undefined) {
    throw new UserError(
      "safetensors/type",
      `${path}: the tensor "${name}" has elements of type ${dtype}, which is not supported.`,
      {
        where: name,
      },
    );
  }
  if (end - begin !== sizeOf(shape) * type.bytes) {
    throw damaged(
      path,
      `the tensor "${name}" of shape [${shape.join(", ")}] has ${end - begin} bytes`,
    );
  }
  return { name, dtype, shape, begin, end };
}

async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
  path: string,
): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw damaged(path, "it ends too soon");
    done += bytesRead;
  }
  return bytes.buffer;
}

const writtenType = {
  float64: "F64",
  float32: "F32",
  int64: "I64",
  int32: "I32",
  bool: "BOOL",
} as const;

/** The file's bytes; the same tensors in the same order give the same bytes. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> =
    Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let at = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    header[name] = { dtype: writtenType[dtype], shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Readers map the file: the tensors start at a multiple of eight.
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let offset = 8 + length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}
