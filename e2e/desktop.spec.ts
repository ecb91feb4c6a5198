/** The desktop program, where Electron's binary is installed and a display is there. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, expect, test } from "@playwright/test";

const program = join(import.meta.dirname, "..");
const electron = join(program, "node_modules", "electron");
const note = join(electron, "path.txt");
const installed =
  existsSync(note) && existsSync(join(electron, "dist", readFileSync(note, "utf8").trim()));
const display =
  process.platform !== "linux" ||
  Boolean(process.env["DISPLAY"]) ||
  Boolean(process.env["WAYLAND_DISPLAY"]);

test.skip(!installed || !display, "needs Electron's binary and a display");

test("opens a confined window that reaches the workbench", async () => {
  const home = await mkdtemp(join(tmpdir(), "noetherscope-desktop-"));
  const app = await _electron.launch({
    args: [program],
    env: { ...process.env, NOETHERSCOPE_HOME: home } as Record<string, string>,
  });
  try {
    const page = await app.firstWindow();
    await expect(page.locator("#app")).not.toBeEmpty();
    const seen = await page.evaluate(async () => ({
      require: typeof (globalThis as { require?: unknown }).require,
      process: typeof (globalThis as { process?: unknown }).process,
      bridge: Object.keys(window.noetherscope!).sort(),
      info: await window.noetherscope!.call("app.info", {}),
    }));
    expect(seen).toMatchObject({
      require: "undefined",
      process: "undefined",
      bridge: ["call", "on", "pathOf"],
      info: { kind: "result", output: { host: "desktop" } },
    });
    await page.evaluate(() => {
      location.href = "https://example.org/";
    });
    expect(page.url()).toMatch(/^noetherscope:\/\/app\//);
  } finally {
    await app.close();
    await rm(home, { recursive: true, force: true });
  }
});
