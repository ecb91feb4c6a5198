/** An array in a file, read in parts. */
import type { DType, TensorData } from "../../shared/tensor";
import type { Box } from "./box";
import type { Mesh } from "./meshes";

/** A run of elements in C order. */
export interface ElementRange {
  readonly start: number;
  readonly count: number;
}

export interface ArraySource {
  /** Within its file, groups with slashes: "t1_fields/velocity"; "" where the file is the array. */
  readonly name: string;
  /** For messages: file and array. */
  readonly where: string;
  readonly shape: readonly number[];
  /** Elements along the second axis in each row of the first, where they differ: `shape` has the most. */
  readonly lengths?: readonly number[] | undefined;
  /** As it comes out of `read`. */
  readonly dtype: DType;
  /** As the file has it, in NumPy's words: "float16". */
  readonly storedType: string;
  /** Where it holds positions of a grid's points, one at each: along which direction, and which of its axes that is. */
  readonly mesh?: Mesh;
  /** What the file calls its axes; undefined where it does not. */
  readonly dimensions?: readonly string[] | undefined;
  /** A sentence where some of it is not in the file, which the format reads as a fill value; looked for when asked. */
  unwritten?(): Promise<string | undefined>;
  /** The ranges' elements, one after the other; any order, overlaps allowed. Without ranges: all. */
  read(ranges?: readonly ElementRange[]): Promise<TensorData>;
  /**
   * The boxes' elements, each in C order, one after the other.
   * @param into memory for them, of the array's type and as long or longer: its beginning is filled and returned. A source
   * that has no use for it leaves it aside, so what is returned counts; it is the caller's own in any case.
   */
  readBoxes(boxes: readonly Box[], into?: TensorData): Promise<TensorData>;
}

/** The array with something of it replaced. What it looks up when asked, as HDF5's dimensions, is not looked up by that. */
export function changed(array: ArraySource, change: Partial<ArraySource>): ArraySource {
  return Object.defineProperties({} as ArraySource, {
    ...Object.getOwnPropertyDescriptors(array),
    ...Object.getOwnPropertyDescriptors(change),
  });
}
