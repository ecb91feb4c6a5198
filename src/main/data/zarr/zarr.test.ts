import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toFloat64 } from "../../../shared/tensor";
import { crc32c } from "../compression/checksums";
import { openData } from "../dataset";
import { openZarr } from "./open";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zarr-"));
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
/** Writes a folder of files. */
async function made(files: Readonly<Record<string, Uint8Array | object>>): Promise<string> {
  const path = join(folder, `${count++}.zarr`);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(
      join(path, name),
      content instanceof Uint8Array ? content : JSON.stringify(content),
    );
  }
  return path;
}

async function valuesOf(path: string, name: string): Promise<number[]> {
  const array = (await openZarr(path)).arrays.get(name)!;
  return Array.from(toFloat64({ data: await array.read() }));
}

const floats = (...values: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);

const second = {
  zarr_format: 2,
  shape: [3, 5],
  chunks: [2, 3],
  dtype: "<f4",
  compressor: { id: "zlib", level: 1 },
  filters: null,
  fill_value: -1,
  order: "C",
};

describe("Zarr 2", () => {
  test("edge chunks stick out, and absent ones are the fill value", async () => {
    const path = await made({
      ".zgroup": { zarr_format: 2 },
      "u/.zarray": second,
      "u/0.0": deflateSync(floats(0, 1, 2, 5, 6, 7)),
      "u/0.1": deflateSync(floats(3, 4, 99, 8, 9, 99)),
      "u/1.1": deflateSync(floats(13, 14, 99, 99, 99, 99)),
    });
    expect(await valuesOf(path, "u")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1, -1, 13, 14]);
  });

  test("chunks may be in Fortran’s order, big-endian, and folders deep", async () => {
    const bytes = Buffer.alloc(12);
    [0, 2, 4, 1, 3, 5].forEach((value, i) => bytes.writeInt16BE(value, 2 * i));
    const path = await made({
      "u/.zarray": {
        ...second,
        shape: [3, 2],
        chunks: [3, 2],
        dtype: ">i2",
        order: "F",
        compressor: null,
        dimension_separator: "/",
      },
      "u/0/0": bytes,
      ".zgroup": { zarr_format: 2 },
    });
    expect(await valuesOf(path, "u")).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe("Zarr 3", () => {
  const third = {
    zarr_format: 3,
    node_type: "array",
    shape: [4, 2],
    data_type: "float32",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [2, 2] } },
    chunk_key_encoding: { name: "default" },
    fill_value: "NaN",
    codecs: [{ name: "bytes", configuration: { endian: "little" } }, { name: "gzip" }],
    attributes: {},
    dimension_names: ["time", "x"],
  };

  test("chunks lie under c, and axes are called by their names", async () => {
    const path = await made({
      "zarr.json": { zarr_format: 3, node_type: "group", attributes: {} },
      "u/zarr.json": third,
      "u/c/0/0": gzipSync(floats(0, 1, 2, 3)),
      "u/c/1/0": gzipSync(floats(4, 5, 6, 7)),
    });
    const data = await openData(path);
    expect(data).toMatchObject({
      layout: "Zarr 3",
      shape: [1, 4, 1, 2],
      axes: ["trajectory", "time", "channel", "x"],
    });
    const { input, target } = await data.read([1]);
    expect([[...input.data], [...target!.data]]).toEqual([
      [2, 3],
      [4, 5],
    ]);
    await data.close();
  });

  test("what a transformer of the storage has changed is refused", async () => {
    const path = await made({ "zarr.json": { ...third, storage_transformers: [{ name: "x" }] } });
    await expect(openZarr(path)).rejects.toMatchObject({ code: "zarr/metadata" });
  });

  test("chunks of a shard are found by its index, absent ones are the fill value", async () => {
    const chunks = [floats(0, 1), floats(4, 5)];
    const index = new DataView(new ArrayBuffer(4 * 16 + 4));
    // Of the four inner chunks the second and the last are not there.
    const places = [0n, undefined, 8n, undefined];
    places.forEach((offset, i) => {
      index.setBigUint64(16 * i, offset ?? 0xffff_ffff_ffff_ffffn, true);
      index.setBigUint64(16 * i + 8, offset === undefined ? 0xffff_ffff_ffff_ffffn : 8n, true);
    });
    const sum = crc32c(new Uint8Array(index.buffer, 0, 4 * 16));
    index.setUint32(4 * 16, sum, true);
    const path = await made({
      "zarr.json": {
        ...third,
        chunk_grid: { name: "regular", configuration: { chunk_shape: [4, 2] } },
        codecs: [
          {
            name: "sharding_indexed",
            configuration: {
              chunk_shape: [1, 2],
              codecs: [{ name: "bytes", configuration: { endian: "little" } }],
              index_codecs: [{ name: "bytes" }, { name: "crc32c" }],
            },
          },
        ],
      },
      "c/0/0": Buffer.concat([...chunks, new Uint8Array(index.buffer)]),
    });
    expect(await valuesOf(path, "")).toEqual([0, 1, NaN, NaN, 4, 5, NaN, NaN]);
    // An index that is cut short or changed would make all of the shard fill values.
    const shard = join(path, "c/0/0");
    const bytes = await readFile(shard);
    for (const damaged of [bytes.subarray(0, -1), bytes.subarray(0, 30)]) {
      await writeFile(shard, damaged);
      await expect(valuesOf(path, "")).rejects.toMatchObject({ code: "zarr/chunk" });
    }
  });
});

describe("hostile Zarr folders", () => {
  const array = { ...second, shape: [2], chunks: [2] };

  test.each([
    ["a chunk that unpacks to more", { "u/0": deflateSync(new Uint8Array(1 << 24)) }, "zarr/chunk"],
    ["a chunk that unpacks to less", { "u/0": deflateSync(floats(1)) }, "zarr/chunk"],
    ["a chunk of other bytes", { "u/0": floats(1, 2) }, "zarr/chunk"],
    ["a chunk file far too large", { "u/0": new Uint8Array(1 << 20) }, "zarr/too-large"],
    [
      "chunks of terabytes",
      { "u/.zarray": { ...array, shape: [2 ** 40], chunks: [2 ** 40] } },
      "data/chunk-size",
    ],
    ["chunks of no extent", { "u/.zarray": { ...array, chunks: [0] } }, "zarr/metadata"],
    ["fewer chunk axes than axes", { "u/.zarray": { ...array, chunks: [] } }, "zarr/metadata"],
    [
      "an unknown codec",
      { "u/.zarray": { ...array, compressor: { id: "magic" } }, "u/0": floats(1, 2) },
      "zarr/codec",
    ],
    ["records", { "u/.zarray": { ...array, dtype: "|V8" } }, "zarr/dtype"],
    ["a description that is none", { "u/.zarray": Buffer.from("{") }, "zarr/metadata"],
  ] as const)("%s", async (_, files, code) => {
    const path = await made({ ".zgroup": { zarr_format: 2 }, "u/.zarray": array, ...files });
    const box = [{ start: [0], count: [2] }];
    await expect(
      openZarr(path).then((file) => file.arrays.get("u")!.readBoxes(box)),
    ).rejects.toMatchObject({ code });
  });

  test("links and names that leave the folder are not followed", async () => {
    const secret = join(folder, "secret");
    await writeFile(secret, deflateSync(floats(1, 2)));
    const linked = await made({ ".zgroup": { zarr_format: 2 }, "u/.zarray": array });
    await symlink(secret, join(linked, "u", "0"));
    await expect(valuesOf(linked, "u")).rejects.toMatchObject({ code: "zarr/outside" });

    await mkdir(join(folder, "elsewhere"), { recursive: true });
    await symlink(join(folder, "elsewhere"), join(linked, "v"));
    expect((await openZarr(linked)).notices).toEqual(["v is a link, and is not followed."]);

    const named = await made({
      ".zmetadata": {
        metadata: { ".zgroup": {}, "../outside/.zarray": array },
      },
      ".zgroup": { zarr_format: 2 },
    });
    await mkdir(join(folder, "outside"), { recursive: true });
    await writeFile(join(folder, "outside", "0"), deflateSync(floats(1, 2)));
    await expect(valuesOf(named, "../outside")).rejects.toMatchObject({ code: "zarr/outside" });
  });
});
