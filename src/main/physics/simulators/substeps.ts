/** How many steps of a method a kept step is made of. */
import { UserError } from "../../../shared/errors";

/** More would take hours for a trajectory. */
const MOST = 100_000;

/** @param step the longest that the method may take; @throws UserError "simulate/too-fast" */
export function substeps(dt: number, step: number): number {
  const count = Math.max(1, Math.ceil(dt / step));
  if (count <= MOST) return count;
  throw new UserError(
    "simulate/too-fast",
    `A step of ${dt} would take ${count.toPrecision(2)} steps of the method: the state moves too fast for its grid.`,
    { where: "set", todo: "Take a smaller amplitude, a shorter dt or fewer points." },
  );
}
