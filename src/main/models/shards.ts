/**
 * Weights in several safetensors files beside an index in JSON, which says in which of them each tensor is.
 * https://huggingface.co/docs/safetensors/index and transformers' save_pretrained (NAME.safetensors.index.json)
 */
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";
import { openFile, type ByteSource } from "../data/byteSource";
import { printable } from "../graph/onnx/printable";
import { safetensorsIn } from "./safetensors";
import type { StoredTensor } from "./stored";

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
/** A hundred thousand tensors take some ten million bytes. */
const LARGEST_INDEX = 1 << 26;

export function isShardIndex(path: string): boolean {
  return path.toLowerCase().endsWith(".safetensors.index.json");
}

/**
 * Every tensor that the index names, from files in the index' own folder.
 * @throws UserError "safetensors/index", "safetensors/…"
 */
export async function openShards(
  source: ByteSource,
): Promise<{ tensors: Map<string, StoredTensor>; close(): Promise<void> }> {
  const { path } = source;
  const map = await indexIn(source);
  const open: ByteSource[] = [];
  const close = async (): Promise<void> => {
    for (const shard of open) await shard.close();
  };
  const shards = new Map<string, Map<string, StoredTensor>>();
  try {
    for (const name of new Set(map.values())) {
      if (name !== basename(name) || name.startsWith(".")) {
        throw damaged(path, `it names ${printable(name)}, which is no file beside it`);
      }
      const file = join(dirname(path), name);
      const shard = await openFile(file).catch((cause: unknown) => {
        const known = fileError(cause, file, "read");
        if (!(known instanceof UserError)) throw known;
        throw damaged(path, `its file ${printable(name)} cannot be opened`, cause);
      });
      open.push(shard);
      shards.set(name, await safetensorsIn(shard));
    }
    const tensors = new Map<string, StoredTensor>();
    for (const [name, file] of map) {
      const tensor = shards.get(file)!.get(name);
      if (tensor === undefined) throw damaged(path, `${file} has no ${printable(name)}`);
      tensors.set(name, tensor);
    }
    return { tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function indexIn(source: ByteSource): Promise<Map<string, string>> {
  const { path, size } = source;
  if (size > LARGEST_INDEX) throw damaged(path, `it has ${size} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(await source.read(0, size)));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw damaged(path, "it is not JSON");
  }
  const index = indexSchema.safeParse(json).data;
  if (index === undefined) throw damaged(path, "it has no weight_map of names to files");
  return new Map(Object.entries(index.weight_map));
}

function damaged(path: string, why: string, cause?: unknown): UserError {
  return new UserError("safetensors/index", `${path} is no sound index of weights: ${why}.`, {
    where: path,
    todo: "Give it with all files that it names, as they were saved.",
    cause,
  });
}
