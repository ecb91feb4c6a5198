/** Opens a file of arrays, whatever its format: told from its content, never from its name. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { dataEndings, dataWords } from "../../shared/dataFiles";
import { UserError } from "../../shared/errors";
import type { ArrayFile } from "./arrayFile";
import { openFile, type ByteSource } from "./byteSource";
import { fileKind, kindNames, type FileKind } from "./fileKind";
import { openHdf5 } from "./hdf5/open";
import { openNetcdf3 } from "./netcdf3";
import { arraysIn } from "./npz";
import { openError } from "./openError";
import { unpacked } from "./packed";
import { stateOfFile, watched } from "./watched";
import { openZarr, zarrMarks } from "./zarr/open";

/**
 * @throws UserError "file/…", "data/format", and what the readers throw
 */
export async function openArrayFile(path: string): Promise<ArrayFile> {
  const mark = await zarrMark(path);
  if (mark !== undefined) {
    const before = stateOfFile(mark);
    return unpacked(watched(await openZarr(path), mark, before));
  }
  let source: ByteSource | undefined;
  try {
    source = await openFile(path);
    const before = stateOfFile(path);
    const kind = await fileKind(source);
    if (kind === "hdf5" || kind === "netcdf4" || kind === "matlab7") {
      await source.close();
      source = undefined;
      const format = ({ netcdf4: "NetCDF 4", hdf5: "HDF5", matlab7: "MATLAB 7.3" } as const)[kind];
      const file = watched(await openHdf5(path, format), path, before);
      return kind === "matlab7" ? file : unpacked(file);
    }
    if (kind === "netcdf3") return unpacked(watched(await openNetcdf3(source), path, before));
    // What is not recognised may be an archive cut short, of which the zip reader says so.
    if (kind !== undefined && kind !== "npy" && kind !== "zip") throw otherKind(path, kind);
    if (kind === undefined && !/\.(npz|zip)$/i.test(path)) throw noKind(path, source.size);
    return watched(await arraysIn(source), path, before);
  } catch (error) {
    await source?.close();
    throw await openError(error, path, dataEndings);
  }
}

/** Whether a folder is a Zarr array or group, by the description in it. */
export async function isZarr(path: string): Promise<boolean> {
  return (await zarrMark(path)) !== undefined;
}

/** The description in a folder by which it is a Zarr array or group. */
async function zarrMark(path: string): Promise<string | undefined> {
  for (const name of zarrMarks) {
    const mark = join(path, name);
    const there = await access(mark).then(
      () => true,
      () => false,
    );
    if (there) return mark;
  }
  return undefined;
}

function noKind(path: string, size: number): UserError {
  const problem =
    size === 0 ? "is empty" : "is of no format that is read here, or its beginning is damaged";
  return new UserError("data/format", `${path} ${problem}.`, {
    where: path,
    todo: `Data are ${dataWords} files.`,
  });
}

function otherKind(path: string, kind: FileKind): UserError {
  return new UserError("data/format", `${path} is ${kindNames[kind]}.`, {
    where: path,
    todo: remedies[kind] ?? `Data are ${dataWords} files.`,
  });
}

const remedies: Readonly<Partial<Record<FileKind, string>>> = {
  onnx: "Give it as the model (--model on the command line); data are files of arrays.",
  matlab: "Save it again with save(…, '-v7.3').",
  packed: "Unpack it first, with tar -xf, gunzip or what made it.",
  pointer: "Fetch what it stands for: git lfs pull.",
  page: "Download the file itself: a page has come in its place.",
};
