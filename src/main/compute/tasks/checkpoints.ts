/** The checkpoints that an analysis names: weights files, or whole networks, by name or by pattern. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileChosen, withPart } from "../../../shared/chosenPart";
import { UserError } from "../../../shared/errors";
import type { FileIdentity } from "../../../shared/run";
import type { Checkpoint } from "../../analyses/context";
import { identify } from "../../data/identity";
import { openModel, type Model } from "../../models";
import { networkName } from "./networkName";

/** More would be a film, not a series. */
const MOST = 500;

/** A checkpoint, and where its network comes from. */
export interface CheckpointFile extends Checkpoint {
  readonly origin: { readonly path: string; readonly weights: string | null };
  open(): Promise<Model>;
  identity(): Promise<string>;
}

/** What files of weights are called. */
const WEIGHTS = [".safetensors", ".pt", ".pth", ".ckpt", ".npz"];

/** A network whose weights lie apart: "unet/model.onnx with unet/best.safetensors". */
const APART = /^(.+\.onnx) with (.+)$/i;

/** What trainings write beside the weights. */
const OTHER = /optim|resume|example/i;

/**
 * In the order of their names, numbers in them counted: epoch-9 before epoch-10.
 * @param list names or patterns with * and ?, commas between them; relative ones from the working folder, or where
 * nothing is found there from the model's. A folder stands for the numbered weights in it, or in the folders in it; "A
 * with B" for the network A with the weights B.
 * @param model path of the network's .onnx file
 * @param sample extents of a state, for axes that it leaves open
 * @param beside what they are compared with, and so called apart from: the weights that the network has, null for those in
 * its file; absent where they are steps of one way
 * @throws UserError "checkpoints/none", "checkpoints/many"
 */
export async function checkpointsOf(
  list: string,
  model: string,
  sample: readonly number[],
  beside?: string | null,
): Promise<CheckpointFile[]> {
  const patterns = list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const found = new Map<string, Source>();
  for (const named of patterns) {
    const [, network, weights] = APART.exec(named) ?? [];
    const sources =
      network === undefined
        ? (await filesOf(named, model)).map(sourceOf)
        : (await filesOf(weights!, model)).map(async (path) => ({
            network: (await filesOf(network, model))[0]!,
            weights: path,
          }));
    for (const source of await Promise.all(sources)) {
      found.set(`${source.network} ${source.weights}`, source);
    }
  }
  return opened([...found.values()], list, model, sample, beside);
}

/** A checkpoint's files: a network, weights for the model, or both. */
interface Source {
  /** null for the model's. */
  readonly network: string | null;
  /** null for those in the network's file. */
  readonly weights: string | null;
}

function sourceOf(path: string): Source {
  const whole = path.toLowerCase().endsWith(".onnx");
  return whole ? { network: path, weights: null } : { network: null, weights: path };
}

/** @throws UserError "checkpoints/none" */
async function filesOf(named: string, model: string): Promise<string[]> {
  // One of the sets in each file: ckpt_*.pt::ema.
  const { file: pattern, part } = fileChosen(named);
  const places = isAbsolute(pattern)
    ? [pattern]
    : [resolve(pattern), join(dirname(model), pattern)];
  const files = await firstFound(places);
  if (files.length > 0) return files.map((file) => withPart(file, part));
  throw new UserError("checkpoints/none", `No checkpoint is called ${pattern}.`, {
    where: pattern,
    todo: "Name weights files (.safetensors), networks (.onnx) or a folder of numbered weights, from the working folder, from the model's, or with their full path; * stands for any letters.",
  });
}

/**
 * Weights that a training left beside its network, or in the folder `checkpoints` there; or all networks of its folder.
 * @throws UserError "checkpoints/none", "checkpoints/many"
 */
export async function checkpointsBeside(
  kind: "weights" | "networks",
  model: string,
  sample: readonly number[],
): Promise<CheckpointFile[]> {
  const folder = dirname(resolve(model));
  const all = (files: readonly string[]): Promise<CheckpointFile[]> =>
    opened(files.map(sourceOf), folder, model, sample);
  if (kind === "networks") return all(await step(folder, "*.onnx"));
  const beside = await weightsIn(folder);
  const files = beside.length > 0 ? beside : await weightsIn(join(folder, "checkpoints"));
  if (files.length > 0) return all(files);
  throw new UserError("checkpoints/none", `No checkpoints lie beside ${model}.`, {
    where: model,
    todo: "Name their folder, or a pattern like checkpoints/epoch-*.safetensors (--checkpoints on the command line).",
  });
}

async function opened(
  sources: readonly Source[],
  list: string,
  model: string,
  sample: readonly number[],
  beside?: string | null,
): Promise<CheckpointFile[]> {
  if (sources.length > MOST) {
    throw new UserError(
      "checkpoints/many",
      `${sources.length} checkpoints are more than ${MOST}.`,
      { where: list, todo: "Name fewer of them." },
    );
  }
  const pathOf = ({ network, weights }: Source): string => weights ?? network!;
  const sorted = [...sources].sort((a, b) => byNumbers(pathOf(a), pathOf(b)));
  const paths = sorted.map(pathOf);
  const whole = sorted.some(({ network }) => network !== null);
  const names =
    whole || beside !== undefined
      ? await networkNames(sorted, { network: resolve(model), weights: beside ?? null })
      : shortNames(paths);
  const series = seriesOf(paths);
  const identityOf = identities(sample);
  return sorted.map(({ network, weights }, k) => {
    const file = network ?? model;
    return {
      name: names[k]!,
      origin: { path: file, weights },
      ...(series === null ? {} : { series: series[k]! }),
      open: () => openModel(file, { ...(weights === null ? {} : { weights }), sample }),
      identity: () => identityOf(weights === null ? [file] : [file, weights]),
    };
  });
}

/**
 * Networks are called after the trainings that made them, where that tells them apart, else after their files.
 * @param model what is told of together with them
 */
async function networkNames(
  sources: readonly Source[],
  model: { readonly network: string; readonly weights: string | null },
): Promise<string[]> {
  const paths = sources.map(({ network, weights }) => weights ?? network!);
  const own = model.weights ?? model.network;
  const isListed = paths.includes(own);
  const short = shortNames(isListed ? paths : [...paths, own]);
  const taken = isListed ? null : await networkName(model.network, model.weights);
  const names = await Promise.all(
    sources.map(({ network, weights }) => networkName(network ?? model.network, weights)),
  );
  return names.map((name, k) =>
    names.indexOf(name) === names.lastIndexOf(name) && name !== taken ? name : short[k]!,
  );
}

/**
 * Of networks from these files, at that size of a state: their graph's file and, where they are apart, their weights'.
 * No file is read twice.
 */
export function identities(
  sample: readonly number[],
): (files: readonly string[]) => Promise<string> {
  const hashes = new Map<string, Promise<FileIdentity>>();
  const hash = async (file: string): Promise<string> => {
    const hashed = hashes.get(file) ?? identify(file, { always: true });
    hashes.set(file, hashed);
    return (await hashed).sha256!;
  };
  return async (files) => [...(await Promise.all(files.map(hash))), sample.join("x")].join(" ");
}

/** Folders where the same names repeat, or that are called after seeds, are one training each; null for one in all. */
function seriesOf(paths: readonly string[]): string[] | null {
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  if (folders.length < 2) return null;
  const repeated = new Set(paths.map((path) => basename(path))).size < paths.length;
  if (!repeated && !folders.every((folder) => /seed/i.test(basename(folder)))) return null;
  const common = commonFolder(folders);
  return paths.map((path) => relative(common, dirname(path)) || ".");
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
  for (const place of places) {
    const kind = await kindOf(place);
    if (kind === "file") files.push(place);
    if (kind === "folder") files.push(...(await weightsIn(place)));
  }
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

async function kindOf(path: string): Promise<"file" | "folder" | "none"> {
  try {
    const info = await stat(path);
    return info.isFile() ? "file" : info.isDirectory() ? "folder" : "none";
  } catch (error) {
    if (isAbsent(error)) return "none";
    throw error;
  }
}

/** Numbered weights in a folder; where it has none, those in the folders in it. */
async function weightsIn(folder: string): Promise<string[]> {
  const own = await numbered(folder);
  if (own.length > 0) return own;
  const below = await step(folder, "*");
  return (await Promise.all(below.map(numbered))).flat();
}

async function numbered(folder: string): Promise<string[]> {
  const files = await step(folder, "*.*");
  return files.filter((file) => {
    const ending = extname(file).toLowerCase();
    const name = basename(file, ending);
    return WEIGHTS.includes(ending) && /\d/.test(name) && !OTHER.test(name);
  });
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
  const common = commonFolder(paths);
  return paths.map((path) => relative(common, path));
}

/** The deepest folder that all of them lie in. */
function commonFolder(paths: readonly string[]): string {
  const within = (folder: string): string => (folder.endsWith(sep) ? folder : folder + sep);
  let common = dirname(paths[0]!);
  while (!paths.every((path) => path.startsWith(within(common)))) common = dirname(common);
  return common;
}
