#!/usr/bin/env node
/** The command `noetherscope`. In a checkout it first builds what is older than its sources. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..", "..");
const built = join(root, "out", "main", "cli.js");

/** Time of the last change to anything in a folder or to a file, tests aside. */
function changed(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return 0;
  if (!info.isDirectory()) return path.includes(".test.") ? 0 : info.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => changed(join(path, name))));
}

function outdated() {
  const sources = ["src", "package-lock.json", "electron.vite.config.ts"];
  return (
    !existsSync(built) ||
    Math.max(...sources.map((name) => changed(join(root, name)))) > statSync(built).mtimeMs
  );
}

// An installed package has no sources and comes built.
if (existsSync(join(root, "src")) && outdated()) {
  process.stderr.write("Building…\n");
  const build = spawnSync(
    process.execPath,
    [join(root, "node_modules", "electron-vite", "bin", "electron-vite.js"), "build"],
    { cwd: root, encoding: "utf8" },
  );
  if (build.status !== 0) {
    process.stderr.write(`${build.stdout}${build.stderr}\nThe build failed; see above.\n`);
    process.exit(1);
  }
}

await import(pathToFileURL(built).href);
