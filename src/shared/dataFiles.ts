/** By which names data go: for lists of files, for what is dropped, and for the sentences about both. */

/** Endings of files that are opened as data. What a file is, its content tells. */
export const dataEndings = [
  ".npz",
  ".npy",
  ".h5",
  ".hdf5",
  ".hdf",
  ".nc",
  ".nc4",
  ".cdf",
  ".mat",
] as const;

/** A folder of this name is one data set. */
export const zarrEnding = ".zarr";

/** As sentences name them all. */
export const dataWords = "NumPy, HDF5, NetCDF, Zarr, MATLAB 7.3";

/** Whether a file of that name is data, as far as a name can tell. */
export function isDataName(name: string): boolean {
  const lower = name.toLowerCase();
  return dataEndings.some((ending) => lower.endsWith(ending));
}
