#!/usr/bin/env node
/** The command `noetherscope`. In a checkout it first builds what is older than its sources. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// Older versions lack what follows, import.meta.dirname first of all.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  stop(`Noetherscope needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

const root = join(import.meta.dirname, "..", "..");
const built = join(root, "out", "main", "cli.js");
const builder = join(root, "node_modules", "electron-vite", "bin", "electron-vite.js");

/** One sentence, and exit code 1. */
function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

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
const isCheckout = existsSync(join(root, "src"));
const toBuild = isCheckout && outdated();
if (isCheckout && !existsSync(toBuild ? builder : join(root, "node_modules"))) {
  stop(`The packages that Noetherscope needs are not installed: run npm ci first, in ${root}.`);
}
if (toBuild) {
  process.stderr.write("Building…\n");
  const build = spawnSync(process.execPath, [builder, "build"], { cwd: root, encoding: "utf8" });
  if (build.status !== 0) stop(`${build.stdout}${build.stderr}\nThe build failed; see above.`);
}

// npm runs its scripts in the package's folder, but paths are meant from where the command was typed.
const { npm_lifecycle_script: script, INIT_CWD: typedIn } = process.env;
if (script?.includes("noetherscope.mjs") && typedIn !== undefined) process.chdir(typedIn);
await import(pathToFileURL(built).href);
