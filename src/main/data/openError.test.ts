import { mkdtemp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import { openArrays } from "./npz";
import { openError } from "./openError";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "open-"));
  for (const name of ["flow.npz", ".flaw.npz", "notes.txt"])
    await writeFile(join(folder, name), "");
  await mkdir(join(folder, "many"));
  for (let i = 0; i < 8; i++) await writeFile(join(folder, "many", `part${i}.npy`), "");
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ["flwo.npz", "Did you mean flow.npz, in the same folder?"],
  ["FLOW.NPZ", "Did you mean flow.npz, in the same folder?"],
  ["something else.npz", "Check the path."],
])("%s, which is not there: %s", async (name, todo) => {
  const path = join(folder, name);
  await expect(openArrays(path)).rejects.toMatchObject({
    code: "file/enoent",
    message: `There is no file ${path}.`,
    todo,
  });
});

test("where the folder is missing as well, the first missing one is named", async () => {
  const path = join(folder, "a", "b", "c.npz");
  await expect(openArrays(path)).rejects.toMatchObject({
    message: `There is no file ${path}, nor its folder ${join(folder, "a")}.`,
  });
});

test("a link to what is not there, one that leads to itself, and a device are called so", async () => {
  const [dangling, loop, device] = ["dangling.npz", "loop.npz", "device.npz"].map((name) => join(folder, name)); // prettier-ignore
  await symlink(join(folder, "nowhere.npz"), dangling!);
  await symlink(loop!, loop!);
  await symlink("/dev/zero", device!);
  await expect(openArrays(dangling!)).rejects.toMatchObject({
    message: `${dangling!} is a link to a file that is not there.`,
  });
  await expect(openArrays(loop!)).rejects.toMatchObject({ code: "file/eloop" });
  await expect(openArrays(device!)).rejects.toMatchObject({ code: "file/kind" });
  for (const path of [dangling!, loop!, device!]) await rm(path);
});

test("of a folder, what it holds of that kind is named, a few at most", async () => {
  await expect(openArrays(folder)).rejects.toMatchObject({
    code: "file/eisdir",
    todo: "Name one of the files in it: flow.npz.",
  });
  await expect(openArrays(join(folder, "many"))).rejects.toMatchObject({
    todo: expect.stringMatching(/part0\.npy, .*part5\.npy and 2 more\.$/),
  });
});

test("any other error stays what it is", async () => {
  const other = new UserError("npy/damaged", "It is damaged.");
  expect(await openError(other, folder, [".npz"])).toBe(other);
  const bug = new TypeError("a bug");
  expect(await openError(bug, folder, [".npz"])).toBe(bug);
});
