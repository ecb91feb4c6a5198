/** Pickles and archives made to do harm: nothing runs, memory stays small, each is refused in a sentence. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import { zipArchive } from "../data/zipWriter";
import { openCheckpoint } from "./checkpoint";
import { Cursor } from "./pickle/cursor";
import { unpickle } from "./pickle/unpickle";
import { Inert } from "./pickle/values";

const seed = 20261122;
const fixtures = join(import.meta.dirname, "../../../fixtures/checkpoints");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostile-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Opcodes by their letters, numbers as bytes. */
function pickle(...parts: (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === "string"
        ? Buffer.from(part, "latin1")
        : typeof part === "number"
          ? Buffer.of(part)
          : Buffer.from(part),
    ),
  );
}

const text = (value: string): Buffer => pickle("X", uint32(value.length), value);
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return pickle(0x8a, 8, bytes);
};

interface Claim {
  readonly offset: bigint;
  readonly shape: readonly bigint[];
  readonly strides: readonly bigint[];
  readonly numel: bigint;
  readonly storage?: string;
}

const tuple = (items: readonly Buffer[]): Buffer => pickle("(", ...items, "t");

/** The pickle of {"weight": a float tensor}. */
function tensorPickle({ offset, shape, strides, numel, storage = "0" }: Claim): Buffer {
  const id = tuple([
    text("storage"),
    pickle("ctorch\nFloatStorage\n"),
    text(storage),
    text("cpu"),
    long(numel),
  ]);
  const args = tuple([
    pickle(id, "Q"),
    long(offset),
    tuple(shape.map(long)),
    tuple(strides.map(long)),
    pickle(0x89),
    pickle("N"),
  ]);
  return pickle(0x80, 2, "}", text("weight"), "ctorch._utils\n_rebuild_tensor_v2\n", args, "Rs.");
}

async function archive(
  root: Uint8Array,
  entries: Readonly<Record<string, Uint8Array>> = {},
): Promise<string> {
  const path = join(folder, "net.pt");
  const all = { "net/data.pkl": root, ...entries };
  const contents = Object.entries(all).map(([name, bytes]) => ({ name, parts: [bytes] }));
  const pieces: Uint8Array[] = [];
  for await (const piece of zipArchive(contents, { deflated: false })) pieces.push(piece);
  await writeFile(path, Buffer.concat(pieces));
  return path;
}

async function readAll(path: string): Promise<number[][]> {
  const checkpoint = await openCheckpoint(path);
  try {
    const found: number[][] = [];
    for (const { tensors } of checkpoint.sets) {
      for (const tensor of tensors.values()) {
        found.push([...((await tensor.read()).data as Float32Array)]);
      }
    }
    return found;
  } finally {
    await checkpoint.close();
  }
}

const sound: Claim = { offset: 1n, shape: [2n], strides: [1n], numel: 3n };
const three = new Uint8Array(Float32Array.of(1, 2, 3).buffer);

test("an archive made here by hand is read", async () => {
  expect(await readAll(await archive(tensorPickle(sound), { "net/data/0": three }))).toEqual([
    [2, 3],
  ]);
});

test("numbers written big-endian are read so", async () => {
  const bytes = Buffer.from(three).swap32();
  const path = await archive(tensorPickle(sound), {
    "net/byteorder": Buffer.from("big"),
    "net/data/0": bytes,
  });
  expect(await readAll(path)).toEqual([[2, 3]]);
});

describe("a tensor is refused that", () => {
  test.each<[string, Partial<Claim>, RegExp]>([
    ["reaches beyond its storage", { shape: [3n] }, /reaches beyond its storage/],
    ["has a stride beyond it", { strides: [2n ** 40n] }, /reaches beyond its storage/],
    ["begins before it", { offset: -1n }, /cannot be understood/],
    ["steps backwards", { strides: [-1n] }, /cannot be understood/],
    ["claims 2⁶² numbers", { numel: 2n ** 62n, shape: [2n ** 62n] }, /cannot be understood/],
    ["has more strides than axes", { strides: [1n, 1n] }, /cannot be understood/],
    [
      "claims a storage larger than its bytes",
      { numel: 2n ** 40n, shape: [2n ** 39n] },
      /has 12 bytes instead of/,
    ],
    ["names a storage outside of the archive", { storage: "../../../etc/passwd" }, /is missing/],
  ])("%s", async (_, claim, sentence) => {
    const path = await archive(tensorPickle({ ...sound, ...claim }), { "net/data/0": three });
    await expect(readAll(path)).rejects.toThrow(sentence);
  });
});

test("one number expanded to more than memory holds is refused when it is read", async () => {
  const claim = { offset: 0n, shape: [2n ** 45n], strides: [0n], numel: 3n };
  const path = await archive(tensorPickle(claim), { "net/data/0": three });
  await expect(readAll(path)).rejects.toThrow(/do not fit into memory/);
});

describe("a call in a pickle", () => {
  test.each([
    ["os.system", pickle(0x80, 2, "cos\nsystem\n", text("touch owned"), 0x85, "R.")],
    [
      "by name and stack",
      pickle(0x80, 4, text("posix"), text("system"), 0x93, text("id"), 0x85, "R."),
    ],
    ["of a class", pickle(0x80, 2, "csubprocess\nPopen\n", text("id"), 0x85, 0x81, ".")],
    ["with keywords", pickle(0x80, 4, "csubprocess\nPopen\n", ")", "}", 0x92, ".")],
    ["of an old instance", pickle(0x80, 2, "(cos\nsystem\n", text("id"), "o.")],
  ])("%s makes an inert record", (_, bytes) => {
    const cursor = new Cursor(bytes, "made up");
    const made = unpickle(cursor, { construct: () => undefined });
    expect(made).toBeInstanceOf(Inert);
  });

  test("of a known name with the name's own methods makes nothing else", async () => {
    const path = join(folder, "constructor.pkl");
    await writeFile(path, pickle(0x80, 2, "cconstructor\nconstructor\n", text("id"), 0x85, "R."));
    await expect(openCheckpoint(path)).rejects.toThrow("holds no tensors");
  });
});

describe("a pickle is refused in little time that", () => {
  const laughs = (inner: Buffer): Buffer => {
    // Each list holds the one before ten times: 10⁴⁰ leaves in 40 lists.
    const parts: (string | number | Buffer)[] = [0x80, 2, inner, "q", 0];
    for (let i = 0; i < 40; i++)
      parts.push("](", ...Array.from({ length: 10 }, () => ["h", i]).flat(), "eq", i + 1);
    return pickle(...parts, ".");
  };

  test.each<[string, Buffer, RegExp]>([
    ["laughs a billion times", laughs(text("ha")), /holds no tensors/],
    [
      "claims a text of 4 GB",
      pickle(0x80, 2, "X", uint32(0xffff_fff0), "."),
      /claims 4294967280 bytes/,
    ],
    [
      "claims a text of 2⁶³ bytes",
      pickle(0x80, 4, 0x8d, Buffer.alloc(8, 0x7f), "."),
      /bytes where/,
    ],
    [
      "claims an integer of 4 GB",
      pickle(0x80, 2, 0x8b, uint32(0xffff_fff0), "."),
      /an integer has/,
    ],
    [
      "marks without end",
      pickle(0x80, 2, Buffer.alloc(4_000_000, "(")),
      /more objects than any checkpoint/,
    ],
    [
      "nests lists a million deep",
      pickle(0x80, 2, Buffer.alloc(900_000, "]"), Buffer.alloc(899_999, "a"), "."),
      /holds no tensors/,
    ],
    ["takes from an empty stack", pickle(0x80, 2, "R."), /its stack is empty/],
    ["asks for what it never kept", pickle(0x80, 2, "h", 7, "."), /memo has no entry 7/],
    ["ends within", pickle(0x80, 2, "]"), /bytes where 0 are left/],
    ["is of a protocol to come", pickle(0x80, 5, 0x80, 9, "."), /of protocol 9/],
    ["uses an opcode that there is not", pickle(0x80, 2, 0xff, "."), /opcode 0xff/],
    ["uses extensions of Python's registry", pickle(0x80, 2, 0x82, 1, "."), /opcode 0x82/],
  ])("%s", async (_, bytes, sentence) => {
    const path = join(folder, "bad.pkl");
    await writeFile(path, bytes);
    const before = performance.now();
    await expect(openCheckpoint(path)).rejects.toThrow(sentence);
    // Some milliseconds in truth; ten seconds are forever.
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test("laughs with tensors at the bottom: they are counted once a name, up to a bound", async () => {
    const inner = tensorPickle(sound).subarray(2, -1);
    const path = await archive(laughs(inner), { "net/data/0": three });
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.sets[0]!.tensors.size).toBeLessThanOrEqual(200_000);
    await checkpoint.close();
  });

  test("holds itself", async () => {
    const path = join(folder, "circle.pkl");
    await writeFile(path, pickle(0x80, 2, "}q", 0, text("model"), "h", 0, "s."));
    await expect(openCheckpoint(path)).rejects.toThrow("holds no tensors");
  });
});

test("a zip bomb gives no more than it was asked for", async () => {
  // 64 MB of zeros in 64 kB; the tensor shows two numbers of them.
  const zeros = Buffer.alloc(1 << 26);
  const path = join(folder, "bomb.pt");
  const claim = { ...sound, numel: BigInt(zeros.length / 4) };
  const entries = [
    { name: "net/data.pkl", parts: [tensorPickle(claim)] },
    { name: "net/data/0", parts: [zeros] },
  ];
  const pieces: Uint8Array[] = [];
  for await (const piece of zipArchive(entries, { deflated: true })) pieces.push(piece);
  await writeFile(path, Buffer.concat(pieces));
  expect(deflateRawSync(zeros).length).toBeLessThan(1 << 17);
  expect(await readAll(path)).toEqual([[0, 0]]);
});

describe("a bit that fell over in a storage", () => {
  /** The archive with one bit of its storage changed, and the checksum of before unless it has none. */
  async function fallen(claim: Claim, checksum = true): Promise<string> {
    const path = await archive(tensorPickle(claim), { "net/data/0": three });
    const bytes = await readFile(path);
    const at = bytes.indexOf(Buffer.from(three));
    bytes[at + 2]! ^= 1;
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32(three));
    for (let i = bytes.indexOf(crc); i >= 0 && !checksum; i = bytes.indexOf(crc))
      bytes.fill(0, i, i + 4);
    await writeFile(path, bytes);
    return path;
  }
  const whole: Claim = { offset: 0n, shape: [3n], strides: [1n], numel: 3n };

  test("is noticed where all of it is read, and where another part is", async () => {
    await expect(readAll(await fallen(whole))).rejects.toThrow(/checksum of "net\/data\/0"/);
    await expect(readAll(await fallen(sound))).rejects.toThrow(/checksum of "net\/data\/0"/);
  });

  test("is nothing that a file without checksums could tell", async () => {
    expect(await readAll(await fallen(sound, false))).toEqual([[2, 3]]);
  });
});

test("an archive that holds a name twice is refused", async () => {
  const entries = ["net/data.pkl", "net/data/0", "net/data/0"].map((name) => ({
    name,
    parts: [name.endsWith("pkl") ? tensorPickle(sound) : three],
  }));
  const path = join(folder, "twice.pt");
  const pieces: Uint8Array[] = [];
  for await (const piece of zipArchive(entries, { deflated: false })) pieces.push(piece);
  await writeFile(path, Buffer.concat(pieces));
  await expect(readAll(path)).rejects.toThrow(/holds "net\/data\/0" twice/);
});

/** Every tensor of every set read, where the file is read at all. */
async function survives(path: string): Promise<void> {
  try {
    const checkpoint = await openCheckpoint(path);
    try {
      for (const { tensors } of checkpoint.sets) {
        for (const tensor of tensors.values()) await tensor.read();
      }
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    // Whatever else is thrown is a bug of ours.
    if (!(error instanceof UserError)) throw error;
    expect(error.message.length).toBeGreaterThan(20);
  }
}

describe("with bytes changed or missing, a file is read or refused in a sentence:", () => {
  test.each([
    "trainer.pt",
    "stream.pt",
    "module.pt",
    "tar.pt",
    "jax4.pkl",
    "views.pt",
    "leaves.eqx",
  ])(
    "%s",
    async (name) => {
      const bytes = await readFile(join(fixtures, name));
      const path = join(folder, `damaged-${name}`);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 8 }),
          fc.option(fc.nat(bytes.length), { nil: bytes.length, freq: 5 }),
          async (changes, length) => {
            const changed = Buffer.from(bytes.subarray(0, length));
            for (const [at, value] of changes) if (at < length) changed[at] = value;
            await writeFile(path, changed);
            await survives(path);
          },
        ),
        { seed, numRuns: 300 },
      );
    },
    30_000,
  );

  test("pickles inside of a sound archive", async () => {
    const sources = await readFile(join(fixtures, "trainer.pt"));
    // The pickle is the archive's first entry, stored as it is.
    const start = sources.indexOf(Buffer.from([0x80, 2]));
    const root = sources.subarray(start, sources.indexOf("PK", start));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(root.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const changed = Buffer.from(root);
          for (const [at, value] of changes) changed[at] = value;
          await survives(await archive(changed, { "net/data/0": three }));
        },
      ),
      { seed, numRuns: 800 },
    );
  }, 30_000);
});
