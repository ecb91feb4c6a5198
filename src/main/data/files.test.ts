import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atomicWrite } from "./atomic";
import { fileError } from "../../shared/fileErrors";
import { identify, samplesSha256 } from "./identity";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "files-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("an atomic write", () => {
  test("replaces the file and leaves nothing beside it", async () => {
    const place = join(folder, "whole");
    await mkdir(place);
    const path = join(place, "a.json");
    await atomicWrite(path, "old");
    await atomicWrite(path, Buffer.from("new"));
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(place)).toEqual(["a.json"]);
  });

  test("that fails half-way leaves the old file and nothing else", async () => {
    const place = join(folder, "half");
    await mkdir(place);
    const path = join(place, "a.bin");
    await atomicWrite(path, "old");
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      await Promise.resolve();
      throw new Error("cancelled");
    };
    await expect(atomicWrite(path, chunks())).rejects.toThrow("cancelled");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(place)).toEqual(["a.bin"]);
  });

  test("onto a folder or without one says so", async () => {
    await expect(atomicWrite(join(folder, "none", "a"), "")).rejects.toMatchObject({
      code: "file/enoent",
      message: `Cannot write ${join(folder, "none", "a")}: there is no such file or folder.`,
    });
    await expect(atomicWrite(folder, "")).rejects.toThrow("it is a folder");
  });

  test("through a link keeps the link", async () => {
    const target = join(folder, "target");
    const link = join(folder, "link");
    await writeFile(target, "old");
    await symlink(target, link);
    await atomicWrite(link, "new");
    expect(await readFile(target, "utf8")).toBe("new");
  });

  test.skipIf(process.getuid?.() === 0)("without permission says so", async () => {
    const place = join(folder, "closed");
    await mkdir(place);
    await chmod(place, 0o500);
    await expect(atomicWrite(join(place, "a"), "")).rejects.toThrow("permission is denied");
  });

  test.each(["EACCES", "ENOSPC", "EFBIG", "EROFS"])(
    "%s becomes a sentence with the path",
    (code) => {
      const cause = Object.assign(new Error(code), { code });
      expect(fileError(cause, "/data/run.json", "write")).toMatchObject({
        code: `file/${code.toLowerCase()}`,
        where: "/data/run.json",
        message: expect.stringMatching(/^Cannot write \/data\/run.json: .+\.$/) as string,
        cause,
      });
    },
  );

  test("other errors stay what they are", () => {
    const bug = new TypeError("bug");
    expect(fileError(bug, "a", "write")).toBe(bug);
  });
});

describe("identity", () => {
  test("has the content's hash, and another after a change", async () => {
    const path = join(folder, "data.bin");
    await writeFile(path, "content");
    const identity = await identify(path);
    expect(identity).toMatchObject({ path, size: 7 });
    expect(identity.sha256).toBe(createHash("sha256").update("content").digest("hex"));
    await writeFile(path, "Content");
    expect((await identify(path)).sha256).not.toBe(identity.sha256);
  });

  test("of a file that is not there says so", async () => {
    await expect(identify(join(folder, "absent"))).rejects.toMatchObject({ code: "file/enoent" });
  });

  test("of samples is of their bytes, in order", () => {
    const a = { dtype: "float32" as const, shape: [1], data: Float32Array.of(1) };
    const b = { dtype: "float32" as const, shape: [1], data: Float32Array.of(2) };
    expect(samplesSha256([a, b])).toBe(
      createHash("sha256")
        .update(new Uint8Array(Float32Array.of(1, 2).buffer))
        .digest("hex"),
    );
  });
});
