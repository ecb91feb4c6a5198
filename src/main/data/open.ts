/** Opens a file of arrays, whatever its format: told from its content, never from its name. */
import { dataEndings } from "../../shared/dataFiles";
import { UserError } from "../../shared/errors";
import type { ArrayFile } from "./arrayFile";
import { openFile, type ByteSource } from "./byteSource";
import { fileKind, kindNames, type FileKind } from "./fileKind";
import { openHdf5 } from "./hdf5/open";
import { arraysIn } from "./npz";
import { openError } from "./openError";

/**
 * @throws UserError "file/…", "data/format", and what the readers throw
 */
export async function openArrayFile(path: string): Promise<ArrayFile> {
  let source: ByteSource | undefined;
  try {
    source = await openFile(path);
    const kind = await fileKind(source);
    if (kind === "hdf5" || kind === "netcdf4" || kind === "matlab7") {
      await source.close();
      return await openHdf5(
        path,
        kind === "hdf5" ? "HDF5" : kind === "netcdf4" ? "NetCDF 4" : "MATLAB 7.3",
      );
    }
    // What is not recognised may be an archive cut short, of which the zip reader says so.
    if (kind !== undefined && kind !== "npy" && kind !== "zip") throw otherKind(path, kind);
    return await arraysIn(source);
  } catch (error) {
    await source?.close();
    throw await openError(error, path, dataEndings);
  }
}

function otherKind(path: string, kind: FileKind): UserError {
  const todo =
    kind === "onnx"
      ? "Give it as the model (--model on the command line); data are files of arrays."
      : "Data are .npz, .npy, HDF5, NetCDF 4 or MATLAB 7.3 files.";
  return new UserError("data/format", `${path} is ${kindNames[kind]}.`, { where: path, todo });
}
