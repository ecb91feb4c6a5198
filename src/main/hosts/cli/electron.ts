/** Electron's binary, which its package fetches when it is first wanted. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Milliseconds that fetching may take, and for how long a failure is not tried again. */
const PATIENCE = 180_000;
const PAUSE = 24 * 3600_000;

/** The binary, where its package has put it; null where it was not fetched. */
export function electronBinary(program: string): string | null {
  const folder = packageFolder(program);
  if (folder === null || !existsSync(join(folder, "path.txt"))) return null;
  const dist = process.env["ELECTRON_OVERRIDE_DIST_PATH"] ?? join(folder, "dist");
  const binary = join(dist, readFileSync(join(folder, "path.txt"), "utf8").trim());
  return existsSync(binary) ? binary : null;
}

/**
 * Lets the package fetch its binary, once a day at most: on a machine that cannot, every start would wait for it.
 * @param settings folder where a failure is noted
 */
export function fetchElectron(program: string, settings: string): string | null {
  const folder = packageFolder(program);
  const note = join(settings, "electron-not-fetched");
  const failed = statSync(note, { throwIfNoEntry: false });
  if (folder === null || (failed !== undefined && Date.now() - failed.mtimeMs < PAUSE)) return null;
  spawnSync(process.execPath, [join(folder, "install.js")], { stdio: "ignore", timeout: PATIENCE });
  const binary = electronBinary(program);
  if (binary === null) {
    mkdirSync(settings, { recursive: true });
    writeFileSync(note, "Delete this file to let Noetherscope try again at once.\n");
  }
  return binary;
}

function packageFolder(program: string): string | null {
  try {
    return dirname(createRequire(join(program, "package.json")).resolve("electron/package.json"));
  } catch {
    // Installed without development packages.
    return null;
  }
}
