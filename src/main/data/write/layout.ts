/** How states are laid out in an HDF5 file that is written: its arrays and what they say of themselves. */
import type { FieldSpec } from "../../../shared/fields/spec";
import type { StatedPhysics } from "../../../shared/physics/stated";
import type { WrittenAttribute } from "../hdf5/writer";

export type Direction = "x" | "y" | "z";

/** What is to be written, as the program sees it. */
export interface Written {
  readonly fields: FieldSpec;
  /** x first, as the public collections have them; with the points along each. */
  readonly directions: readonly Direction[];
  readonly points: readonly number[];
  readonly trajectories: number;
  readonly times: number;
  /** Positions along a direction, and the times. */
  readonly coordinates: Readonly<Record<Direction | "time", readonly number[]>>;
  /** What happens at the sides of each direction; undefined where nothing states it. */
  readonly boundary: Readonly<Record<Direction, string>> | undefined;
  /** The equations and their numbers; undefined where nothing states them. */
  readonly physics: StatedPhysics | undefined;
  /** Of the file, without ending. */
  readonly name: string;
}

/** Channels that one array holds. */
export interface StateArray {
  readonly path: string;
  readonly channels: readonly number[];
  /** Its last axes, over which the channels are numbered row by row; none where it has one channel and no axis for it. */
  readonly tail: readonly number[];
  /** The trajectory that it holds; undefined where it has an axis for all. */
  readonly trajectory?: number;
  readonly attributes?: Readonly<Record<string, WrittenAttribute>>;
}

export interface FileLayout {
  /** The fields in the order in which the layout's readers list them. */
  readonly order: FieldSpec;
  readonly groups: readonly string[];
  readonly states: readonly StateArray[];
  readonly lines: readonly { readonly path: string; readonly values: readonly number[] }[];
  /** Truth values along an axis. */
  readonly masks?: readonly { readonly path: string; readonly values: readonly boolean[] }[];
  /** Single numbers, each an array without axes, by path. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Of groups and lines, by path. */
  readonly attributes: Readonly<Record<string, Readonly<Record<string, WrittenAttribute>>>>;
}
