/**
 * The generators that can be named on states of particles, one by one and in families. What each does to a particle is
 * said in stateMotions.ts.
 */
import { UserError } from "../errors";
import type { Layout } from "../states/layout";
import { rolesOf } from "../states/roles";
import type { GeneratorOptions } from "./catalogue";
import type { Generator } from "./generator";
import {
  axisName,
  boost,
  pairName,
  phaseTurn,
  rotation,
  scaling,
  timePart,
  timeShift,
  translation,
} from "./stateMotions";

/** How a state's generators are called, and what each of them needs. */
export interface NamedStateGenerator {
  readonly id: string;
  make(): Generator;
}

/** Names that stand for several: `se` for translations and rotations, `galilei` with boosts, `so`, `u`. */
export const stateFamilies = ["se", "so", "galilei", "u"] as const;

/** All that have a name on such states, whether their parts allow them or not. */
export function namedStateGenerators(
  layout: Layout,
  options: GeneratorOptions,
): NamedStateGenerator[] {
  const roles = rolesOf(layout, options.velocity);
  const n = roles.dimension;
  const axes = Array.from({ length: n }, (_, axis) => axis);
  const named = (id: string, make: (id: string) => Generator): NamedStateGenerator => ({
    id,
    make: () => make(id),
  });
  return [
    ...axes.map((a) => named(`t${axisName(n, a)}`, (id) => translation(id, a))),
    ...planes(n).map(([i, j]) =>
      named(n === 2 ? "rot" : `rot-${pairName(n, i, j)}`, (id) => rotation(id, i, j, n)),
    ),
    ...axes.map((a) => named(`g${axisName(n, a)}`, (id) => boost(id, a, options))),
    ...axes.map((a) => named(`u-${axisName(n, a)}`, (id) => phaseTurn(id, [[a, a]], n))),
    ...planes(n).map(([i, j]) =>
      named(`u-${pairName(n, i, j)}`, (id) =>
        phaseTurn(
          id,
          [
            [i, j],
            [j, i],
          ],
          n,
        ),
      ),
    ),
    ...[timePart(layout, options)].flatMap((part) =>
      part === undefined ? [] : [named("time", (id) => timeShift(id, part))],
    ),
    named("scale", (id) => scaling(id, "scaling", options, (part) => (part.width === n ? 1 : 0))),
    named("amp", (id) => scaling(id, "amplitude", { weights: {} }, () => 1)),
  ];
}

/**
 * Those that a name stands for: itself, or a family's.
 * @throws UserError "generator/unknown"
 */
export function stateGenerators(
  name: string,
  layout: Layout,
  options: GeneratorOptions,
): Generator[] {
  const all = namedStateGenerators(layout, options);
  const wanted = familyOf(name, rolesOf(layout, options.velocity).dimension);
  if (wanted !== undefined) checkNamed(layout);
  const found = all.filter(({ id }) => id === name || wanted?.test(id) === true);
  if (found.length > 0 || wanted !== undefined) return found.map(({ make }) => make());
  throw new UserError("generator/unknown", `There is no generator “${name}” on such states.`, {
    where: name,
    todo: `Use ${all.map(({ id }) => id).join(", ")}, the families ${stateFamilies.join(", ")}, or state it by formulas (--own on the command line).`,
  });
}

/** Of that many numbers without a name nobody knows which are a position. */
const MOST_UNNAMED = 3;

/** @throws UserError "generator/unnamed" */
function checkNamed({ named, particles, components }: Layout): void {
  if (named || components <= MOST_UNNAMED) return;
  const whose = particles > 1 ? `Each of ${particles} particles` : "A state";
  const example =
    particles > 1 ? `${particles}x(q:3,v:3)` : "q:3,p:3, or 5x(q:3,v:3) for particles";
  throw new UserError(
    "generator/unnamed",
    `${whose} has ${components} numbers, and nothing says which are positions and which velocities.`,
    {
      where: "split",
      todo: `Name its parts (--split on the command line), for example ${example}, or choose single generators.`,
    },
  );
}

/** Which ids belong to a family; undefined for what is none. */
function familyOf(name: string, n: number): RegExp | undefined {
  switch (name) {
    case "auto":
    case "se":
      return /^(t|rot)/;
    case "so":
      return /^rot/;
    case "galilei":
      return /^(t|rot|g)/;
    case "u":
      return /^(rot|u-)/;
    case "rot":
      return n === 2 ? undefined : /^rot-/;
    default:
      return undefined;
  }
}

/** Pairs of axes, in three dimensions xy, yz, zx. */
function planes(n: number): [number, number][] {
  if (n === 3) {
    return [
      [0, 1],
      [1, 2],
      [2, 0],
    ];
  }
  return Array.from({ length: n }, (_, j) =>
    Array.from({ length: j }, (_zero, i): [number, number] => [i, j]),
  ).flat();
}
