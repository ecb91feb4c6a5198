/**
 * Files of weights, whatever wrote them: told from their content. Opening reads names, types and shapes; numbers are
 * read when they are asked for.
 */
import { UserError } from "../../shared/errors";
import { fileChosen } from "../../shared/chosenPart";
import type { Tensor } from "../../shared/tensor";
import { mixedEndings, weightEndings } from "../../shared/weightFiles";
import type { ArraySource } from "../data/arraySource";
import { openFile, type ByteSource } from "../data/byteSource";
import { fileKind, kindNames } from "../data/fileKind";
import { arraysIn } from "../data/npz";
import { openError } from "../data/openError";
import { readZipDirectory } from "../data/zip";
import { printable } from "../graph/onnx/printable";
import { openOnnx } from "../graph/onnx/model";
import { loadFlax } from "./leaves/flax";
import { ARCHIVED, openKeras, openKerasArchive } from "./leaves/keras";
import { firstLeaf, leavesIn } from "./leaves/npyStream";
import { byParts, isNumber } from "./names";
import { safetensorsIn } from "./safetensors";
import { isShardIndex, openShards } from "./shards";
import type { StoredTensor } from "./stored";
import type { LoadedPickle } from "./torch/loaded";
import { loadTorchStream } from "./torch/stream";
import { isTorchTar, loadTorchTar } from "./torch/tar";
import { TorchTensor } from "./torch/tensors";
import { loadTorchZip, torchPickle } from "./torch/zip";
import {
  setsOf,
  trainingStateOf,
  withPrefix,
  type TrainingState,
  type WeightSet,
} from "./weightSets";

export interface Checkpoint {
  /** As it was named: with the set that was chosen, if one was. */
  readonly path: string;
  /** At least one; exactly one where the path chooses. */
  readonly sets: readonly WeightSet[];
  readonly training: TrainingState;
  /** What its user should know, each a sentence. */
  readonly notices: readonly string[];
  /** Tensors can be read until then. */
  close(): Promise<void>;
}

type Opened = Omit<Checkpoint, "path" | "close"> & { close?: () => Promise<void> };

const untold: TrainingState = { epoch: null, step: null };

/**
 * @param path of a file, or `file.pt::key` for one of the sets in it
 * @throws UserError "file/…", "weights/format", "weights/none", "weights/key", and what the formats' readers throw
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const { file, part } = fileChosen(path);
  let source: ByteSource | undefined;
  try {
    source = await openFile(file);
    const { sets, training, notices, close } = await opened(source);
    const there = source;
    return {
      path,
      sets: part === null ? sets : [chosen(file, sets, part)],
      training,
      notices,
      async close() {
        await close?.();
        await there.close();
      },
    };
  } catch (error) {
    await source?.close();
    throw await openError(error, file, [...weightEndings, ...mixedEndings, ".onnx"]);
  }
}

/**
 * What one file of pickle or torch.save holds, as values that nothing was run for; undefined where there is no such file.
 * @throws UserError "pickle/…", "torch/damaged"
 */
export async function readObject(path: string): Promise<unknown> {
  const source = await openFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (source === undefined) return undefined;
  try {
    const kind = await fileKind(source);
    if (kind === "pickle") return (await loadTorchStream(source)).value;
    if (kind !== "torch" && kind !== "zip") return undefined;
    const entries = await readZipDirectory(source);
    const pickle = torchPickle(entries);
    return pickle && (await loadTorchZip(source, entries, pickle)).value;
  } finally {
    await source.close();
  }
}

async function opened(source: ByteSource): Promise<Opened> {
  const { path } = source;
  const kind = await fileKind(source);
  if (kind === "zip" || kind === "torch") return zipped(source);
  if (kind === "pickle") return ofPickle(await loadTorchStream(source), path);
  if (kind === "safetensors") return single(await safetensorsIn(source), false);
  if (kind === "onnx") return single(await onnxTensors(path), true);
  if (isShardIndex(path)) {
    const { tensors, close } = await openShards(source);
    return { ...single(tensors, false), close };
  }
  if (kind === "hdf5") {
    const { tensors, ordered, close } = await openKeras(path);
    return { ...single(tensors, ordered), close };
  }
  const leaf =
    kind === "npy" || kind === "text" || kind === undefined ? await firstLeaf(source) : undefined;
  if (leaf !== undefined) return single(await leavesIn(source, leaf), true);
  if (await isTorchTar(source)) return ofPickle(await loadTorchTar(source), path);
  if (kind === undefined && (await isMsgpackMap(source))) {
    const value = await loadFlax(source);
    return ofPickle({ value, calls: new Set(), bigEndian: false, bytes: noStorage }, path);
  }
  const what = kind === undefined ? "is of no format that is read here" : `is ${kindNames[kind]}`;
  throw new UserError("weights/format", `${path} ${what}, not a file of weights.`, {
    where: path,
    todo: "Weights are safetensors, .pt, .pth and .ckpt of PyTorch, .npz, .h5 of Keras, .msgpack of Flax, .eqx of Equinox, or .onnx.",
  });
}

/** What holds its numbers itself has no storages. */
function noStorage(): never {
  throw new Error("a value of this format refers to no storage");
}

async function zipped(source: ByteSource): Promise<Opened> {
  const entries = await readZipDirectory(source);
  const pickle = torchPickle(entries);
  if (pickle !== undefined)
    return ofPickle(await loadTorchZip(source, entries, pickle), source.path);
  const keras = entries.find(({ name }) => name === ARCHIVED);
  if (keras !== undefined) {
    const { tensors, ordered, close } = await openKerasArchive(source, keras);
    return { ...single(tensors, ordered), close };
  }
  if (entries.some(({ name }) => EXPORTED.test(name))) {
    throw new UserError(
      "weights/program",
      `${source.path} is a program of torch.export.save, whose weights are not read here.`,
      {
        where: source.path,
        todo: "Save its weights by name, torch.save(torch.export.load(FILE).state_dict, …), or export the network with noetherscope_export.py.",
      },
    );
  }
  const { arrays } = await arraysIn(source);
  // numpy.savez without names numbers the arrays in the order in which they were given.
  const numbered = [...arrays.keys()].every(isNumber);
  const listed = numbered ? [...arrays].sort(([a], [b]) => byParts(a, b)) : [...arrays];
  return single(new Map(listed.map(([name, array]) => [name, ofArray(array)])), numbered);
}

/** What every version of torch.export.save puts into its archive. */
const EXPORTED = /(^|\/)(serialized_exported_program\.json|archive_format|models\/[^/]+\.json)$/;

function ofArray({ dtype, shape, storedType, read }: ArraySource): StoredTensor {
  return { dtype, shape, storedType, read: async () => ({ dtype, shape, data: await read() }) };
}

function ofPickle(loaded: LoadedPickle, path: string): Opened {
  const sets = setsOf(loaded, path);
  const called = printable([...loaded.calls].slice(0, 3).join(", "));
  const notices =
    called === ""
      ? []
      : [`${path} asks Python to run ${called} when it is loaded; nothing of it was run here.`];
  if (sets.length > 0) return { sets, training: trainingStateOf(loaded.value), notices };
  const what = loaded.value instanceof TorchTensor ? "one tensor without a name" : "no tensors";
  const also = called === "" ? "" : `; it asks Python to run ${called}, which was not done`;
  throw new UserError("weights/none", `${path} holds ${what}${also}.`, {
    where: path,
    todo: "Save the network's state dict: torch.save(model.state_dict(), …).",
  });
}

/** @param ordered whether the tensors are in the order of the layers */
function single(tensors: ReadonlyMap<string, StoredTensor>, ordered: boolean): Opened {
  return { sets: [{ key: "", tensors, ordered }], training: untold, notices: [] };
}

async function onnxTensors(path: string): Promise<Map<string, StoredTensor>> {
  const { initializers, copies } = await openOnnx(path);
  const tensors = new Map<string, Tensor>(initializers);
  for (const [name, kept] of copies) tensors.set(name, initializers.get(kept)!);
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      {
        dtype: tensor.dtype,
        shape: tensor.shape,
        storedType: tensor.dtype,
        read: () => Promise.resolve(tensor),
      },
    ]),
  );
}

/** A map is the only beginning that weights in msgpack have. */
async function isMsgpackMap(source: ByteSource): Promise<boolean> {
  if (source.size === 0) return false;
  const [first] = await source.read(0, 1);
  return (first! >= 0x80 && first! <= 0x8f) || first === 0xde || first === 0xdf;
}

/** A network within a trainer's module. */
function within(sets: readonly WeightSet[], key: string): WeightSet | undefined {
  for (const set of sets) {
    const start = set.key === "" ? "" : `${set.key}.`;
    const part = key.startsWith(start) ? withPrefix(set, `${key.slice(start.length)}.`) : undefined;
    if (part !== undefined) return part;
  }
  return undefined;
}

function chosen(file: string, sets: readonly WeightSet[], key: string): WeightSet {
  const set = sets.find((each) => each.key === key) ?? within(sets, key);
  if (set !== undefined) return set;
  throw new UserError("weights/key", `${file} has no weights called “${key}”.`, {
    where: file,
    todo:
      sets.length === 1
        ? `It holds one set of weights; leave out “::${key}”.`
        : `It has ${printable(sets.map((each) => each.key).join(", "))}.`,
  });
}
