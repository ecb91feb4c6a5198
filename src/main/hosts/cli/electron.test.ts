import { mkdtemp, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { electronBinary, fetchElectron } from "./electron";

let home: string;
let settings: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "electron-"));
  settings = join(home, "settings");
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** A program whose Electron package fetches as `install` does; what it did is seen in `log`. */
async function program(install: string): Promise<{ path: string; log: string }> {
  const electron = join(home, "node_modules/electron");
  const log = join(home, "log");
  await mkdir(electron, { recursive: true });
  await mkdir(log);
  await writeFile(join(home, "package.json"), "{}");
  await writeFile(join(electron, "package.json"), '{"name":"electron"}');
  const head = `const fs = require("fs"); fs.writeFileSync(${JSON.stringify(log)} + "/" + process.hrtime.bigint(), "");`;
  await writeFile(join(electron, "install.js"), `${head}\nprocess.chdir(__dirname);\n${install}`);
  return { path: home, log };
}

const succeed = `fs.mkdirSync("dist"); fs.writeFileSync("dist/electron", ""); fs.writeFileSync("path.txt", "electron");`;

test("a binary that can be fetched is there from then on", async () => {
  const { path } = await program(succeed);
  expect(electronBinary(path)).toBeNull();
  const binary = join(path, "node_modules/electron/dist/electron");
  expect(fetchElectron(path, settings)).toBe(binary);
  expect(electronBinary(path)).toBe(binary);
});

test("a failure is not repeated with every start, but the next day", async () => {
  const { path, log } = await program("process.exit(1)");
  expect(fetchElectron(path, settings)).toBeNull();
  expect(fetchElectron(path, settings)).toBeNull();
  expect(await readdir(log)).toHaveLength(1);
  const yesterday = new Date(Date.now() - 25 * 3600_000);
  await utimes(join(settings, "electron-not-fetched"), yesterday, yesterday);
  expect(fetchElectron(path, settings)).toBeNull();
  expect(await readdir(log)).toHaveLength(2);
});

test("a program installed without Electron's package has none", async () => {
  await writeFile(join(home, "package.json"), "{}");
  expect(electronBinary(home)).toBeNull();
  expect(fetchElectron(home, settings)).toBeNull();
});
