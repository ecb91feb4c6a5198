import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import { fromFloat64, sizeOf, toFloat64, type DType, type Tensor } from "../../shared/tensor";
import { bytesOf } from "./byteSource";
import { npyHeader } from "./npy";
import { arraysIn, encodeNpz, openArrays, readNpz, writeNpz } from "./npz";

const folder = "fixtures/datasets/arrays";

interface Expected {
  file: string;
  arrays: {
    path: string;
    shape: number[];
    dtype: string;
    sum: number;
    sum_of_squares: number;
    values: { index: number[]; value: number }[];
  }[];
}
const expected = JSON.parse(await readFile(join(folder, "expected.json"), "utf8")) as {
  files: Expected[];
};

let temporary = "";
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "npz-"));
});
afterAll(() => rm(temporary, { recursive: true }));

function flatIndex(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((flat, i, axis) => flat * shape[axis]! + i, 0);
}

describe.each(expected.files)("$file", ({ file, arrays }) => {
  test("lists the arrays that NumPy wrote, with their types", async () => {
    const opened = await openArrays(join(folder, file));
    await opened.close();
    const listed = [...opened.arrays.values()].map(({ name, shape, storedType }) => ({
      path: name,
      shape,
      dtype: storedType,
    }));
    expect(listed).toEqual(arrays.map(({ path, shape, dtype }) => ({ path, shape, dtype })));
  });

  test("reads their values", async () => {
    const tensors = await readNpz(join(folder, file));
    for (const array of arrays) {
      const values = toFloat64(tensors.get(array.path)!);
      for (const { index, value } of array.values) {
        expect(values[flatIndex(array.shape, index)]).toBe(value);
      }
      const sum = values.reduce((a, b) => a + b, 0);
      const squares = values.reduce((a, b) => a + b * b, 0);
      // Sums are the readme's to 1e-9; the order of summation is ours.
      expect(Math.abs(sum - array.sum)).toBeLessThanOrEqual(
        1e-9 * Math.max(1, array.sum_of_squares),
      );
      expect(Math.abs(squares / array.sum_of_squares - 1)).toBeLessThan(1e-9);
    }
  });

  test("any ranges are the same elements as in the whole", async () => {
    const opened = await openArrays(join(folder, file));
    for (const array of opened.arrays.values()) {
      const whole = await array.read();
      const n = whole.length;
      const ranges = [
        { start: n - 2, count: 2 },
        { start: 0, count: 3 },
        { start: 1, count: 3 },
      ];
      const parts = ranges.flatMap(({ start, count }) => [...whole.subarray(start, start + count)]);
      expect([...(await array.read(ranges))]).toEqual(parts);
    }
    await opened.close();
  });
});

const dtypes: DType[] = ["float32", "float64", "int32", "int64", "bool"];
const tensor: fc.Arbitrary<Tensor> = fc
  .record({
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    seed: fc.integer(),
  })
  .map(({ dtype, shape, seed }) =>
    fromFloat64(
      dtype,
      shape,
      Float64Array.from({ length: sizeOf(shape) }, (_, i) => ((i + 1) * seed) % 1009),
    ),
  );
const tensors = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9._]{0,12}$/).filter((name) => name !== "__proto__"),
  tensor,
  { maxKeys: 4, minKeys: 1 },
);

async function bytes(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

describe("writing", () => {
  test("then reading gives the same tensors, deflated or stored", async () => {
    await fc.assert(
      fc.asyncProperty(tensors, fc.boolean(), async (given, deflated) => {
        const path = join(temporary, "round.npz");
        await writeNpz(path, given, { deflated });
        expect(await readNpz(path)).toEqual(new Map(Object.entries(given)));
      }),
      { numRuns: 30 },
    );
  });

  test("the same tensors gives the same bytes", async () => {
    const given = { a: fromFloat64("float32", [2], [1, 2]) };
    expect(await bytes(encodeNpz(given))).toEqual(await bytes(encodeNpz(given)));
  });

  test("to a folder that is not there says so and leaves nothing", async () => {
    await expect(writeNpz(join(temporary, "none", "a.npz"), {})).rejects.toThrow(
      "there is no such file or folder",
    );
  });
});

describe("damaged files", () => {
  async function readAll(content: Uint8Array): Promise<void> {
    const file = await arraysIn(bytesOf("damaged", content));
    for (const array of file.arrays.values()) await array.read();
  }

  test.each(["deflated.npz", "stored.npz", "zip64.npz", "i32.npy", "f16.npy"])(
    "%s with changed or missing bytes is read or refused in a sentence",
    async (name) => {
      const whole = await readFile(join(folder, name));
      const change = fc.record({
        at: fc.nat(whole.length - 1),
        value: fc.integer({ min: 0, max: 255 }),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(change, { maxLength: 4 }),
          fc.nat(whole.length),
          async (changes, cut) => {
            const damaged = new Uint8Array(cut % 2 === 0 ? whole : whole.subarray(0, cut));
            for (const { at, value } of changes) if (at < damaged.length) damaged[at] = value;
            try {
              await readAll(damaged);
            } catch (error) {
              expect(error).toBeInstanceOf(UserError);
            }
          },
        ),
        { numRuns: 200 },
      );
    },
  );

  test("a changed element of an archive is noticed by its checksum", async () => {
    const content = await bytes(
      encodeNpz({ a: fromFloat64("float64", [50], new Float64Array(50)) }, { deflated: false }),
    );
    content[200] = 1;
    await expect(readAll(content)).rejects.toThrow('the checksum of "a.npy" is wrong');
  });

  test("sizes that the bytes cannot give are refused before memory is taken", async () => {
    const content = Buffer.from(
      await bytes(encodeNpz({ a: fromFloat64("float32", [4], [1, 2, 3, 4]) })),
    );
    const directory = content.lastIndexOf("PK\x01\x02", undefined, "latin1");
    content.writeUInt32LE(0xfffffff0, directory + 24);
    await expect(readAll(content)).rejects.toThrow("claims 4294967280 bytes, more than its");
  });

  test("a shape that does not match the bytes is refused with both numbers", async () => {
    const npy = Buffer.from(await readFile(join(folder, "i32.npy")));
    npy.write("(9, 6)", npy.indexOf("(4, 6)"));
    await expect(readAll(npy)).rejects.toThrow(
      "damaged: its header announces int32[9, 6], 216 bytes, but 96 are there.",
    );
  });

  test.each([
    ["|O", "reading them would run code"],
    ["<c8", 'elements of type "<c8" are not numbers'],
    ["<U4", 'elements of type "<U4" are not numbers'],
  ])("dtype %s is refused", async (descr, message) => {
    const npy = Buffer.from(await readFile(join(folder, "i32.npy")));
    const at = npy.indexOf("'<i4'");
    npy.write(`'${descr}'`.padEnd(5), at);
    await expect(readAll(npy)).rejects.toThrow(message);
  });

  test("other files are named for what they are", async () => {
    const path = join(temporary, "notes.txt");
    await writeFile(path, "hello");
    await expect(openArrays(path)).rejects.toThrow(`${path}: it is no zip archive`);
    await expect(openArrays(temporary)).rejects.toThrow("is a folder");
    await expect(openArrays(join(temporary, "absent.npz"))).rejects.toThrow("There is no file");
  });
});

describe("a compressed array of which little is there", () => {
  /** An archive with x.npy, whose elements end after some of the many that it claims. */
  function claiming(rows: number, there: number): Buffer {
    const shape = [rows, 1 << 20];
    const header = npyHeader({ dtype: "float32", shape });
    const content = Buffer.concat([header, Buffer.alloc(there, 1)]);
    // Stored blocks, so that the archive is as long as its content.
    const packed = deflateRawSync(content, { level: 0 });
    const about = Buffer.alloc(26);
    about.writeUInt16LE(8, 4);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(header.length + 4 * sizeOf(shape), 18);
    about.writeUInt16LE(5, 22);
    const name = Buffer.from("x.npy");
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), about, name, packed]);
    const entry = Buffer.concat([Buffer.from("PK\x01\x02\0\0"), about, Buffer.alloc(14), name]);
    const end = Buffer.alloc(22);
    end.write("PK\x05\x06");
    end.writeUInt16LE(1, 8);
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(entry.length, 12);
    end.writeUInt32LE(local.length, 16);
    return Buffer.concat([local, entry, end]);
  }

  test("is refused where it would grow beyond what numbers do, before anything is unpacked", async () => {
    const opened = arraysIn(bytesOf("a.npz", claiming(128, 1 << 20)));
    await expect(opened).rejects.toMatchObject({ code: "zip/bomb" });
    await expect(opened).rejects.toThrow(
      "a.npz: x would grow from 1.0 MiB to 0.50 GiB: it is nearly all one number.",
    );
  });

  test("is read only as far as what is asked of it, where it is too large to be kept", async () => {
    const file = await arraysIn(bytesOf("a.npz", claiming(200, 1 << 24)));
    const array = file.arrays.get("x")!;
    const row = (at: number): Promise<unknown> =>
      array.readBoxes([{ start: [at, 0], count: [1, 4] }]);
    expect(await row(1)).toHaveLength(4);
    await expect(row(150)).rejects.toMatchObject({ code: "zip/size" });
  });
});

test("an archive of thousands of arrays is listed in seconds, and what is wrong with one is told", async () => {
  const one = { dtype: "float32" as const, shape: [3], data: Float32Array.of(1, 2, 3) };
  const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`a${i}`, one]));
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeNpz(many, { deflated: false })) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const path = join(temporary, "many.npz");
  await writeFile(path, bytes);
  const file = await openArrays(path);
  expect(file.arrays.size).toBe(3000);
  await file.close();
  // The last element of the first array.
  bytes[bytes.indexOf(Buffer.from(one.data.buffer)) + 11]! ^= 1;
  await writeFile(path, bytes);
  await expect(openArrays(path)).rejects.toMatchObject({ code: "zip/checksum" });
});

test("more axes than NumPy has are no header", async () => {
  const header = npyHeader({ dtype: "float32", shape: Array.from({ length: 100 }, () => 1) });
  const opened = arraysIn(bytesOf("a.npy", Buffer.concat([header, Buffer.alloc(4)])));
  await expect(opened).rejects.toThrow("its header claims 100 axes");
});
