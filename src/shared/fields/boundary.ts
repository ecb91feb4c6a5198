/** Boundaries as files and people state them: one word for all sides, or one a direction. */
import { UserError } from "../errors";

/**
 * Whether each direction is periodic. What nothing speaks of counts as periodic.
 * @param text `periodic`, `open`, or `x periodic, y wall`
 * @throws UserError "data/boundary"
 */
export function periodicAlong(text: string | undefined, axes: readonly string[]): boolean[] {
  if (text === undefined || text === "periodic") return axes.map(() => true);
  if (text === "open") return axes.map(() => false);
  const kinds = new Map(
    text.split(",").map((part) => {
      const [axis = "", kind = ""] = part.trim().toLowerCase().split(/\s+/);
      if (!["x", "y", "z"].includes(axis) || !["periodic", "wall", "open"].includes(kind)) {
        throw new UserError("data/boundary", `Boundary “${text}”: “${part.trim()}” is none.`, {
          todo: "Write periodic or open, or one for each direction like x periodic, y wall.",
        });
      }
      return [axis, kind === "periodic"] as const;
    }),
  );
  return axes.map((axis) => kinds.get(axis) ?? true);
}

/** Whether that is a boundary as `periodicAlong` reads it. */
export function isBoundary(text: string): boolean {
  try {
    periodicAlong(text, []);
    return true;
  } catch {
    return false;
  }
}

/** The word for each direction: `periodic`, `open` or `wall`; what nothing speaks of counts as periodic. */
export function directionKinds(text: string): Record<"x" | "y" | "z", string> {
  const all = text === "open" ? "open" : "periodic";
  const kinds = { x: all, y: all, z: all };
  for (const part of text.split(",")) {
    const [axis = "", kind = ""] = part.trim().toLowerCase().split(/\s+/);
    if ((axis === "x" || axis === "y" || axis === "z") && kind !== "") kinds[axis] = kind;
  }
  return kinds;
}
