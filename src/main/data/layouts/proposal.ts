/** What a recognised layout proposes: which arrays are the states, what their axes and channels mean, and why. */
import type { ArrayFile } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import type { CoordinateAxis } from "../coordinates";
import type { StatesPart } from "../states";

/** An array and, where the layout says so, what fields it holds, as a piece of a text of fields. */
export interface ProposedPart extends StatesPart {
  readonly fields?: string;
}

export interface Proposal {
  /** "PDEBench 2-D shallow water"; for a file of no known layout its format. */
  readonly layout: string;
  /** Why it is taken for that, each a sentence. */
  readonly evidence: readonly string[];
  readonly input: readonly ProposedPart[];
  /** undefined where targets are the next states, or not there. */
  readonly target?: readonly StatesPart[] | undefined;
  /** Further arrays that can be named as inputs or targets, with what their axes mean. */
  readonly others?: readonly ProposedPart[];
  /** `scalar:p,vector:v`, where the file or the documentation of its layout says so. */
  readonly fields?: string | undefined;
  /** Of the targets, where they are not the inputs'. */
  readonly outputFields?: string | undefined;
  /** As the file states it: `periodic`, `open`, or one a direction, `x periodic, y open`. */
  readonly boundary?: string | undefined;
  /** What the grid counts as where the file does not state its boundary. */
  readonly assumedBoundary?: string | undefined;
  /** Positions and times; arrays of two axes have one row a trajectory. */
  readonly coordinates?: Readonly<Partial<Record<CoordinateAxis, ArraySource>>> | undefined;
  readonly dt?: number | undefined;
  /** What was assumed or left out, each a sentence. */
  readonly notices: readonly string[];
  /** What is to be known of the file whichever arrays are read, each a sentence. */
  readonly remarks?: readonly string[];
}

/** undefined where a file is not of that layout. */
export type Layout = (file: ArrayFile) => Proposal | undefined | Promise<Proposal | undefined>;
