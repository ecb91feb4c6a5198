import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { externalReader } from "./external";
import type { TensorProto } from "./schema";

let root: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "external-"));
  await mkdir(join(root, "net/parts"), { recursive: true });
  model = join(root, "net/model.onnx");
  await writeFile(join(root, "net/model.data"), Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  await writeFile(join(root, "net/parts/more.data"), Uint8Array.of(9));
  await writeFile(join(root, "secret"), "secret");
  await symlink(join(root, "secret"), join(root, "net/link"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function read(entries: Record<string, string>): number[] {
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return [...externalReader(model)({ externalData } as unknown as TensorProto, `The tensor "w"`)];
}

describe("external data", () => {
  test("is the bytes that offset and length name, by default all", () => {
    expect(read({ location: "model.data", offset: "2", length: "3" })).toEqual([2, 3, 4]);
    expect(read({ location: "model.data", offset: "6" })).toEqual([6, 7]);
    expect(read({ location: "parts/more.data" })).toEqual([9]);
  });

  test.each(["../secret", "parts/../../secret", "link", "", ".", "..", "/etc/hostname"])(
    "outside the model's folder is refused: %s",
    (location) => {
      expect(() => read({ location })).toThrow(/not inside the model's folder/);
    },
  );

  test.each([
    [{ location: "model.data", offset: "6", length: "3" }, /has 8/],
    [{ location: "model.data", offset: "9" }, /has 8/],
    [{ location: "model.data", length: "99999999999999" }, /has 8/],
    [{ location: "model.data", offset: "-1" }, /states the offset "-1"/],
    [{ location: "model.data", length: "many" }, /states the length "many"/],
    [{ location: "absent.data" }, /which is missing/],
    [{ location: "parts" }, /which is not a file/],
  ])("that is not there is refused: %o", (entries, message) => {
    expect(() => read(entries as Record<string, string>)).toThrow(message);
  });

  test.skipIf(process.platform === "win32")("in a pipe is refused, not waited for", () => {
    execFileSync("mkfifo", [join(root, "net/pipe")]);
    expect(() => read({ location: "pipe" })).toThrow(/which is not a file/);
  });
});
