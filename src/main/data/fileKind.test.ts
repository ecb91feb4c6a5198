import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesOf, openFile } from "./byteSource";
import { fileKind } from "./fileKind";

const fixtures = join(import.meta.dirname, "../../../fixtures");

test("every fixture is what its ending says", async () => {
  const kinds: Readonly<Record<string, string>> = {
    onnx: "onnx",
    npz: "zip",
    npy: "npy",
    safetensors: "safetensors",
    md: "text",
    json: "text",
  };
  const names = await readdir(fixtures, { recursive: true });
  const known = names.filter((name) => name.split(".").at(-1)! in kinds);
  expect(known.length).toBeGreaterThan(20);
  for (const name of known) {
    const source = await openFile(join(fixtures, name));
    expect(await fileKind(source), name).toBe(kinds[name.split(".").at(-1)!]);
    await source.close();
  }
});

test.each([
  ["hdf5", "a.h5", "\x89HDF\r\n\x1a\n"],
  ["netcdf4", "a.nc", "\x89HDF\r\n\x1a\n"],
  ["netcdf3", "a.nc", "CDF\x01\0\0"],
  ["torch", "a.pt", `PK\x03\x04${"\0".repeat(26)}archive/data.pkl`],
  ["torch", "a.pt", `PK\x03\x04${"\0".repeat(26)}weights/.format_version`],
  ["pickle", "a.pt", "\x80\x02\x8a\x0a"],
  ["hdf5", "a.h5", `${"\0".repeat(1024)}\x89HDF\r\n\x1a\n`],
  ["matlab7", "a.mat", "MATLAB 7.3 MAT-file"],
  ["matlab", "a.mat", "MATLAB 5.0 MAT-file"],
  ["packed", "a.npy.gz", "\x1f\x8b\x08"],
  ["packed", "a.npz", `a.npy${"\0".repeat(252)}ustar\0`],
  ["pointer", "a.h5", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"],
  ["page", "a.h5", "\n<!DOCTYPE html><title>404 Not Found</title>"],
  [undefined, "a.bin", ""],
  [undefined, "a.bin", "\x00\x01\x02\x03 numbers"],
])("a file of kind %s is told from its beginning (%s)", async (kind, path, beginning) => {
  expect(await fileKind(bytesOf(path, Buffer.from(beginning, "latin1")))).toBe(kind);
});

test("a beginning cut anywhere is no fault of the reader", async () => {
  const bytes = await readFile(join(fixtures, "mlp/model.onnx"));
  for (let length = 0; length < 12; length++) {
    const kind = await fileKind(bytesOf("cut.onnx", bytes.subarray(0, length)));
    expect([undefined, "onnx"]).toContain(kind);
  }
});
