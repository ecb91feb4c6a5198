/**
 * Forest and Ruth's symplectic method of fourth order for H = T(p) + V(q) with unit masses: three leapfrogs, one of them
 * backwards. Forest and Ruth 1990, Physica D 43; Yoshida 1990, Phys. Lett. A 150. Linear and angular momentum are kept to
 * rounding, the energy to fourth order without drift.
 */

const root = 2 ** (1 / 3);
const outer = 1 / (2 - root);
const leapfrogs = [outer, -root * outer, outer];

/** Moves q and p on by `step`, in place. @param force −∂V/∂q at q */
export function symplecticStep(
  q: Float64Array,
  p: Float64Array,
  force: (q: Float64Array) => Float64Array,
  step: number,
): void {
  for (const share of leapfrogs) {
    const h = share * step;
    const drift = (): void => {
      for (let i = 0; i < q.length; i++) q[i]! += (h / 2) * p[i]!;
    };
    drift();
    const f = force(q);
    for (let i = 0; i < p.length; i++) p[i]! += h * f[i]!;
    drift();
  }
}
