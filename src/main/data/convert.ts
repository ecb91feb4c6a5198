/** A data set written in another layout: its states in time, with the times, positions and boundary that are known. */
import { UserError } from "../../shared/errors";
import type { DataSet } from "./dataset";
import { writeHdf5 } from "./write/hdf5States";
import { writeNpzStates } from "./write/npzStates";
import { pdebench } from "./write/pdebench";
import { theWell } from "./write/theWell";

/** As `--layout` names them. */
export const layoutNames = ["npz", "the-well", "pdebench"] as const;
export type LayoutName = (typeof layoutNames)[number];

export interface ConvertOptions {
  /** Half-open. */
  readonly trajectories: readonly [number, number];
  readonly times: readonly [number, number];
  readonly signal: AbortSignal;
  /** 0…1 */
  readonly onProgress: (fraction: number) => void;
}

export interface Converted {
  /** Of the states, or inputs. */
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  /** Names of the arrays in the file. */
  readonly arrays: readonly string[];
  /** What was assumed in writing, each a sentence. */
  readonly notices: readonly string[];
}

/**
 * The layout for a file of that name: .npz is one, .h5 and .hdf5 are The Well's unless another is named.
 * @throws UserError "convert/layout" where ending and layout do not fit
 */
export function layoutFor(out: string, named: LayoutName | null): LayoutName {
  const name = out.toLowerCase();
  const ending = name.endsWith(".npz") ? "npz" : /\.(h5|hdf5)$/.test(name) ? "HDF5" : undefined;
  const layout = named ?? (ending === "npz" ? "npz" : "the-well");
  if (ending !== undefined && (layout === "npz") === (ending === "npz")) return layout;
  throw new UserError(
    "convert/layout",
    ending === undefined
      ? `${out} ends neither in .npz nor in .h5 or .hdf5.`
      : `${out} is no name for the layout ${layout}.`,
    { where: out, todo: "Layouts are npz for .npz, the-well and pdebench for .h5 and .hdf5." },
  );
}

/**
 * Memory is that of a few states however large the file is.
 * @throws UserError "convert/targets" and "convert/particles" for pairs of inputs and targets and for particles in a layout
 * of the public collections, "convert/no-grid",
 * "convert/ragged", "file/…"
 */
export async function writeStates(
  data: DataSet,
  out: string,
  layout: LayoutName,
  options: ConvertOptions,
): Promise<Converted> {
  const { states, path } = data;
  checkLengths(data, options);
  if (layout === "npz") return writeNpzStates(data, out, options);
  if (data.targets === "stored") {
    throw new UserError(
      "convert/targets",
      `${path} holds pairs of inputs and targets, and files of the layout ${layout} hold states in time.`,
      {
        where: path,
        todo: "Write .npz, or name the array of states (--input on the command line) of a file that has trajectories.",
      },
    );
  }
  if (states.axes.includes("particle")) {
    throw new UserError(
      "convert/particles",
      `${path} holds particles, and files of the layout ${layout} hold fields on grids.`,
      { where: path, todo: "Write .npz." },
    );
  }
  return writeHdf5(data, out, layout === "the-well" ? theWell : pdebench, options);
}

/** @throws UserError "convert/ragged" where trajectories end within the chosen times: a file has equally many of each */
function checkLengths({ states, path }: DataSet, { trajectories, times }: ConvertOptions): void {
  if (states.lengths === undefined) return;
  const chosen = states.lengths.slice(...trajectories);
  const least = Math.min(...chosen);
  if (times[1] <= least) return;
  throw new UserError(
    "convert/ragged",
    `Trajectories of ${path} have ${least} to ${Math.max(...chosen)} states, and in a file that is written all have equally many.`,
    {
      where: path,
      todo: `Write what all of them have (--times ${times[0] < least ? times[0] : 0}:${least} on the command line), or trajectories of one length (--trajectories).`,
    },
  );
}
