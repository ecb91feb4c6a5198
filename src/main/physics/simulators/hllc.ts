/**
 * Flux between two states of a gas by the HLLC solver, which keeps contacts and shear layers sharp: Toro, Spruce and Speares
 * 1994, Shock Waves 4; wave speeds with Roe's averages as Batten, Clarke, Lambert and Causon 1997, SIAM J. Sci. Comput. 18,
 * so that densities and pressures stay positive.
 */

/** States one after the other, four numbers each: ρ, ρ·v normal, ρ·v tangential, E. */
export type Gas = Float64Array;

/** p = (γ − 1)(E − ½|m|²/ρ), of the state at `at`, `at + stride` … */
export function pressureOf(u: Gas, at: number, stride: number, gamma: number): number {
  const m = u[at + stride]!;
  const n = u[at + 2 * stride]!;
  return (gamma - 1) * (u[at + 3 * stride]! - (m * m + n * n) / (2 * u[at]!));
}

/**
 * Along the normal, between the states at `l` of `left` and at `r` of `right`.
 * @param flux is written
 */
export function hllc(left: Gas, l: number, right: Gas, r: number, gamma: number, flux: Gas): void {
  const rl = left[l]!;
  const rr = right[r]!;
  const ul = left[l + 1]! / rl;
  const ur = right[r + 1]! / rr;
  const pl = pressureOf(left, l, 1, gamma);
  const pr = pressureOf(right, r, 1, gamma);
  // Roe's averages of velocity and enthalpy.
  const wl = Math.sqrt(rl);
  const wr = Math.sqrt(rr);
  const sum = wl + wr;
  const u = (wl * ul + wr * ur) / sum;
  const v = (left[l + 2]! / wl + right[r + 2]! / wr) / sum;
  const enthalpy = ((left[l + 3]! + pl) / wl + (right[r + 3]! + pr) / wr) / sum;
  const c = Math.sqrt(Math.max(0, (gamma - 1) * (enthalpy - (u * u + v * v) / 2)));
  const slow = Math.min(ul - Math.sqrt((gamma * pl) / rl), u - c);
  const fast = Math.max(ur + Math.sqrt((gamma * pr) / rr), u + c);
  const ml = rl * (slow - ul);
  const mr = rr * (fast - ur);
  const contact = (pr - pl + ml * ul - mr * ur) / (ml - mr);
  if (contact >= 0) oneSided(left, l, ul, pl, Math.min(slow, 0), contact, flux);
  else oneSided(right, r, ur, pr, Math.max(fast, 0), contact, flux);
}

/**
 * F(U) + S (U* − U) with the state U* between the outer wave and the contact.
 * @param reach S, the outer wave's speed; 0 where that does not reach the face
 */
function oneSided(
  states: Gas,
  at: number,
  u: number,
  p: number,
  reach: number,
  contact: number,
  flux: Gas,
): void {
  const rho = states[at]!;
  const m = states[at + 1]!;
  const n = states[at + 2]!;
  const energy = states[at + 3]!;
  flux[0] = m;
  flux[1] = m * u + p;
  flux[2] = n * u;
  flux[3] = (energy + p) * u;
  if (reach === 0) return;
  const share = (reach - u) / (reach - contact);
  flux[0] += reach * rho * (share - 1);
  flux[1] += reach * (rho * share * contact - m);
  flux[2] += reach * n * (share - 1);
  flux[3] +=
    reach * (share * (energy + (contact - u) * (rho * contact + p / (reach - u))) - energy);
}
