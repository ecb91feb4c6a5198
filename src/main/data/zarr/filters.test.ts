import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { adler32, crc32c } from "../compression/checksums";
import { decodeChunk } from "./codecs";

type Name = "delta" | "fixedscaleoffset" | "astype" | "quantize" | "bitround";

const bytesOf = (values: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

async function decoded(
  name: Name,
  stored: ArrayBufferView,
  options: object,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chain = [{ name, options: options as Record<string, unknown> }];
  return decodeChunk(bytesOf(stored), chain, size, "u");
}

describe("numcodecs’ filters give back", () => {
  test("sums of differences, in the precision of the array", async () => {
    const f4 = await decoded("delta", new Float32Array([1, 0.1, 0.1]), { dtype: "<f4" }, 12);
    const [, second] = [1, Math.fround(1 + Math.fround(0.1))];
    const third = Math.fround(second! + Math.fround(0.1));
    expect([...new Float32Array(f4.buffer)]).toEqual([1, second, third]);

    const options = { dtype: "<i8", astype: "|i1" };
    const i8 = await decoded("delta", new Int8Array([100, 100, -1]), options, 24);
    expect([...new BigInt64Array(i8.buffer)]).toEqual([100n, 200n, 199n]);
  });

  test("scaled numbers, in either order of bytes", async () => {
    const options = { dtype: ">f8", astype: "<i2", scale: 10, offset: 1 };
    const bytes = await decoded("fixedscaleoffset", new Int16Array([5, -20]), options, 16);
    const view = new DataView(bytes.buffer);
    expect([view.getFloat64(0), view.getFloat64(8)]).toEqual([1.5, -1]);
  });

  test("numbers of other types", async () => {
    const options = { encode_dtype: "<f4", decode_dtype: "<f8" };
    const wide = await decoded("astype", new Float32Array([1.5, 2]), options, 16);
    expect([...new Float64Array(wide.buffer)]).toEqual([1.5, 2]);
    const quantized = { digits: 1, dtype: "<f8", astype: "<f4" };
    expect(await decoded("quantize", new Float32Array([0.5]), quantized, 8)).toEqual(bytesOf(new Float64Array([0.5]))); // prettier-ignore
    expect(await decoded("bitround", new Float32Array([0.5]), {}, 4)).toEqual(bytesOf(new Float32Array([0.5]))); // prettier-ignore
  });

  test("or say that they cannot", async () => {
    const unknown = decoded("delta", new Float32Array([1]), { dtype: "<c8" }, 8);
    await expect(unknown).rejects.toMatchObject({ code: "zarr/chunk" });
    const part = decoded("delta", new Uint8Array(3), { dtype: "<f4" }, 4);
    await expect(part).rejects.toMatchObject({ code: "zarr/chunk" });
  });
});

describe("checksums", () => {
  const content = Buffer.from("123456789");

  test("are those of their definitions", () => {
    // The check values of both algorithms in the catalogue of parametrised CRCs, and RFC 1950's.
    expect(crc32c(content)).toBe(0xe3069283);
    expect(adler32(Buffer.from("Wikipedia"))).toBe(0x11e60398);
  });

  test.each([
    ["crc32", "before", crc32(content)],
    ["adler32", "before", adler32(content)],
    ["numcodecs.crc32c", "behind", crc32c(content)],
  ] as const)("of %s stand %s the chunk and are compared", async (name, place, sum) => {
    const stored = Buffer.alloc(4);
    stored.writeUInt32LE(sum);
    const parts = place === "before" ? [stored, content] : [content, stored];
    const bytes = Uint8Array.from(Buffer.concat(parts));
    const chain = [{ name, options: {} }];
    expect(Buffer.from(await decodeChunk(bytes, chain, content.length, "u"))).toEqual(content);
    bytes[6]! ^= 1;
    await expect(decodeChunk(bytes, chain, content.length, "u")).rejects.toMatchObject({
      code: "zarr/chunk",
    });
  });
});
