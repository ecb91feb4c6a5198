/**
 * Flux between two states of a gas by the HLLC solver, which keeps contacts and shear layers sharp: Toro, Spruce and Speares
 * 1994, Shock Waves 4; wave speeds with Roe's averages as Batten, Clarke, Lambert and Causon 1997, SIAM J. Sci. Comput. 18,
 * so that densities and pressures stay positive.
 */

/** Conserved variables ρ, ρ·v normal, ρ·v tangential, E. */
export type Gas = Float64Array;

/** p = (γ − 1)(E − ½|m|²/ρ), of the state at `at`, `at + stride` … */
export function pressureOf(u: Gas, at: number, stride: number, gamma: number): number {
  const [rho, m, n, energy] = [u[at]!, u[at + stride]!, u[at + 2 * stride]!, u[at + 3 * stride]!];
  return (gamma - 1) * (energy - (m * m + n * n) / (2 * rho));
}

/**
 * Of the states `left` and `right`, four numbers each, along the normal.
 * @param flux is written
 */
export function hllc(left: Gas, right: Gas, gamma: number, flux: Gas): void {
  const [rl, rr] = [left[0]!, right[0]!];
  const [ul, ur] = [left[1]! / rl, right[1]! / rr];
  const [vl, vr] = [left[2]! / rl, right[2]! / rr];
  const pl = pressureOf(left, 0, 1, gamma);
  const pr = pressureOf(right, 0, 1, gamma);
  const [cl, cr] = [Math.sqrt((gamma * pl) / rl), Math.sqrt((gamma * pr) / rr)];
  // Roe's averages of velocity and enthalpy.
  const [wl, wr] = [Math.sqrt(rl), Math.sqrt(rr)];
  const mean = (a: number, b: number): number => (wl * a + wr * b) / (wl + wr);
  const [u, v] = [mean(ul, ur), mean(vl, vr)];
  const enthalpy = mean((left[3]! + pl) / rl, (right[3]! + pr) / rr);
  const c = Math.sqrt(Math.max(0, (gamma - 1) * (enthalpy - (u * u + v * v) / 2)));
  const slow = Math.min(ul - cl, u - c);
  const fast = Math.max(ur + cr, u + c);
  const [ml, mr] = [rl * (slow - ul), rr * (fast - ur)];
  const contact = (pr - pl + ml * ul - mr * ur) / (ml - mr);
  if (contact >= 0) oneSided(left, ul, pl, slow, Math.min(slow, 0), contact, flux);
  else oneSided(right, ur, pr, fast, Math.max(fast, 0), contact, flux);
}

/**
 * F(U) + S (U* − U) with the state U* between the outer wave and the contact.
 * @param speed of the outer wave @param reach S, 0 where that wave does not reach the face
 */
function oneSided(
  state: Gas,
  u: number,
  p: number,
  speed: number,
  reach: number,
  contact: number,
  flux: Gas,
): void {
  const [rho, m, n, energy] = [state[0]!, state[1]!, state[2]!, state[3]!];
  flux[0] = m;
  flux[1] = m * u + p;
  flux[2] = n * u;
  flux[3] = (energy + p) * u;
  if (reach === 0) return;
  const density = (rho * (speed - u)) / (speed - contact);
  flux[0] += reach * (density - rho);
  flux[1] += reach * (density * contact - m);
  flux[2] += reach * ((density * n) / rho - n);
  flux[3] +=
    reach *
    (density * (energy / rho + (contact - u) * (contact + p / (rho * (speed - u)))) - energy);
}
