/**
 * ONNX's conformance cases: a folder with `model.onnx` and `test_data_set_*` folders of `input_*.pb` and
 * `output_*.pb`; alone, many in a folder, or in a gzipped archive.
 */
import { readFile, readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { UserError } from "../../../shared/errors";
import { untar } from "./tar";

export interface ConformanceCase {
  readonly name: string;
  readonly model: Uint8Array;
  /** TensorProto files in the order of the graph's inputs and outputs. */
  readonly dataSets: readonly { inputs: readonly Uint8Array[]; outputs: readonly Uint8Array[] }[];
}

/** @throws UserError "conformance/none" where there is no case */
export async function readCases(path: string): Promise<ConformanceCase[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new UserError("file/unreadable", `${path} cannot be read.`, { where: path, cause });
  });
  const files = info.isDirectory() ? await filesOf(path) : untar(await readFile(path), path);
  const folders = [...files.keys()].filter((name) => /(^|\/)model\.onnx$/.test(name)).sort();
  if (folders.length === 0) {
    throw new UserError(
      "conformance/none",
      `${path} holds no conformance case (a folder with model.onnx).`,
      {
        where: path,
      },
    );
  }
  return folders.map((file) => {
    const folder = file.slice(0, -"model.onnx".length);
    return {
      name: folder.split("/").filter(Boolean).at(-1) ?? "model",
      model: files.get(file)!,
      dataSets: dataSetsOf(files, folder),
    };
  });
}

/** Files of a folder and its subfolders by relative path; links are not followed. */
async function filesOf(root: string): Promise<Map<string, Uint8Array>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const wanted = entries.filter((entry) => entry.isFile() && /\.(onnx|pb)$/.test(entry.name));
  return new Map(
    await Promise.all(
      wanted.map(async (entry): Promise<[string, Uint8Array]> => {
        const file = join(entry.parentPath, entry.name);
        return [relative(root, file).split(sep).join("/"), await readFile(file)];
      }),
    ),
  );
}

function dataSetsOf(
  files: ReadonlyMap<string, Uint8Array>,
  folder: string,
): ConformanceCase["dataSets"] {
  const sets = new Map<string, { inputs: Uint8Array[]; outputs: Uint8Array[] }>();
  for (const [name, bytes] of files) {
    if (!name.startsWith(folder)) continue;
    const match = /^(test_data_set_\d+)\/(input|output)_(\d+)\.pb$/.exec(name.slice(folder.length));
    if (match === null) continue;
    const [, set, kind, index] = match;
    const data = sets.get(set!) ?? { inputs: [], outputs: [] };
    sets.set(set!, data);
    (kind === "input" ? data.inputs : data.outputs)[Number(index)] = bytes;
  }
  return [...sets.keys()].sort().map((set) => sets.get(set)!);
}
