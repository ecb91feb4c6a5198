/**
 * safetensors: eight bytes of length, a JSON header, the tensors' bytes. Everything that the header claims is
 * checked against the file before memory is taken.
 * https://github.com/huggingface/safetensors#format
 */
import { z } from "zod";
import { UserError } from "../../shared/errors";
import { sizeOf, type Tensor } from "../../shared/tensor";
import { openFile, type ByteSource } from "../data/byteSource";
import { decodeElements } from "../data/elements";
import { openError } from "../data/openError";
import { weightElements, type StoredTensor, type WeightElement } from "./stored";

/** The format's own bound on the header. */
const LONGEST_HEADER = 100_000_000;

/** The format's names of types, in PyTorch's. */
const elementTypes: ReadonlyMap<string, WeightElement> = new Map(
  (
    [
      ["F64", "float64"],
      ["F32", "float32"],
      ["F16", "float16"],
      ["BF16", "bfloat16"],
      ["C64", "complex64"],
      ["I64", "int64"],
      ["I32", "int32"],
      ["I16", "int16"],
      ["I8", "int8"],
      ["U32", "uint32"],
      ["U16", "uint16"],
      ["U8", "uint8"],
      ["BOOL", "bool"],
    ] as const
  ).map(([type, name]) => [type, weightElements.get(name)!]),
);

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
 * The tensors of a file by name, in the order of their bytes; halves as float32, small integers as int32. Each is read
 * when it is asked for, as long as `source` is open.
 * @throws UserError "safetensors/…" where the file is not what its header says
 */
export async function safetensorsIn(source: ByteSource): Promise<Map<string, StoredTensor>> {
  const { path, size } = source;
  const { header, start } = await readHeader(source);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of parseEntries(header, size - start, path)) {
    const element = elementTypes.get(dtype)!;
    const wide = element.parts === 2 ? [...shape, 2] : shape;
    tensors.set(name, {
      dtype: element.dtype,
      shape: wide,
      storedType: element.name,
      async read() {
        const bytes = new Uint8Array(await source.read(start + begin, end - begin));
        const data = decodeElements(bytes, { element, bigEndian: false }, `${path}: ${name}`);
        return { dtype: element.dtype, shape: wide, data };
      },
    });
  }
  return tensors;
}

/** All tensors of a file, whole. @throws UserError "file/…", "safetensors/…" */
export async function readSafetensors(path: string): Promise<Map<string, Tensor>> {
  const source = await openFile(path).catch(async (cause: unknown) => {
    throw await openError(cause, path, [".safetensors"]);
  });
  try {
    const tensors = new Map<string, Tensor>();
    for (const [name, tensor] of await safetensorsIn(source))
      tensors.set(name, await tensor.read());
    return tensors;
  } finally {
    await source.close();
  }
}

function damaged(path: string, why: string): UserError {
  return new UserError("safetensors/damaged", `${path} is not a sound safetensors file: ${why}.`, {
    where: path,
    todo: "Save or copy it again.",
  });
}

async function readHeader(source: ByteSource): Promise<{ header: string; start: number }> {
  const { path, size } = source;
  if (size < 8) throw damaged(path, `it has ${size} bytes`);
  const prefix = await source.read(0, 8);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
  if (length > size - 8 || length > LONGEST_HEADER) {
    throw damaged(path, `its header claims ${length} bytes of ${size - 8}`);
  }
  return { header: new TextDecoder().decode(await source.read(8, length)), start: 8 + length };
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
  const type = elementTypes.get(dtype);
  if (type === undefined) {
    throw new UserError(
      "safetensors/type",
      `${path}: the tensor "${name}" has elements of type ${dtype}, which is not supported.`,
      {
        where: name,
      },
    );
  }
  if (end - begin !== sizeOf(shape) * type.bytes * type.parts) {
    throw damaged(
      path,
      `the tensor "${name}" of shape [${shape.join(", ")}] has ${end - begin} bytes`,
    );
  }
  return { name, dtype, shape, begin, end };
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
