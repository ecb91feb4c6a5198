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

/** ρv, ρv⊗v + p, what carries energy, and what moves with the fluid, densities by their names. */
function fluid(
  roles: Roles,
  pressure: string,
  enthalpy: string | null,
  along: Readonly<Record<string, string>>,
): Fluxes {
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
    ...Object.fromEntries(
      Object.entries(along).map(([id, density]) => [id, velocity.map((v) => `(${density})*${v}`)]),
    ),
  };
}

/** Of an ideal gas. @param energy per volume @param along what moves with the gas, as `fluid` takes it */
export function gasFluxes(
  roles: Roles,
  energy: string | null,
  along: Readonly<Record<string, string>>,
): Fluxes {
  const { density, vector, momentum, pressure } = roles;
  if (density === null || vector === null || energy === null) return {};
  const squares = vector.map((component) => `${component}^2`).join("+");
  const kinetic = momentum ? `(${squares})/(2*${density})` : `${density}*(${squares})/2`;
  const p = pressure ?? `(gamma-1)*(${energy}-${kinetic})`;
  return fluid(roles, p, `${energy}+${p}`, along);
}

/** Of shallow water over a flat bed. @param along what moves with the water, as `fluid` takes it */
export function waterFluxes(roles: Roles, along: Readonly<Record<string, string>>): Fluxes {
  const { density: h, vector, momentum } = roles;
  if (h === null || vector === null) return {};
  const squares = vector.map((component) => `${component}^2`).join("+");
  const kinetic = momentum ? `(${squares})/(2*${h})` : `${h}*(${squares})/2`;
  return fluid(roles, `g*${h}^2/2`, `${kinetic}+g*${h}^2`, along);
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

/**
 * With F = ½αu² + βu_xx, u_t = −F_x: F carries u, ⅔αu³ + β(2uu_xx − u_x²) its square, and ½F² − βu_x F_x the Hamiltonian
 * αu³/6 − ½βu_x², by u_t put into their derivatives.
 */
export function kdvFluxes({ scalars }: Roles): Fluxes {
  return Object.fromEntries(
    scalars.flatMap((u): [string, string[]][] => {
      const whole = `(alpha*${u}^2/2+beta*dx(dx(${u})))`;
      return [
        [u, [whole]],
        [`${u}^2`, [`2*alpha*${u}^3/3+beta*(2*${u}*dx(dx(${u}))-dx(${u})^2)`]],
        ["hamiltonian", [`${whole}^2/2-beta*dx(${u})*dx${whole}`]],
      ];
    }),
  );
}

/** c u; of a line the speed is c, of others cx, cy. */
export function advectionFluxes({ scalars }: Roles, axes: number): Fluxes {
  const speeds = axes === 1 ? ["c"] : axisNames.slice(0, axes).map((axis) => `c${axis}`);
  return Object.fromEntries(
    scalars
      .flatMap((u) => [u, `${u}^2`])
      .map((density) => [density, speeds.map((c) => `${c}*${density}`)]),
  );
}

/**
 * Of an incompressible flow: v⊗v + p − ν∇v, what carries ½v² where its loss is written −νω², and vω − ν∇ω with
 * vω²/2 − νω∇ω. What holds a pressure needs one among the fields.
 * @param curl the vorticity, in a plane
 */
export function incompressibleFluxes(
  { vector, pressure: p }: Roles,
  axes: number,
  curl: string | null,
): Fluxes {
  if (vector?.length !== axes) return {};
  const along = axisNames.slice(0, axes);
  const squares = `(${vector.map((v) => `${v}^2`).join("+")})/2`;
  // v·Δv = −ω² + ∇·(v_y ω, −v_x ω) where ∇·v = 0.
  const [vx = "", vy = ""] = vector;
  const viscous = [`-nu*${vy}*(${curl ?? ""})`, `+nu*${vx}*(${curl ?? ""})`];
  return {
    ...(p === null
      ? {}
      : Object.fromEntries(
          vector.map((v, j) => [
            `momentum.${axisNames[j]!}`,
            vector.map(
              (other, i) => `${v}*${other}${i === j ? `+${p}` : ""}-nu*d${along[i]!}(${v})`,
            ),
          ]),
        )),
    ...(curl === null
      ? {}
      : {
          ...(p === null
            ? {}
            : { energy: vector.map((v, i) => `(${squares}+${p})*${v}${viscous[i]!}`) }),
          circulation: vector.map((v, i) => `${v}*(${curl})-nu*d${along[i]!}(${curl})`),
          enstrophy: vector.map((v, i) => `${v}*(${curl})^2/2-nu*(${curl})*d${along[i]!}(${curl})`),
        }),
  };
}

/** −c²∇u of v, −c²v∇u of the energy, and the stress c²∇u⊗∇u + ½(v² − c²|∇u|²) of the momentum −v∇u. */
export function waveFluxes(u: string, v: string, axes: number): Fluxes {
  const along = axisNames.slice(0, axes);
  const slope = (axis: string): string => `d${axis}(${u})`;
  const squares = along.map((axis) => `${slope(axis)}^2`).join("+");
  return {
    [v]: along.map((axis) => `-c^2*${slope(axis)}`),
    energy: along.map((axis) => `-c^2*${v}*${slope(axis)}`),
    ...Object.fromEntries(
      along.map((axis) => [
        `momentum.${axis}`,
        along.map(
          (other) =>
            `c^2*${slope(axis)}*${slope(other)}${axis === other ? `+(${v}^2-c^2*(${squares}))/2` : ""}`,
        ),
      ]),
    ),
  };
}

/** −D∇u of a field that spreads. */
export function spreadingFlux(u: string, diffusivity: string, axes: number): string[] {
  return axisNames.slice(0, axes).map((axis) => `-${diffusivity}*d${axis}(${u})`);
}
