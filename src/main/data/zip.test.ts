import { describe, expect, test } from "vitest";
import { bytesOf, type ByteSource } from "./byteSource";
import { entryContent, readZipDirectory } from "./zip";
import { zipArchive, type ZipContent } from "./zipWriter";

async function archive(contents: Iterable<ZipContent>, deflated: boolean): Promise<ByteSource> {
  const parts: Uint8Array[] = [];
  for await (const part of zipArchive(contents, { deflated })) parts.push(part);
  return bytesOf("archive.zip", Buffer.concat(parts));
}

async function contentOf(source: ByteSource, name: string): Promise<string> {
  const entry = (await readZipDirectory(source)).find((candidate) => candidate.name === name)!;
  const parts: Uint8Array[] = [];
  for await (const part of entryContent(source, entry)) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe("zip archives", () => {
  test.each([true, false])(
    "give back parts joined, names in any script (deflated: %s)",
    async (deflated) => {
      const source = await archive(
        [
          { name: "ψ.txt", parts: [Buffer.from("ab"), Buffer.alloc(0), Buffer.from("c")] },
          { name: "empty", parts: [] },
        ],
        deflated,
      );
      expect(await contentOf(source, "ψ.txt")).toBe("abc");
      expect(await contentOf(source, "empty")).toBe("");
    },
  );

  test("count beyond 65535 entries with zip64 records", async () => {
    const count = 65_540;
    function* many(): Generator<ZipContent> {
      for (let i = 0; i < count; i++) yield { name: String(i), parts: [Buffer.from([i & 0xff])] };
    }
    const source = await archive(many(), false);
    const entries = await readZipDirectory(source);
    expect(entries).toHaveLength(count);
    expect(entries.at(-1)!.name).toBe(String(count - 1));
  });

  test("found behind a comment", async () => {
    const plain = await archive([{ name: "a", parts: [Buffer.from("x")] }], true);
    const bytes = Buffer.from(await plain.read(0, plain.size));
    bytes.writeUInt16LE(5, bytes.length - 2);
    const commented = bytesOf("archive.zip", Buffer.concat([bytes, Buffer.from("hello")]));
    expect(await contentOf(commented, "a")).toBe("x");
  });

  test("a content that grows beyond its size is cut short in a sentence", async () => {
    const source = await archive([{ name: "a", parts: [Buffer.alloc(1e5, "x")] }], true);
    const bytes = Buffer.from(await source.read(0, source.size));
    bytes.writeUInt32LE(1000, bytes.lastIndexOf("PK\x01\x02", undefined, "latin1") + 24);
    await expect(contentOf(bytesOf("archive.zip", bytes), "a")).rejects.toThrow(
      'archive.zip: "a" holds more than the 1000 bytes it claims.',
    );
  });
});
