import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import { fromFloat64, sizeOf, type Tensor } from "../../shared/tensor";
import { encodeSafetensors, readSafetensors } from "./safetensors";

const seed = 20261121;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(bytes: Uint8Array): Promise<Map<string, Tensor>> {
  const path = join(folder, "weights.safetensors");
  await writeFile(path, bytes);
  return readSafetensors(path);
}

/** A file with this header, and `size` bytes of tensors. */
function file(header: unknown, size: number): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + json.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const tensors = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => name !== "__metadata__" && name !== "__proto__"),
  fc
    .tuple(
      fc.constantFrom("float32", "float64", "int32", "int64", "bool"),
      fc.array(fc.nat(3), { maxLength: 3 }),
    )
    .map(([dtype, shape]) =>
      fromFloat64(
        dtype,
        shape,
        Array.from({ length: sizeOf(shape) }, (_, i) => i % 2),
      ),
    ),
  { maxKeys: 6 },
);

test("tensors come back as they were written", () =>
  fc.assert(
    fc.asyncProperty(tensors, async (written) => {
      const found = await read(
        encodeSafetensors(new Map(Object.entries(written)), { from: "test" }),
      );
      expect(Object.fromEntries(found)).toEqual(written);
    }),
    { seed, numRuns: 50 },
  ));

test("halves and small integers are widened", async () => {
  const bytes = file(
    {
      a: { dtype: "F16", shape: [2], data_offsets: [0, 4] },
      b: { dtype: "BF16", shape: [1], data_offsets: [4, 6] },
      c: { dtype: "U8", shape: [2], data_offsets: [6, 8] },
    },
    8,
  );
  bytes.set([0x00, 0x3c, 0x00, 0xc0, 0x80, 0x3f, 200, 1], bytes.length - 8);
  const found = await read(bytes);
  expect(found.get("a")).toEqual(fromFloat64("float32", [2], [1, -2]));
  expect(found.get("b")).toEqual(fromFloat64("float32", [1], [1]));
  expect(found.get("c")).toEqual(fromFloat64("int32", [2], [200, 1]));
});

describe("a file", () => {
  const entry = (begin: number, end: number) => ({
    dtype: "F32",
    shape: [1],
    data_offsets: [begin, end],
  });
  test.each<[string, Uint8Array, RegExp]>([
    ["of three bytes", Uint8Array.of(1, 2, 3), /3 bytes/],
    ["whose header is longer than the file", new Uint8Array(16).fill(0x7f), /claims/],
    ["whose header is no JSON", file("{nonsense", 0), /not JSON/],
    ["whose header is a list", file("[1]", 0), /not an object/],
    ["with tensors that overlap", file({ a: entry(0, 4), b: entry(2, 6) }, 8), /starts at byte 2/],
    ["with a gap", file({ a: entry(0, 4), b: entry(8, 12) }, 12), /starts at byte 8/],
    ["that is cut short", file({ a: entry(0, 4), b: entry(4, 8) }, 6), /the file has 6/],
    ["with bytes to spare", file({ a: entry(0, 4) }, 6), /the file has 6/],
    [
      "whose shape and bytes disagree",
      file({ a: { ...entry(0, 4), shape: [1e9, 1e9] } }, 4),
      /has 4 bytes/,
    ],
    ["with an unfinished entry", file({ a: { dtype: "F32" } }, 0), /"a" is incomplete/],
    ["with negative offsets", file({ a: entry(-4, 0) }, 0), /"a" is incomplete/],
    [
      "of quantised numbers",
      file({ a: { dtype: "F8_E4M3", shape: [4], data_offsets: [0, 4] } }, 4),
      /F8_E4M3/,
    ],
  ])("%s is refused", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });

  test("of any bytes ends in one sentence", () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await read(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(UserError));
      }),
      { seed, numRuns: 50 },
    ));
});
