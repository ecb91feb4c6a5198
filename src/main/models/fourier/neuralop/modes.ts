/**
 * Which wave numbers neuralop's spectral convolution multiplies by which of its weights. Of the last axis they are 0, 1,
 * 2 …; of the others they lie around 0, negative ones first, since its spectrum is shifted before it is cut.
 *
 * Two changes of the library move modes without a trace in the file: the window was centred anew in January 2025, which
 * an odd number of modes on an even grid shows, and until November 2025 the spectrum was shifted back by half a grid too
 * little, so that on an odd number of points every mode f comes out as f − 1.
 * neuralop/layers/spectral_convolution.py of github.com/neuraloperator/neuraloperator, commits c117bce4 and 4b3e15ae.
 */
import { UserError } from "../../../../shared/errors";
import type { WaveNumbers } from "../../architectures/spectral";

/** "1.0" for all to 1.0.2, "2.0" for 2.0.0, "later" for what came after it. */
export const releases = ["1.0", "2.0", "later"] as const;
export type Release = (typeof releases)[number];

export interface KeptModes {
  /** Wave numbers that are read, and where the products are put. */
  readonly kept: WaveNumbers;
  readonly placed: WaveNumbers;
  /** The part of each axis of the weights that multiplies them. */
  readonly cuts: readonly { readonly start: number; readonly end: number }[];
}

/**
 * @param points of the grid that is transformed, margins included
 * @param extents of the weights' axes of modes
 * @param allowed modes of each axis that are in use, at most `extents`
 * @param release undefined where the file does not say
 * @throws UserError "fno/release" where releases differ on this grid and none is stated
 */
export function modesOf(
  points: readonly number[],
  extents: readonly number[],
  allowed: readonly number[],
  release: Release | undefined,
): KeptModes {
  const axes = points.map((count, axis) => {
    const last = axis === points.length - 1;
    const there = last ? Math.floor(count / 2) + 1 : count;
    const used = Math.min(there, allowed[axis]!, extents[axis]!);
    const start = last ? 0 : Math.floor((extents[axis]! - used) / 2);
    const first = last ? 0 : firstMode(count, used, release);
    const kept = Array.from({ length: used }, (_, i) => first + i);
    const late = !last && count % 2 === 1 && turnsBackTooLittle(count, release);
    return { kept, placed: late ? kept.map((k) => k - 1) : kept, start, end: start + used };
  });
  return {
    kept: axes.map(({ kept }) => kept),
    placed: axes.map(({ placed }) => placed),
    cuts: axes.map(({ start, end }) => ({ start, end })),
  };
}

function firstMode(points: number, used: number, release: Release | undefined): number {
  const today = -Math.floor(used / 2);
  const before = Math.floor((points - used) / 2) - Math.floor(points / 2);
  if (today === before) return today;
  if (release === undefined) {
    throw untold(`${used} modes of an axis of ${points} points`);
  }
  return release === "1.0" ? before : today;
}

function turnsBackTooLittle(points: number, release: Release | undefined): boolean {
  if (release === undefined) throw untold(`an axis of ${points} points, an odd number,`);
  return release !== "later";
}

function untold(what: string): UserError {
  return new UserError(
    "fno/release",
    `Releases of neuralop treat ${what} differently, and the checkpoint does not say which one it is of.`,
    {
      where: "release",
      todo: "State it: noetherscope model build … --init release=1.0 (up to 1.0.2), 2.0 (2.0.0) or later (after it).",
    },
  );
}
