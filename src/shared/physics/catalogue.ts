/**
 * What each physics conserves, and what it lets only fall or rise, as integrands over whatever fields the data have.
 * Sources: Evans 2010, Partial Differential Equations, §2–3 (transport, heat, Burgers); Miura, Gardner and Kruskal 1968
 * (KdV); Vallis 2017, §3 and §4 (shallow water, potential enstrophy); Majda and Bertozzi 2002, §1.7 and §2 (Navier–Stokes).
 */
import {
  advectionFluxes,
  burgersFluxes,
  carried,
  diffusiveFluxes,
  gasFluxes,
  incompressibleFluxes,
  kdvFluxes,
  waterFluxes,
} from "./fluxes";
import { mechanicalSystems, ofParticles } from "./particles";
import { freeEnergy, patterns } from "./patterns";
import type { QuantityStatement, Nature } from "./quantity";
import type { Roles } from "./roles";

export interface Physics {
  readonly id: string;
  readonly label: string;
  /** Coefficients of its equation that quantities name, with usual values. */
  readonly coefficients: Readonly<Record<string, number>>;
  quantities(roles: Roles, axes: number): QuantityStatement[];
}

function of(id: string, formula: string, nature: Nature, rate?: string): QuantityStatement {
  return { id, formula, nature, ...(rate === undefined ? {} : { rate }) };
}

/** |∇f|². */
function slopes(formula: string, axes: number): string {
  return `(${axisNames
    .slice(0, axes)
    .map((axis) => `d${axis}(${formula})^2`)
    .join("+")})`;
}

/** ½|v|². */
function half(vector: readonly string[]): string {
  return `(${vector.map((name) => `${name}^2`).join("+")})/2`;
}

const axisNames = ["x", "y", "z"];

/** ∫ρv, or ∫v where there is no density or the vector is a momentum. */
function momenta(
  { density, vector, momentum }: Roles,
  axes: number,
  nature: Nature,
): QuantityStatement[] {
  // One component is a scalar's own integral, whatever it is called.
  if (vector === null || axes === 0) return [];
  return vector.map((component, i) =>
    of(
      `momentum.${axisNames[i] ?? i}`,
      density === null || momentum ? component : `${density}*${component}`,
      nature,
    ),
  );
}

/** ∂ₓvᵧ − ∂ᵧvₓ, or the field that holds it. */
function vorticity({ vector, pseudoscalar, density, momentum }: Roles): string | null {
  if (vector?.length === 2 && !(momentum && density !== null)) {
    return `dx(${vector[1]!})-dy(${vector[0]!})`;
  }
  return pseudoscalar;
}

/** Energy by the fullest formula that the fields allow. */
function energyOf({ density, vector, momentum, pressure, energy }: Roles): string | null {
  if (energy !== null) return energy;
  if (vector === null) return null;
  const kinetic =
    density === null
      ? half(vector)
      : momentum
        ? `${half(vector)}/${density}`
        : `${density}*${half(vector)}`;
  return density !== null && pressure !== null ? `${pressure}/(gamma-1)+${kinetic}` : kinetic;
}

/** u and u² of every channel that is no component of a vector. @param rate of u², from u's name */
function moments(
  roles: Roles,
  first: Nature,
  second: Nature,
  rate?: (name: string) => string,
): QuantityStatement[] {
  return roles.scalars.flatMap((name) => [
    of(name, name, first),
    of(`${name}^2`, `${name}^2`, second, rate?.(name)),
  ]);
}

/** Whatever the kinds of the fields allow, without a claim on what becomes of it. */
function generic(roles: Roles, axes: number): QuantityStatement[] {
  if (axes === 0 && roles.momenta !== null) return ofParticles(roles);
  const { density, scalars } = roles;
  const energy = energyOf(roles);
  const curl = axes === 2 ? vorticity(roles) : null;
  const alone = roles.vector === null && curl === null && energy === null;
  return [
    ...(density === null ? [] : [of("mass", density, null)]),
    ...momenta(roles, axes, null),
    ...(energy === null ? [] : [of("energy", energy, null)]),
    ...(curl === null
      ? []
      : [of("circulation", curl, null), of("enstrophy", `(${curl})^2/2`, null)]),
    ...scalars
      .filter((name) => name !== density && name !== curl && name !== roles.energy)
      .flatMap((name) => [
        of(name, name, null),
        ...(alone ? [of(`${name}^2`, `${name}^2`, null)] : []),
      ]),
    ...(alone && density !== null ? [of(`${density}^2`, `${density}^2`, null)] : []),
  ];
}

export const catalogue: readonly Physics[] = [
  {
    id: "auto",
    label: "Not stated",
    coefficients: { gamma: 1.4, g: 9.81 },
    quantities: generic,
  },
  {
    id: "advection",
    label: "Linear advection",
    coefficients: {},
    quantities: (roles, axes) =>
      carried(moments(roles, "conserved", "conserved"), axes, advectionFluxes(roles, axes)),
  },
  {
    id: "diffusion",
    label: "Diffusion",
    coefficients: {},
    quantities: (roles, axes) => [
      ...carried(
        moments(roles, "conserved", "decreasing", (u) => `-2*kappa*${slopes(u, axes)}`),
        axes,
        diffusiveFluxes(roles, axes),
      ),
      ...roles.scalars.flatMap((name) => [
        of(`max ${name}`, `max(${name})`, "decreasing"),
        of(`min ${name}`, `min(${name})`, "increasing"),
      ]),
    ],
  },
  {
    id: "burgers",
    label: "Burgers",
    coefficients: {},
    quantities: (roles, axes) =>
      carried(
        moments(roles, "conserved", "decreasing", (u) => `-2*nu*${slopes(u, axes)}`),
        axes,
        burgersFluxes(roles),
      ),
  },
  {
    id: "kdv",
    label: "Korteweg–de Vries, u_t + α u u_x + β u_xxx = 0",
    coefficients: { alpha: 6, beta: 1 },
    quantities: (roles, axes) =>
      carried(
        [
          ...moments(roles, "conserved", "conserved"),
          ...roles.scalars.map((u) =>
            of("hamiltonian", `alpha*${u}^3/6-beta*dx(${u})^2/2`, "conserved"),
          ),
        ],
        axes,
        kdvFluxes(roles),
      ),
  },
  {
    id: "shallow-water",
    label: "Shallow water, flat bed",
    coefficients: { g: 9.81 },
    quantities(roles, axes) {
      const { density: h, vector, momentum } = roles;
      const kinetic = energyOf({ ...roles, pressure: null, energy: null });
      const velocity = (i: number): string =>
        momentum ? `(${vector?.[i] ?? ""}/${h ?? "1"})` : (vector?.[i] ?? "");
      const curl = vector?.length === 2 ? `dx(${velocity(1)})-dy(${velocity(0)})` : null;
      const along: Readonly<Record<string, string>> =
        curl === null || h === null
          ? {}
          : { circulation: curl, "potential-enstrophy": `(${curl})^2/(2*${h})` };
      const kept = [
        ...(h === null ? [] : [of("mass", h, "conserved")]),
        ...momenta(roles, axes, "conserved"),
        ...(h === null || kinetic === null
          ? []
          : [of("energy", `${kinetic}+g*${h}^2/2`, "conserved")]),
        ...Object.entries(along).map(([id, formula]) => of(id, formula, "conserved")),
      ];
      return carried(kept, axes, waterFluxes(roles, along));
    },
  },
  {
    id: "euler",
    label: "Compressible Euler",
    coefficients: { gamma: 1.4 },
    quantities(roles, axes) {
      const { density, pressure } = roles;
      const energy = energyOf(roles);
      const along: Readonly<Record<string, string>> =
        density === null || pressure === null
          ? {}
          : { entropy: `${density}*log(${pressure}/${density}^gamma)` };
      const kept = [
        ...(density === null ? [] : [of("mass", density, "conserved")]),
        ...momenta(roles, axes, "conserved"),
        ...(energy === null ? [] : [of("energy", energy, "conserved")]),
        ...Object.entries(along).map(([id, formula]) => of(id, formula, "increasing")),
      ];
      return carried(kept, axes, gasFluxes(roles, energy, along));
    },
  },
  {
    id: "navier-stokes",
    label: "Incompressible Navier–Stokes, unforced",
    coefficients: {},
    quantities(roles, axes) {
      const flow = { ...roles, density: null, pressure: null, energy: null };
      const energy = energyOf(flow);
      const curl = axes === 2 ? vorticity(flow) : null;
      const loss = curl === null ? undefined : `-nu*(${curl})^2`;
      const followed = [
        ...momenta(flow, axes, "conserved"),
        ...(energy === null ? [] : [of("energy", energy, "decreasing", loss)]),
        ...(curl === null
          ? []
          : [
              of("circulation", curl, "conserved"),
              of("enstrophy", `(${curl})^2/2`, "decreasing", `-nu*${slopes(curl, axes)}`),
            ]),
      ];
      return carried(followed, axes, incompressibleFluxes(roles, axes, curl));
    },
  },
  {
    id: "allen-cahn",
    label: "Allen–Cahn, u_t = ε²Δu + u − u³",
    coefficients: { epsilon: 0.01 },
    quantities: ({ scalars }, axes) => scalars.map((u) => freeEnergy(u, axes)),
  },
  ...patterns,
  ...mechanicalSystems,
];
