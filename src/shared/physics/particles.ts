/**
 * Particles: sums over them and over their pairs. Total momentum and angular momentum are kept by every pair force along
 * the line between two, the energy by every force that has a potential; the centre of mass goes where the momentum
 * carries it (Landau and Lifshitz 1976, Mechanics, §6–9).
 */
import type { Physics } from "./catalogue";
import type { Nature, QuantityStatement } from "./quantity";
import type { Roles } from "./roles";

const axisNames = ["x", "y", "z"];

function of(id: string, formula: string, nature: Nature, rate?: string): QuantityStatement {
  return { id, formula, nature, ...(rate === undefined ? {} : { rate }) };
}

/** Σ of the components' squares. */
function square(components: readonly string[]): string {
  return `(${components.map((name) => `${name}^2`).join("+")})`;
}

/** p, or m v. */
function momentum({ momenta, velocities, mass }: Roles, i: number): string {
  const component = momenta![i]!;
  return velocities && mass !== null ? `${mass}*${component}` : component;
}

/** p²/2m, or m v²/2; without masses these are 1. */
function kinetic({ momenta, velocities, mass }: Roles): string {
  const half = `${square(momenta!)}/2`;
  if (mass === null) return half;
  return velocities ? `${mass}*${half}` : `${square(momenta!)}/(2*${mass})`;
}

/** q × p: one number in the plane, three in space. */
function turning(roles: Roles, nature: Nature): QuantityStatement[] {
  const q = roles.positions;
  const n = roles.momenta!.length;
  if (q?.length !== n || n < 2) return [];
  const around = (i: number, j: number): string =>
    `${q[i]!}*${momentum(roles, j)}-${q[j]!}*${momentum(roles, i)}`;
  return n === 2
    ? [of("angular-momentum", around(0, 1), nature)]
    : [0, 1, 2].map((k) =>
        of(`angular-momentum.${axisNames[k]!}`, around((k + 1) % 3, (k + 2) % 3), nature),
      );
}

/** Σ m q, and that it moves with the momentum. */
function centre(roles: Roles): QuantityStatement[] {
  const { positions: q, momenta, mass } = roles;
  if (q === null || q.length !== momenta!.length) return [];
  return q.map((component, i) =>
    of(
      `centre-of-mass.${axisNames[i]!}`,
      mass === null ? component : `${mass}*${component}`,
      null,
      momentum(roles, i),
    ),
  );
}

/**
 * What Σ over particles can say of any of them, without a claim on what becomes of it.
 * @param roles with momenta
 */
export function ofParticles(roles: Roles, nature: Nature = null): QuantityStatement[] {
  return [
    ...roles.momenta!.map((_, i) =>
      of(`momentum.${axisNames[i] ?? i}`, momentum(roles, i), nature),
    ),
    of("kinetic-energy", kinetic(roles), null),
    ...turning(roles, nature),
    ...roles.scalars
      .filter((name) => name !== roles.mass && !roles.momenta!.includes(name))
      .filter((name) => roles.positions?.includes(name) !== true)
      .map((name) => of(name, name, null)),
  ];
}

/** Squared distance of the two of a pair. */
function apart(positions: readonly string[]): string {
  return `(${positions.map((q) => `(${q}-other(${q}))^2`).join("+")})`;
}

/**
 * Kinetic and potential energy, and what else such particles keep.
 * @param potential of all, one number; mass is null where they have none
 */
function mechanics(
  potential: (positions: readonly string[], mass: string | null) => string,
  keeps: (statement: QuantityStatement, roles: Roles) => Nature,
): Physics["quantities"] {
  return (roles) => {
    const { positions, momenta, mass } = roles;
    if (positions === null || momenta === null) return [];
    const energy = `integral(${kinetic(roles)})+${potential(positions, mass)}`;
    return [
      of("energy", energy, "conserved"),
      ...ofParticles(roles).map((statement) => ({
        ...statement,
        nature: keeps(statement, roles),
      })),
      ...centre(roles),
    ];
  };
}

function times(mass: string | null): string {
  return mass === null ? "" : `${mass}*`;
}

const interior = ({ id }: QuantityStatement): Nature =>
  /^(momentum|angular-momentum)/.test(id) ? "conserved" : null;

export const mechanicalSystems: readonly Physics[] = [
  {
    id: "n-body",
    label: "Bodies under gravity, −G m m′/√(r² + s²)",
    coefficients: { G: 1, softening: 1 },
    quantities: mechanics((q, m) => {
      const both = m === null ? "" : `*${m}*other(${m})`;
      return `pairs(-G${both}/sqrt(${apart(q)}+softening^2))`;
    }, interior),
  },
  {
    id: "oscillators",
    label: "Oscillators about the origin, ½m ω²q²",
    coefficients: { omega: 1 },
    quantities: mechanics(
      (q, m) => `integral(${times(m)}omega^2*${square(q)}/2)`,
      ({ id }) => (id.startsWith("angular-momentum") ? "conserved" : null),
    ),
  },
  {
    id: "springs",
    label: "Bodies joined by springs, ½k(r − ℓ)², falling along −y",
    coefficients: { k: 2, rest: 1, g: 0 },
    quantities: mechanics(
      (q, m) =>
        `pairs(k*(sqrt(${apart(q)})-rest)^2/2)${q[1] === undefined ? "" : `+integral(${times(m)}g*${q[1]})`}`,
      // A weight turns and speeds up: only what lies across it is kept whatever g is.
      ({ id }) => (id === "momentum.x" || id === "momentum.z" ? "conserved" : null),
    ),
  },
];
