/** HDF5 files, and what is HDF5 underneath: NetCDF-4 and MATLAB's files since 7.3. */
import { closeSync, openSync, readSync } from "node:fs";
import { UserError } from "../../../shared/errors";
import { fileError } from "../../../shared/fileErrors";
import type { ArrayFile, ArrayFormat, Attributes } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import { chunkCache } from "../chunkCache";
import { transposed } from "../transposed";
import { attributesOf } from "./attributes";
import { openFile, type ByteSource } from "../byteSource";
import { datasetSource, type DatasetOptions } from "./dataset";
import { isLockedForWriting, isMarkedOpen } from "./lock";
import { Handle } from "./handle";
import { hdf5, mount, type Library, type Mounted } from "./library";
import { treeOf, type Tree } from "./tree";

const BEING_WRITTEN =
  "Another program has the file open for writing: what it has not written yet is missing.";

/**
 * @throws UserError "file/…", "hdf5/damaged", "hdf5/locked", "hdf5/empty"
 */
export async function openHdf5(path: string, format: ArrayFormat): Promise<ArrayFile> {
  const library = await hdf5();
  let mounted: Mounted;
  try {
    mounted = mount(library, path);
  } catch (error) {
    throw fileError(error, path, "read");
  }
  const file = new Handle(library, mounted);
  let closed = false;
  let raw: Promise<ByteSource> | undefined;
  const bytes = (): Promise<ByteSource> => (raw ??= openFile(path));
  const owner = chunkCache.owner();
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    file.rest();
    mounted.unmount();
    chunkCache.release(owner);
    await raw?.then((source) => source.close());
  };
  try {
    const tree = treeIn(library, file, path);
    const arrays = sourcesOf({ library, file, filePath: path, bytes, owner }, tree, format);
    if (arrays.size === 0) {
      throw new UserError("hdf5/empty", `${path} has no arrays of numbers.`, {
        where: path,
        todo: tree.notices[0] ?? "Check that it is the file you mean.",
      });
    }
    const attributes = new Map<string, Attributes>();
    return {
      path,
      format,
      arrays,
      notices: [...(isLockedForWriting(path) ? [BEING_WRITTEN] : []), ...tree.notices],
      attributes(name) {
        const known = attributes.get(name) ?? attributesOf(library, file, name === "" ? "/" : name);
        attributes.set(name, known);
        return known;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function treeIn(library: Library, file: Handle, path: string): Tree {
  try {
    return treeOf(library, file.number());
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    if (isMarkedOpen(firstBytes(path)) || isLockedForWriting(path)) {
      throw new UserError(
        "hdf5/locked",
        `${path} is open for writing in another program, or was not closed by it.`,
        {
          where: path,
          todo: "Close it there (close() in h5py), then open it again; where nothing writes it any more, `h5clear -s` takes the mark away.",
          cause,
        },
      );
    }
    throw new UserError("hdf5/damaged", `${path} is an HDF5 file that is cut short or damaged.`, {
      where: path,
      todo: "Copy or download it again; if a program still writes it, wait until it is closed.",
      cause,
    });
  }
}

function firstBytes(path: string): Uint8Array {
  const fd = openSync(path, "r");
  try {
    const bytes = new Uint8Array(16);
    readSync(fd, bytes, 0, bytes.length, 0);
    return bytes;
  } finally {
    closeSync(fd);
  }
}

function sourcesOf(
  opened: Pick<DatasetOptions, "library" | "file" | "filePath" | "bytes" | "owner">,
  tree: Tree,
  format: ArrayFormat,
): Map<string, ArraySource> {
  const { library, file } = opened;
  const sources = new Map<string, ArraySource>();
  for (const leaf of tree.leaves) {
    // MATLAB keeps its own notes under names that begin so.
    if (format === "MATLAB 7.3" && leaf.path.startsWith("#")) continue;
    const rank = leaf.metadata.shape?.length ?? 0;
    if (rank === 1 && isBareDimension(library, file, leaf.path)) continue;
    let dimensions: readonly string[] | undefined | null = null;
    const source = datasetSource({
      ...opened,
      ...leaf,
      dimensions() {
        if (dimensions === null) dimensions = scalesOf(library, file, leaf.path, rank);
        return dimensions;
      },
    });
    sources.set(leaf.path, format === "MATLAB 7.3" ? transposed(source) : source);
  }
  return sources;
}

/** A dimension of NetCDF that has no values: the library's writers make an array for it all the same. */
function isBareDimension({ calls }: Library, file: Handle, path: string): boolean {
  // Groups numbered by trajectory are no NetCDF's, and asking each would take long.
  if (/^\d+\//.test(path)) return false;
  try {
    return (
      calls.get_scale_name(file.number(), path)?.startsWith("This is a netCDF dimension") === true
    );
  } catch {
    return false;
  }
}

/** Names of the dimension scales (NetCDF's dimensions), one an axis; undefined where an axis has none. */
function scalesOf(
  { calls }: Library,
  file: Handle,
  path: string,
  rank: number,
): string[] | undefined {
  const names: string[] = [];
  try {
    for (let axis = 0; axis < rank; axis++) {
      const name = calls.get_attached_scales(file.number(), path, axis)[0]?.split("/").at(-1);
      if (name === undefined) return undefined;
      names.push(name);
    }
  } catch {
    return undefined;
  }
  return rank === 0 ? undefined : names;
}
