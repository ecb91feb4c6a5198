import { execFileSync, spawn } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openArrayFile } from "../open";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hdf5-lock-"));
});
afterAll(() => rm(folder, { recursive: true }));

const hasPython = ((): boolean => {
  try {
    execFileSync("/usr/bin/python3", ["-c", "import h5py"], { stdio: "ignore" });
    return process.platform === "linux";
  } catch {
    return false;
  }
})();

/** Runs what h5py does with a file, and asks something of it before the program there ends. */
async function whileOpen<T>(code: string, path: string, ask: () => Promise<T>): Promise<T> {
  const script = `import h5py, sys\n${code}\nprint("open", flush=True)\nsys.stdin.read()`;
  const python = spawn("/usr/bin/python3", ["-c", script, path]);
  try {
    await once(python.stdout, "data");
    return await ask();
  } finally {
    python.stdin.end();
    await once(python, "exit");
  }
}

test.skipIf(!hasPython)("a file that h5py holds open for writing says so", async () => {
  const path = join(folder, "held.h5");
  await copyFile("src/main/data/testing/samples/filters.h5", path);
  const notices = async (): Promise<readonly string[]> => {
    const file = await openArrayFile(path);
    await file.close();
    return file.notices;
  };
  const sentence =
    "Another program has the file open for writing: what it has not written yet is missing.";
  expect(await whileOpen('f = h5py.File(sys.argv[1], "a")', path, notices)).toEqual([sentence]);
  expect(await notices()).toEqual([]);
  // Readers hold a lock as well, which is of no matter.
  expect(await whileOpen('f = h5py.File(sys.argv[1], "r")', path, notices)).toEqual([]);
});

test.skipIf(!hasPython)(
  "a file of which nothing is written yet is said to be open elsewhere",
  async () => {
    for (const libver of ["earliest", "latest"]) {
      const path = join(folder, `${libver}.h5`);
      const code = `f = h5py.File(sys.argv[1], "w", libver="${libver}")\nf["u"] = range(100)`;
      await whileOpen(code, path, async () => {
        await expect(openArrayFile(path), libver).rejects.toMatchObject({ code: "hdf5/locked" });
      });
    }
  },
);

test("a file that a crashed program left marked as open tells how to take the mark away", async () => {
  const path = join(folder, "crashed.h5");
  // The beginning of a file of the newest form, its mark set; nothing of it follows.
  const bytes = Buffer.from(await readFile("src/main/data/testing/samples/filters.h5"));
  bytes.writeUInt8(3, 8);
  bytes.writeUInt8(5, 11);
  await writeFile(path, bytes);
  await expect(openArrayFile(path)).rejects.toMatchObject({
    code: "hdf5/locked",
    todo: expect.stringContaining("h5clear -s") as string,
  });
});
