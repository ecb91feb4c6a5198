/** ONNX's conformance cases as they lie in folders or in a .tar.gz of folders. */
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { UserError } from "../../../shared/errors";
import { fileError } from "../../../shared/fileErrors";

export interface ConformanceCase {
  readonly name: string;
  readonly model: Uint8Array;
  /** One data set an entry: TensorProto files in the order of the model's inputs and outputs. */
  readonly sets: readonly {
    readonly inputs: readonly Uint8Array[];
    readonly outputs: readonly Uint8Array[];
  }[];
}

/**
 * Bytes that an archive may unpack to: such collections shrink to a tenth, and what shrinks to a hundredth is made to
 * fill the memory.
 */
const LIMIT = { least: 2 ** 26, each: 100, most: 2 ** 30 };

/** @throws UserError "conformance/none", "conformance/archive", "file/…" */
export async function readCases(path: string): Promise<ConformanceCase[]> {
  const files = await readFiles(path);
  const folders = [...files.keys()]
    .filter((name) => basename(name) === "model.onnx")
    .map((name) => name.slice(0, -"model.onnx".length))
    .sort();
  if (folders.length === 0) {
    throw new UserError("conformance/none", `${path} has no folder with a model.onnx.`, {
      where: path,
      todo: "Name a folder or archive of ONNX's node tests.",
    });
  }
  return folders.map((folder) => {
    const inside = [...files.keys()].filter((name) => name.startsWith(folder));
    const sets = new Set(
      inside.map((name) => /test_data_set_\d+\//.exec(name.slice(folder.length))?.[0]),
    );
    return {
      name: basename(folder) || basename(path),
      model: files.get(`${folder}model.onnx`)!,
      sets: [...sets]
        .filter((set) => set !== undefined)
        .sort()
        .map((set) => ({
          inputs: numbered(files, `${folder}${set}input_`),
          outputs: numbered(files, `${folder}${set}output_`),
        })),
    };
  });
}

function numbered(files: ReadonlyMap<string, Uint8Array>, prefix: string): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let i = 0; files.has(`${prefix}${i}.pb`); i++) found.push(files.get(`${prefix}${i}.pb`)!);
  return found;
}

/** Content by path inside of the folder or archive, with slashes. */
async function readFiles(path: string): Promise<Map<string, Uint8Array>> {
  try {
    return (await stat(path)).isDirectory() ? await readTree(path) : await readArchive(path);
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

function isOfCase(name: string): boolean {
  return /\.(onnx|pb)$/.test(name);
}

async function readTree(root: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const name = `${folder}${entry.name}`;
      if (entry.isDirectory()) await visit(`${name}/`);
      else if (isOfCase(name)) files.set(name, await readFile(join(root, name)));
    }
  };
  await visit("");
  return files;
}

async function readArchive(path: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const entries = extract();
  const limit = Math.min(LIMIT.most, LIMIT.least + LIMIT.each * (await stat(path)).size);
  let size = 0;
  entries.on("entry", (header, stream, next) => {
    const parts: Buffer[] = [];
    // What ends the archive ends its current entry as well; the pipeline below reports it.
    stream.on("error", () => undefined);
    stream.on("data", (part) => {
      const bytes = part as Buffer;
      size += bytes.length;
      if (size > limit) entries.destroy(new Error(`it unpacks to more than ${limit} bytes`));
      if (isOfCase(header.name)) parts.push(bytes);
    });
    stream.on("end", () => {
      if (header.type === "file" && isOfCase(header.name))
        files.set(header.name, Buffer.concat(parts));
      next();
    });
  });
  try {
    await pipeline(createReadStream(path), createGunzip(), entries);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("E") === true) throw error;
    throw new UserError("conformance/archive", `${path} is no sound .tar.gz: ${message}.`, {
      where: path,
      cause: error,
    });
  }
  return files;
}
