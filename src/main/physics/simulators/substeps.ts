/** How many steps of a method a kept step is made of. */
import { UserError } from "../../../shared/errors";

/** More would take hours for a trajectory. */
const MOST = 100_000;

/** Why so many, and what would help. */
const onGrid = {
  why: "the state moves too fast for its grid",
  todo: "Take a smaller amplitude, a shorter dt or fewer points.",
};

/** Of particles, whose forces have no grid. */
export const ofForces = {
  why: "the forces turn too fast",
  todo: "Take weaker forces, more softening, or a shorter dt (--set dt=… on the command line).",
};

/** @param step the longest that the method may take; @throws UserError "simulate/too-fast" */
export function substeps(dt: number, step: number, { why, todo } = onGrid): number {
  const count = Math.max(1, Math.ceil(dt / step));
  if (count <= MOST) return count;
  throw new UserError(
    "simulate/too-fast",
    `A step of ${dt} would take ${count.toPrecision(2)} steps of the method: ${why}.`,
    { where: "set", todo },
  );
}
