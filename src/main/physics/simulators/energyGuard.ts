/**
 * The energy as a witness: a method of finite steps cannot follow every motion of particles, and where it does not, the
 * energy, which the equations keep, changes. Such trajectories are refused and not written.
 */
import { UserError } from "../../../shared/errors";

/** Of kinetic and potential energy, each without its sign: what has changed by more has not been followed. */
const MOST = 1e-3;

export interface Energy {
  readonly kinetic: number;
  readonly potential: number;
}

/**
 * @param energy of the state as it is now
 * @returns to be called now and then @throws UserError "simulate/energy"
 */
export function energyGuard(title: string, energy: () => Energy): () => void {
  const start = energy();
  return () => {
    const now = energy();
    const size = Math.max(scaleOf(start), scaleOf(now));
    const change = Math.abs(now.kinetic + now.potential - start.kinetic - start.potential) / size;
    if (change <= MOST || size === 0) return;
    const share = Number.isFinite(change)
      ? `by ${(100 * change).toPrecision(2)} %`
      : "beyond bounds";
    throw new UserError(
      "simulate/energy",
      `${title}: the energy, which the equations keep, has changed ${share}, so the method does not follow this motion.`,
      {
        where: "set",
        todo: "Take weaker forces, more softening or slower starts, or a shorter dt, of which the method’s own steps are a part.",
      },
    );
  };
}

function scaleOf({ kinetic, potential }: Energy): number {
  return Math.abs(kinetic) + Math.abs(potential);
}

/** Σ ½p² of unit masses. */
export function kineticEnergy(p: Float64Array): number {
  return p.reduce((sum, one) => sum + one * one, 0) / 2;
}
