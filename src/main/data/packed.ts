/**
 * Values as NetCDF's conventions store them: packed into integers by scale_factor and add_offset, and with a number that
 * stands for what is missing. Source: CF conventions, section 8.1, and NetCDF's attribute conventions.
 */
import { toFloat64, type TensorData } from "../../shared/tensor";
import type { ArrayFile, Attributes } from "./arrayFile";
import { changed, type ArraySource } from "./arraySource";

/**
 * The file with its arrays unpacked, and NaN for what is missing; arrays without such attributes stay as they are. What is
 * HDF5 underneath may have them whatever it is called: xarray writes NetCDF 4 into any name.
 */
export function unpacked(file: ArrayFile): ArrayFile {
  const arrays = new Map(
    [...file.arrays].map(([name, array]) => [
      name,
      // Groups numbered by trajectory are no NetCDF's, and asking each would take long.
      /^\d+\//.test(name) ? array : unpackedArray(array, file.attributes(name)),
    ]),
  );
  return { ...file, arrays };
}

function unpackedArray(array: ArraySource, about: Attributes): ArraySource {
  const number = (name: string): number | undefined => {
    const value = [about[name]].flat()[0];
    return typeof value === "number" ? value : undefined;
  };
  const missing = [number("_FillValue"), number("missing_value")].filter(
    (value) => value !== undefined && !Number.isNaN(value),
  );
  const [scale, offset] = [number("scale_factor"), number("add_offset")];
  const packed = scale !== undefined || offset !== undefined;
  const isFloat = array.dtype === "float32" || array.dtype === "float64";
  // Integers that are no packed floats have no NaN to say what is missing.
  if (!packed && !(isFloat && missing.length > 0)) return array;
  const absent = new Set(
    array.dtype === "float32" ? missing.map((value) => Math.fround(value!)) : missing,
  );
  const unpack = (data: TensorData): TensorData => {
    const values = packed ? toFloat64({ data }).slice() : (data as Float32Array | Float64Array);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      values[i] = absent.has(value)
        ? Number.NaN
        : packed
          ? value * (scale ?? 1) + (offset ?? 0)
          : value;
    }
    return values;
  };
  return changed(array, {
    dtype: packed ? "float64" : array.dtype,
    read: async (ranges) => unpack(await array.read(ranges)),
    readBoxes: async (boxes, into) => unpack(await array.readBoxes(boxes, into)),
  });
}
