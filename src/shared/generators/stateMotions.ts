/**
 * What generators do to particles: translations, rotations by plane, Galilean boosts, the unitary turns of phase space,
 * scalings. Each acts on every particle alike, and is linear but for shifts, so that its finite motions are known exactly.
 */
import type { UserError } from "../errors";
import type { Layout, Part } from "../states/layout";
import { partNamed, rolesOf, type Roles } from "../states/roles";
import type { GeneratorOptions } from "./catalogue";
import { unfit, type Generator, type Infinitesimal, type Side } from "./generator";

/** Component `to` of each particle gains `factor` times its component `from`. */
interface Term {
  readonly to: number;
  readonly from: number;
  readonly factor: number;
}

/** What a generator does to each particle on one side of a map. */
interface Motion {
  readonly mix: readonly Term[];
  /** The same for all particles, or one number each. */
  readonly shift: readonly { readonly to: number; readonly value: number | readonly number[] }[];
}

type StateSide = Side & { readonly layout: Layout };

/** x, y, z, or numbers from 1 where there are more. */
export function axisName(n: number, axis: number): string {
  return n <= 3 ? "xyz"[axis]! : String(axis + 1);
}

export function pairName(n: number, i: number, j: number): string {
  return [axisName(n, i), axisName(n, j)].join(n > 9 ? "-" : "");
}

export function translation(id: string, axis: number): Generator {
  const name = id.slice(1);
  return onParticles(
    id,
    `translation along ${name}`,
    "X q = e for every particle",
    String.raw`X q_a = e_{${name}}`,
    "",
    ({ position }, side) => {
      if (position === null) {
        if (isInput(side)) throw needs(id, side, "positions", "q");
        return still;
      }
      return { mix: [], shift: [{ to: position.first + axis, value: 1 }] };
    },
  );
}

export function rotation(id: string, i: number, j: number, n: number): Generator {
  const plane = pairName(n, i, j);
  const [a, b] = [axisName(n, i), axisName(n, j)];
  return onParticles(
    id,
    `rotation in ${plane}`,
    `X q = q${subscript(a)} e${subscript(b)} − q${subscript(b)} e${subscript(a)}, all vectors alike`,
    String.raw`X q_a = q_{a,${a}}\,e_{${b}} - q_{a,${b}}\,e_{${a}}`,
    "",
    ({ vectors }, side) => {
      const turned = vectorsOf(vectors, side, n);
      if (turned.length === 0 && isInput(side)) throw needs(id, side, "vectors", "q");
      return {
        mix: turned.flatMap(({ first }) => [
          { to: first + j, from: first + i, factor: 1 },
          { to: first + i, from: first + j, factor: -1 },
        ]),
        shift: [],
      };
    },
  );
}

/** What turns on a prediction: parts as long as the input's vectors, whatever the prediction's own position is. */
function vectorsOf(vectors: readonly Part[], side: StateSide, n: number): readonly Part[] {
  return isInput(side) ? vectors : side.layout.parts.filter(({ width }) => width === n);
}

export function boost(
  id: string,
  axis: number,
  { dt, masses, velocity: said }: GeneratorOptions,
): Generator {
  const name = id.slice(1);
  return onParticles(
    id,
    `Galilean boost along ${name}`,
    "X v = e, X p = m e, X q = t e",
    String.raw`X v_a = e_{${name}},\quad X p_a = m_a e_{${name}},\quad X q_a = t\,e_{${name}}`,
    said,
    ({ position, velocity, momentum, mass }, side) => {
      if (isInput(side) && velocity === null && momentum === null) {
        throw needs(id, side, "velocities or momenta", "v");
      }
      if (!isInput(side) && position !== null && dt === null) {
        throw unfit(
          id,
          "the time between input and prediction is not known",
          "State the time step (--dt on the command line).",
        );
      }
      const drift = side.steps * (dt ?? 0);
      const own = momentum === null ? null : massesOf(id, masses, side.layout.particles);
      return {
        mix:
          momentum === null || mass === null
            ? []
            : [{ to: momentum.first + axis, from: mass.first, factor: 1 }],
        shift: [
          ...(position === null || drift === 0
            ? []
            : [{ to: position.first + axis, value: drift }]),
          ...(velocity === null ? [] : [{ to: velocity.first + axis, value: 1 }]),
          ...(momentum === null || mass !== null
            ? []
            : [{ to: momentum.first + axis, value: own! }]),
        ],
      };
    },
  );
}

/** One a particle; all 1 where none are stated. */
function massesOf(id: string, masses: readonly number[] = [], particles: number): number[] {
  if (masses.length === 0) return new Array<number>(particles).fill(1);
  if (masses.length === particles) return [...masses];
  throw unfit(
    id,
    `${masses.length} masses are stated for ${particles} ${particles === 1 ? "particle" : "particles"}`,
    "State one each (--masses on the command line).",
  );
}

/** The flow of Σ ½(qᵢqⱼ + pᵢpⱼ): one oscillator's turn for i = j, an exchange of two for i ≠ j. */
export function phaseTurn(
  id: string,
  pairs: readonly (readonly [number, number])[],
  n: number,
): Generator {
  const name = id.slice(2);
  const single = pairs.length === 1;
  const [[i, j]] = pairs as [readonly [number, number]];
  const [a, b] = [axisName(n, i), axisName(n, j)];
  return onParticles(
    id,
    single ? `turn of phase along ${name}` : `exchange of phases in ${name}`,
    `X = {·, H}, H = ${single ? `½(q${subscript(a)}² + p${subscript(a)}²)` : `q${subscript(a)}q${subscript(b)} + p${subscript(a)}p${subscript(b)}`}`,
    single
      ? String.raw`X = \{\,\cdot\,, \tfrac12 (q_{${a}}^2 + p_{${a}}^2)\}`
      : String.raw`X = \{\,\cdot\,, q_{${a}} q_{${b}} + p_{${a}} p_{${b}}\}`,
    "",
    ({ position, momentum, velocity }, side) => {
      const conjugate = momentum ?? velocity;
      if (position === null || conjugate === null) {
        if (isInput(side)) throw needs(id, side, "positions and momenta of equal length", "q:3,p");
        return still;
      }
      return {
        mix: pairs.flatMap(([to, from]) => [
          { to: position.first + to, from: conjugate.first + from, factor: 1 },
          { to: conjugate.first + to, from: position.first + from, factor: -1 },
        ]),
        shift: [],
      };
    },
  );
}

/** The part that holds the time, where there is one. */
export function timePart({ parts }: Layout, { timeField }: GeneratorOptions): Part | undefined {
  return parts.find(({ name, width }) =>
    width === 1 && timeField === ""
      ? ["t", "time"].includes(name.toLowerCase())
      : name === timeField,
  );
}

export function timeShift(id: string, { name }: Part): Generator {
  return onParticles(
    id,
    "time translation",
    `X ${name} = 1`,
    `X ${name} = 1`,
    "",
    (_, { layout }) => ({
      mix: [],
      shift: layout.parts.flatMap((part) =>
        part.name === name ? [{ to: part.first, value: 1 }] : [],
      ),
    }),
  );
}

/** Parts times their weights; vectors weigh 1 where nothing is said. */
export function scaling(
  id: string,
  label: string,
  { weights }: Pick<GeneratorOptions, "weights">,
  geometric: (part: Part) => number,
): Generator {
  return onParticles(
    id,
    label,
    id === "amp" ? "X u = u" : "X u = w u, w = 1 on vectors",
    id === "amp" ? "X u = u" : String.raw`X u = w\,u,\quad w = 1 \;\text{on vectors}`,
    "",
    (_, { layout, ...side }) => {
      if (isInput(side)) for (const name of Object.keys(weights)) partNamed(layout.parts, name);
      return {
        mix: layout.parts.flatMap((part) => {
          const w = Object.hasOwn(weights, part.name) ? weights[part.name]! : geometric(part);
          return w === 0
            ? []
            : Array.from({ length: part.width }, (_zero, k) => ({
                to: part.first + k,
                from: part.first + k,
                factor: w,
              }));
        }),
        shift: [],
      };
    },
  );
}

const still: Motion = { mix: [], shift: [] };

function isInput({ steps }: Pick<Side, "steps">): boolean {
  return steps === 0;
}

/**
 * A generator from what it does to each particle.
 * @param velocity the name of the part that a boost shifts, where the usual names do not tell
 */
function onParticles(
  id: string,
  label: string,
  formula: string,
  tex: string,
  velocity: string,
  motion: (roles: Roles, side: StateSide) => Motion,
): Generator {
  return {
    id,
    label,
    formula,
    tex,
    flow: null,
    leavesBox: false,
    on(side) {
      const { layout } = side;
      if (layout === undefined) {
        throw unfit(id, "it moves the parts of a state, and these are fields", "Leave it out.");
      }
      const said = isInput(side) || layout.parts.some(({ name }) => name === velocity);
      return spread(motion(rolesOf(layout, said ? velocity : ""), { ...side, layout }), layout);
    },
  };
}

/** To every particle of the state. */
function spread({ mix, shift }: Motion, { positions }: Layout): Infinitesimal {
  return {
    flow: null,
    mix: positions.flatMap((own) =>
      mix.map(({ to, from, factor }) => ({ to: own[to]!, from: own[from]!, factor: () => factor })),
    ),
    shift: positions.flatMap((own, particle) =>
      shift.map(({ to, value }) => {
        const gained = typeof value === "number" ? value : value[particle]!;
        return { to: own[to]!, value: () => gained };
      }),
    ),
  };
}

/** Letters below the line, where Unicode has them. */
function subscript(name: string): string {
  const letters: Readonly<Record<string, string>> = { x: "ₓ", y: "ᵧ", z: "_z" };
  return (
    letters[name] ?? [...name].map((digit) => String.fromCharCode(0x2080 + Number(digit))).join("")
  );
}

function needs(id: string, { layout }: StateSide, what: string, example: string): UserError {
  const parts = layout.parts.map(({ name, width }) => `${name} (${width})`).join(", ");
  const n = layout.particles > 1 ? `${layout.particles}x(${example}:3)` : `${example}:3`;
  return unfit(
    id,
    `the state has no ${what}; its parts are ${parts}`,
    `Name its parts (--split on the command line), for example ${n}.`,
  );
}
