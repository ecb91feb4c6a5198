/** The built browser host, started for a test with settings and studies of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test as base } from "@playwright/test";

const program = join(import.meta.dirname, "..");

export interface Host {
  /** With its token. */
  readonly url: string;
  /** Settings and studies; gone after the test. */
  readonly home: string;
  /** Of the program, for files to open: fixtures, examples. */
  readonly program: string;
}

/** `test` with a `host` that runs while the test does. */
export const test = base.extend<{ host: Host; hostArguments: string[] }>({
  hostArguments: [[], { option: true }],
  host: async ({ hostArguments }, use) => {
    const home = await mkdtemp(join(tmpdir(), "noetherscope-e2e-"));
    const child = spawn(
      process.execPath,
      [join(program, "out/main/cli.js"), "serve", "--no-open", ...hostArguments],
      { env: { ...process.env, NOETHERSCOPE_HOME: home }, stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = new Promise((resolve) => child.once("exit", resolve));
    try {
      await use({ url: await firstLine(child), home, program });
    } finally {
      child.kill("SIGINT");
      await ended;
      await rm(home, { recursive: true, force: true });
    }
  },
});

export { expect } from "@playwright/test";

/** The one line that the host prints: its address. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the host ended with exit code ${code}`)));
  });
}
