/** A file (or folder) of named arrays with attributes, whatever its format: what every reader of data returns. */
import { UserError } from "../../shared/errors";
import type { ArraySource } from "./arraySource";

export type AttributeValue = number | string | boolean | readonly (number | string | boolean)[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** As `data info` and the window name them. */
export type ArrayFormat =
  "npz" | "npy" | "HDF5" | "NetCDF 3" | "NetCDF 4" | "MATLAB 7.3" | "Zarr 2" | "Zarr 3";

export interface ArrayFile {
  readonly path: string;
  readonly format: ArrayFormat;
  /** By name, in the file's order; a .npy's only array has the name "". */
  readonly arrays: ReadonlyMap<string, ArraySource>;
  /** Channel groups as the file states them, `scalar:p,vector:v`: a .npz in a text beside its arrays. */
  readonly fields?: string;
  /** Of the targets, where they are not the inputs', as the file states them. */
  readonly outputFields?: string;
  /** Axes of the input, `b,p,c`, as the file states them. */
  readonly axes?: string;
  /** `periodic`, `open`, or one a direction, as the file states it. */
  readonly boundary?: string;
  /** The equations its states obey, `springs: k=2,rest=1`, as the file states them. */
  readonly physics?: string;
  /** The command that made its states, as the file states it. */
  readonly origin?: string;
  /** Sides of the box in the order of the grid's axes, `1,2`, as the file states them. */
  readonly length?: string;
  /** `v=m/s,t=s`, as the file states them. */
  readonly units?: string;
  /** What its channels are called, `u,v`, where their kinds are not stated. */
  readonly names?: string;
  /** What was passed over in opening, each a sentence. */
  readonly notices: readonly string[];
  /** Attributes of a group or an array; "" is the file itself. Empty where there are none. */
  attributes(name: string): Attributes;
  close(): Promise<void>;
}

export const noAttributes = (): Attributes => ({});

/** @throws UserError "npz/no-array" listing those there are */
export function arrayNamed(file: ArrayFile, name: string): ArraySource {
  const array = file.arrays.get(name);
  if (array !== undefined) return array;
  const names = [...file.arrays.keys()];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  throw new UserError("npz/no-array", `${file.path} has no array "${name}".`, {
    where: file.path,
    todo: `It has ${names.slice(0, MOST_NAMES).join(", ")}${more}.`,
  });
}

const MOST_NAMES = 30;
