/** A grid's sides and boundary axis by axis, from and to the texts that options hold. */
import { directionKinds } from "../../../shared/fields/boundary";
import { parseSides, showSides } from "../../../shared/fields/sides";

export type Direction = "x" | "y" | "z";
export type Edge = "periodic" | "open" | "wall";

export const edges: readonly Edge[] = ["periodic", "open", "wall"];

/** What happens at the ends of one direction. */
export function edgeOf(boundary: string, direction: Direction): Edge {
  const kind = directionKinds(boundary)[direction];
  return edges.find((edge) => edge === kind) ?? "wall";
}

/** The boundary with another edge in one direction: one word where all are alike. @param axes of the grid */
export function withEdge(
  boundary: string,
  axes: readonly Direction[],
  direction: Direction,
  edge: Edge,
): string {
  const kinds = axes.map((axis) => (axis === direction ? edge : edgeOf(boundary, axis)));
  const [first] = kinds;
  if (first !== "wall" && kinds.every((kind) => kind === first)) return first!;
  return [...axes.keys()]
    .sort((a, b) => (axes[a]! < axes[b]! ? -1 : 1))
    .map((at) => `${axes[at]!} ${kinds[at]!}`)
    .join(", ");
}

/** Sides as typed, one a direction; empty where none is stated. @param size of the grid, of which one side is the longest */
export function sidesOf(text: string, size: readonly number[]): string[] {
  if (text.trim() === "") return size.map(() => "");
  const parts = text.split(/[x×]/).map((part) => part.trim());
  if (parts.length === size.length) return parts;
  const [longest] = parseSides(text) ?? [];
  if (longest === undefined) return size.map((_, at) => parts[at] ?? "");
  return size.map((points) => String((longest * points) / Math.max(...size)));
}

/**
 * The text with another side at one place; the others stay what they are or count as. Emptied, nothing is stated.
 * @param known sides that the grid counts as having
 */
export function withSide(text: string, at: number, side: string, known: readonly number[]): string {
  if (side.trim() === "") return "";
  const typed = sidesOf(text, known);
  return known
    .map((length, i) => (i === at ? side.trim() : typed[i] || String(shown(length))))
    .join(" × ");
}

/** Six digits tell apart what people state. */
export function shown(value: number): number {
  return Number(value.toPrecision(6));
}

/** The same for a distance of points. */
export function withSpacing(
  text: string,
  at: number,
  spacing: string,
  { size, length }: { readonly size: readonly number[]; readonly length: readonly number[] },
): string {
  const step = Number(spacing);
  const side = spacing.trim() === "" || Number.isNaN(step) ? spacing : showSides([shown(step * size[at]!)]); // prettier-ignore
  return withSide(text, at, side, length);
}
