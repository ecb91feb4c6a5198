/**
 * What carries conserved quantities through space, f in ∂_t I + ∇·f = 0: between walls it is what changes their integrals.
 * LeVeque 2002, Finite Volume Methods for Hyperbolic Problems, §2 (scalars), §13.1 (shallow water), §18.8 (gases).
 */
import type { QuantityStatement } from "./quantity";
import type { Roles } from "./roles";

/** Components by the quantity's name, x first. */
export type Fluxes = Readonly<Record<string, readonly string[]>>;

const axisNames = ["x", "y", "z"];

/** The statements with their fluxes, where there are as many components as the grid has axes. */
export function carried(
  statements: readonly QuantityStatement[],
  axes: number,
  fluxes: Fluxes,
): QuantityStatement[] {
  return statements.map((statement) => {
    const flux = fluxes[statement.id];
    return flux?.length === axes && axes > 0 ? { ...statement, flux } : statement;
  });
}

/** Velocity and mass flux of a fluid. */
function flow({ density: rho, vector, momentum }: Roles): {
  velocity: readonly string[];
  mass: readonly string[];
} | null {
  if (rho === null || vector === null) return null;
  return momentum
    ? { velocity: vector.map((m) => `${m}/${rho}`), mass: vector }
    : { velocity: vector, mass: vector.map((v) => `${rho}*${v}`) };
}

/** ρv, ρv⊗v + p, and what carries energy. */
function fluid(roles: Roles, pressure: string, enthalpy: string | null): Fluxes {
  const moving = flow(roles);
  if (moving === null) return {};
  const { velocity, mass } = moving;
  const momenta = velocity.map((component, j): [string, string[]] => [
    `momentum.${axisNames[j]!}`,
    mass.map((m, i) => (i === j ? `${m}*${component}+${pressure}` : `${m}*${component}`)),
  ]);
  return {
    mass,
    ...Object.fromEntries(momenta),
    ...(enthalpy === null ? {} : { energy: velocity.map((v) => `(${enthalpy})*${v}`) }),
  };
}

/** Of an ideal gas. @param energy per volume */
export function gasFluxes(roles: Roles, energy: string | null): Fluxes {
  const { density, vector, momentum, pressure } = roles;
  if (density === null || vector === null || energy === null) return {};
  const squares = vector.map((component) => `${component}^2`).join("+");
  const kinetic = momentum ? `(${squares})/(2*${density})` : `${density}*(${squares})/2`;
  const p = pressure ?? `(gamma-1)*(${energy}-${kinetic})`;
  return fluid(roles, p, `${energy}+${p}`);
}

/** Of shallow water over a flat bed. */
export function waterFluxes(roles: Roles): Fluxes {
  const { density: h, vector, momentum } = roles;
  if (h === null || vector === null) return {};
  const squares = vector.map((component) => `${component}^2`).join("+");
  const kinetic = momentum ? `(${squares})/(2*${h})` : `${h}*(${squares})/2`;
  return fluid(roles, `g*${h}^2/2`, `${kinetic}+g*${h}^2`);
}

/** −κ∇u, and −2κu∇u of u². */
export function diffusiveFluxes({ scalars }: Roles, axes: number): Fluxes {
  const along = axisNames.slice(0, axes);
  return Object.fromEntries(
    scalars.flatMap((u) => [
      [u, along.map((axis) => `-kappa*d${axis}(${u})`)],
      [`${u}^2`, along.map((axis) => `-2*kappa*${u}*d${axis}(${u})`)],
    ]),
  );
}

/** ½u² − νu_x on a line, and what carries u². */
export function burgersFluxes({ scalars }: Roles): Fluxes {
  return Object.fromEntries(
    scalars.flatMap((u) => [
      [u, [`${u}^2/2-nu*dx(${u})`]],
      [`${u}^2`, [`2*${u}^3/3-2*nu*${u}*dx(${u})`]],
    ]),
  );
}

/** ½αu² + βu_xx. */
export function kdvFluxes({ scalars }: Roles): Fluxes {
  return Object.fromEntries(scalars.map((u) => [u, [`alpha*${u}^2/2+beta*dx(dx(${u}))`]]));
}
