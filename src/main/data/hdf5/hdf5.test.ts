import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../../shared/errors";
import { sizeOf, toFloat64 } from "../../../shared/tensor";
import type { ArrayFile } from "../arrayFile";
import { openData } from "../dataset";
import { openArrayFile } from "../open";

const samples = "src/main/data/testing/samples";
const shape = [2, 3, 2, 4, 5];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hdf5-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function withFile<T>(path: string, use: (file: ArrayFile) => Promise<T>): Promise<T> {
  const file = await openArrayFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

const valuesOf = async (file: ArrayFile, name: string): Promise<number[]> =>
  Array.from(toFloat64({ data: await file.arrays.get(name)!.read() }));

const counting = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe("arrays of HDF5 files", () => {
  test("have one value in either order of bytes and any width", async () => {
    await withFile(join(samples, "types.h5"), async (file) => {
      expect(file.format).toBe("HDF5");
      for (const kind of ["f2", "f4", "f8", "i1", "u2", "i4", "i8"]) {
        for (const order of ["little", "big"]) {
          expect(await valuesOf(file, `${order}/${kind}`), `${order} ${kind}`).toEqual(
            counting(12),
          );
        }
      }
      expect(file.arrays.get("big/f2")).toMatchObject({ storedType: "float16", dtype: "float32" });
      expect(await valuesOf(file, "truth")).toEqual([1, 0, 1, 0]);
      expect(file.arrays.has("words")).toBe(false);
    });
  });

  test.each(["plain", "chunks", "gzip", "checksum", "lzf", "lzf_shuffle"])(
    "stored %s are the same in boxes",
    async (name) => {
      await withFile(join(samples, "filters.h5"), async (file) => {
        const array = file.arrays.get(name)!;
        expect(array.shape).toEqual(shape);
        expect(await valuesOf(file, name)).toEqual(counting(sizeOf(shape)));
        const start = [1, 2, 0, 1, 2];
        const count = [1, 1, 2, 2, 3];
        const box = await array.readBoxes([
          { start, count },
          { start: [0, 0, 0, 0, 0], count: [1, 1, 1, 1, 2] },
        ]);
        expect([...box]).toEqual([
          207, 208, 209, 212, 213, 214, 227, 228, 229, 232, 233, 234, 0, 1,
        ]);
        expect([...(await array.read([{ start: 38, count: 4 }]))]).toEqual([38, 39, 40, 41]);
      });
    },
  );

  test("that lie in other files are left out or refused, and circles end", async () => {
    const path = join(folder, "links.h5");
    // What its links lead to is beside it and would be read, were they followed.
    for (const name of ["types.h5", "make.py"])
      await copyFile(join(samples, name), join(folder, name));
    await copyFile(join(samples, "links.h5"), path);
    await withFile(path, async (file) => {
      expect([...file.arrays.keys()]).toEqual(["again", "outside", "states"]);
      expect(await valuesOf(file, "again")).toEqual(await valuesOf(file, "states"));
      expect(file.notices).toEqual([
        "other leads to another file and is not followed.",
        "virtual is put together from other files and left out.",
      ]);
      await expect(file.arrays.get("outside")!.read()).rejects.toMatchObject({
        code: "hdf5/external",
      });
    });
  });

  test("are refused where their width does not say what they are", async () => {
    await withFile(join(samples, "unusual.h5"), async (file) => {
      const refused = async (name: string): Promise<unknown> =>
        file.arrays
          .get(name)!
          .read()
          .catch((error: unknown) => (error as Error).message.split(": ")[1]);
      expect(await refused("brain")).toBe("brain stores its numbers as bfloat16, not read here.");
      const twelve = "stores its numbers as integers of 12 bits in 2 bytes, not read here.";
      expect(await refused("middle")).toBe(`middle ${twelve}`);
      // Small chunks are read by the library, which would give their bytes as they are.
      expect(await refused("chunks")).toBe(`chunks ${twelve}`);
    });
  });

  test("that are no plain numbers, or lie too deep, are named as left out", async () => {
    await withFile(join(samples, "unusual.h5"), (file) => {
      expect(file.arrays.has("records")).toBe(false);
      expect(file.notices).toEqual([
        "records holds records, complex or other values that are no plain numbers, and is left out.",
        "g/g/g/g/g/g/g/g/g/g/… (and 1 more like it) lies more than 24 groups deep and is left out.",
      ]);
      return Promise.resolve();
    });
  });

  test("of MATLAB have its order of axes", async () => {
    await withFile(join(samples, "matlab.mat"), async (file) => {
      expect(file.format).toBe("MATLAB 7.3");
      expect(file.arrays.get("u")!.shape).toEqual(shape);
      expect(await valuesOf(file, "u")).toEqual(counting(sizeOf(shape)));
    });
  });
});

describe("packed values of NetCDF", () => {
  test("are unpacked, and what is missing is not a number", async () => {
    await withFile(join(samples, "packed.nc"), async (file) => {
      expect(await valuesOf(file, "p")).toEqual(counting(12).map((i) => 10 + i / 2));
      expect(await valuesOf(file, "q")).toEqual([...counting(11), Number.NaN]);
    });
    // xarray writes NetCDF 4 into files of any name.
    await withFile(join(samples, "unusual.h5"), async (file) => {
      const values = counting(11).map((i) => 10 + i / 2);
      expect(await valuesOf(file, "packed")).toEqual([...values, Number.NaN]);
    });
    const data = await openData(join(samples, "packed.nc"), { input: "q", fields: "scalar:q" });
    await expect(data.read([0])).rejects.toThrow("is NaN at channel 0 (q), y 1, x 2");
    await data.close();
  });
});

describe("damaged HDF5 files", () => {
  const source = join(samples, "filters.h5");

  /** Opens and reads everything: any answer is right but a crash, a bug's message or a hang. */
  async function survives(path: string): Promise<void> {
    try {
      await withFile(path, async (file) => {
        for (const name of file.arrays.keys()) await file.arrays.get(name)!.read();
      });
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
    }
  }

  test("cut short are refused in a sentence", async () => {
    const path = join(folder, "short.h5");
    const { length } = await readFile(source);
    for (const size of [8, 100, 2048, length / 2, length - 1].map(Math.floor)) {
      await copyFile(source, path);
      await truncate(path, size);
      await expect(
        withFile(path, () => Promise.resolve()),
        `${size} bytes`,
      ).rejects.toMatchObject({
        code: "hdf5/damaged",
      });
    }
  });

  test("with changed bytes are read or refused in a sentence", async () => {
    const path = join(folder, "changed.h5");
    const bytes = await readFile(source);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(6000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changes) copy[at] = value;
          await writeFile(path, copy);
          await survives(path);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("of which a trajectory has a time more are no damage, and are read to its end", async () => {
    // What is there is a group for each trajectory; the last has a time more.
    const library = await (await import("./library")).hdf5();
    const file = new library.File("/ragged.h5", "w");
    for (const [i, times] of [3, 3, 4].entries()) {
      file.create_group(`000${i}`).create_dataset({
        name: "data",
        data: Float32Array.from({ length: times * 4 }, (_, k) => 10 * i + Math.floor(k / 4)),
        shape: [times, 2, 2, 1],
      });
    }
    file.close();
    const system = library.calls.FS as unknown as { readFile(path: string): Uint8Array };
    const path = join(folder, "ragged.h5");
    await writeFile(path, system.readFile("/ragged.h5"));
    const data = await openData(path);
    expect(data).toMatchObject({ shape: [3, 4, 1, 2, 2], lengths: [2, 2, 3] });
    const last = await data.states.read([{ trajectory: 2, time: 3 }]);
    expect(Array.from(last.data, Number)).toEqual([23, 23, 23, 23]);
    await data.close();
  });
});
