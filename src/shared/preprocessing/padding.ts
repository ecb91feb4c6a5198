/**
 * How padding of a network's input is written: `circular:4` by four cells at either end of each axis, `zero:2+3` by two
 * before and three behind, `reflect:/16` to extents that sixteen divides. `none` and `auto` as for normalisation.
 */
import { UserError } from "../errors";

export const paddingModes = ["circular", "zero", "replicate", "reflect"] as const;
export type PaddingMode = (typeof paddingModes)[number];

export interface Padding {
  readonly mode: PaddingMode;
  /** Cells before and behind, the same along every axis; or what every extent becomes a multiple of. */
  readonly cells:
    { readonly before: number; readonly behind: number } | { readonly multiple: number };
}

/** More cells than any axis has. */
const MOST = 4096;

/**
 * @returns "auto": as the record of the model's training says; null for none
 * @throws UserError "pad/syntax"
 */
export function parsePadding(text: string): Padding | "auto" | null {
  const whole = text.trim();
  if (whole === "" || whole === "none") return null;
  if (whole === "auto") return "auto";
  const [, name, multiple, before, behind] =
    /^([a-z]+):(?:\/(\d+)|(\d+)(?:\+(\d+))?)$/.exec(whole) ?? [];
  const mode = paddingModes.find((each) => each === name);
  const numbers = [multiple, before, behind].map((each) => Number(each ?? 0));
  if (mode === undefined || multiple === "0" || numbers.some((each) => each > MOST)) {
    throw new UserError("pad/syntax", `The padding “${text}” is not understood.`, {
      where: "pad",
      todo: "Write none, or circular, zero, replicate or reflect and how far: circular:4 by four cells at either end, circular:2+3, or circular:/16 to extents that 16 divides.",
    });
  }
  if (multiple !== undefined) return { mode, cells: { multiple: Number(multiple) } };
  return { mode, cells: { before: Number(before), behind: Number(behind ?? before) } };
}

/** Cells before and behind an axis of that many points. */
export function cellsOf({ cells }: Padding, extent: number): { before: number; behind: number } {
  if (!("multiple" in cells)) return cells;
  const missing = (cells.multiple - (extent % cells.multiple)) % cells.multiple;
  const before = Math.floor(missing / 2);
  return { before, behind: missing - before };
}
