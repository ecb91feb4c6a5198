import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

/** A checkout of which there is little more than the command. */
let checkout: string;
beforeEach(async () => {
  checkout = await realpath(await mkdtemp(join(tmpdir(), "checkout-")));
  await cp(join(import.meta.dirname, "noetherscope.mjs"), command());
  await mkdir(join(checkout, "src"));
});
afterEach(() => rm(checkout, { recursive: true, force: true }));

const command = (): string => join(checkout, "resources", "bin", "noetherscope.mjs");

function start(env = {}): { status: number | null; stdout: string; stderr: string } {
  const options = { encoding: "utf8", env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [command()], options);
  return { status, stdout, stderr };
}

test("without packages it says in one sentence that npm ci comes first", async () => {
  const sentence = `The packages that Noetherscope needs are not installed: run npm ci first, in ${checkout}.\n`;
  expect(start()).toEqual({ status: 1, stdout: "", stderr: sentence });
  // Packages for running alone cannot build.
  await mkdir(join(checkout, "node_modules"));
  expect(start()).toEqual({ status: 1, stdout: "", stderr: sentence });
});

test("as npm's script it takes paths from where npm was called", async () => {
  await mkdir(join(checkout, "node_modules"));
  await mkdir(join(checkout, "out", "main"), { recursive: true });
  await writeFile(join(checkout, "out", "main", "cli.js"), "console.log(process.cwd());");
  const typedIn = join(checkout, "resources");
  const script = "node resources/bin/noetherscope.mjs";
  expect(start({ npm_lifecycle_script: script, INIT_CWD: typedIn }).stdout).toBe(`${typedIn}\n`);
  // Under another script, as of tests that call the command, the folder is the process's own.
  const other = start({ npm_lifecycle_script: "vitest run", INIT_CWD: typedIn });
  expect(other.stdout).toBe(`${process.cwd()}\n`);
});

test("without packages it says so where an earlier build is there as well", async () => {
  await mkdir(join(checkout, "out", "main"), { recursive: true });
  await writeFile(join(checkout, "out", "main", "cli.js"), 'import "a-package-that-is-not-there";');
  const { status, stderr } = start();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^The packages .* npm ci first.*\n$/);
});

test("a build that fails shows why and exits with 1", async () => {
  const builder = join(checkout, "node_modules", "electron-vite", "bin");
  await mkdir(builder, { recursive: true });
  await writeFile(
    join(builder, "electron-vite.js"),
    'console.error("no such file"); process.exit(3);',
  );
  const { status, stderr } = start();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Building…\nno such file\n\nThe build failed; see above\.\n$/);
});
