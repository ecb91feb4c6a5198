/** The checkpoints that an analysis names: weights files, or whole networks, by name or by pattern. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { UserError } from "../../../shared/errors";
import type { Checkpoint } from "../../analyses/context";
import { openModel } from "../../models";

/** More would be a film, not a series. */
const MOST = 500;

/**
 * In the order of their names, numbers in them counted: epoch-9 before epoch-10.
 * @param list names or patterns with * and ?, commas between them; relative ones from the working folder, or where
 * nothing is found there from the model's
 * @param model path of the network's .onnx file
 * @param sample extents of a state, for axes that it leaves open
 * @throws UserError "checkpoints/none", "checkpoints/many"
 */
export async function checkpointsOf(
  list: string,
  model: string,
  sample: readonly number[],
): Promise<Checkpoint[]> {
  const patterns = list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const found = new Set<string>();
  for (const pattern of patterns) {
    const places = isAbsolute(pattern)
      ? [pattern]
      : [resolve(pattern), join(dirname(model), pattern)];
    const files = await firstFound(places);
    if (files.length === 0) {
      throw new UserError("checkpoints/none", `No checkpoint is called ${pattern}.`, {
        where: pattern,
        todo: "Name weights files (.safetensors) or networks (.onnx), from the working folder, from the model's, or with their full path; * stands for any letters.",
      });
    }
    for (const file of files) found.add(file);
  }
  if (found.size > MOST) {
    throw new UserError("checkpoints/many", `${found.size} checkpoints are more than ${MOST}.`, {
      where: list,
      todo: "Name fewer of them.",
    });
  }
  const paths = [...found].sort(byNumbers);
  const names = shortNames(paths);
  return paths.map((path, k) => ({
    name: names[k]!,
    open: () =>
      path.toLowerCase().endsWith(".onnx")
        ? openModel(path, { sample })
        : openModel(model, { weights: path, sample }),
  }));
}

async function firstFound(patterns: readonly string[]): Promise<string[]> {
  for (const pattern of patterns) {
    const files = await matching(pattern);
    if (files.length > 0) return files;
  }
  return [];
}

/** Files that an absolute pattern stands for, folder by folder. */
async function matching(pattern: string): Promise<string[]> {
  const [root = "", ...segments] = pattern.split(sep);
  let places = [root === "" ? sep : root + sep];
  for (const segment of segments) {
    const next: string[] = [];
    for (const place of places) next.push(...(await step(place, segment)));
    places = next;
  }
  const files: string[] = [];
  for (const place of places) if (await isFile(place)) files.push(place);
  return files;
}

async function step(folder: string, segment: string): Promise<string[]> {
  if (!/[*?]/.test(segment)) return [join(folder, segment)];
  const wanted = new RegExp(
    `^${segment
      .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "u",
  );
  try {
    const names = await readdir(folder);
    return names.filter((name) => wanted.test(name)).map((name) => join(folder, name));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** A place that is not there, or is no folder, or may not be read, holds no checkpoint. */
function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EACCES";
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** File names, or paths from what all have in common where names repeat. */
function shortNames(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(path));
  if (new Set(names).size === names.length) return names;
  let common = dirname(paths[0]!);
  while (!paths.every((path) => path.startsWith(common + sep))) common = dirname(common);
  return paths.map((path) => relative(common, path));
}
