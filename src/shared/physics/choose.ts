/** The quantities that options ask for, by name, by physics, or by formula. */
import { UserError } from "../errors";
import type { FieldSpec } from "../fields/spec";
import { didYouMean } from "../nearest";
import { catalogue, type Physics } from "./catalogue";
import { parseIntegrand, parseIntegrands } from "./integrand";
import type { Quantity, QuantityStatement } from "./quantity";
import { rolesOf } from "./roles";

export interface QuantityChoice {
  /** Comma-separated names, or auto. */
  readonly quantities: string;
  /** Name and formula of each, semicolons between. */
  readonly own: string;
  /** An entry of the catalogue. */
  readonly physics: string;
}

/**
 * @param fields null where nobody said @param channels of a state @param axes of the grid, 0 without one
 * @param masses name of the particles' masses, where they are no channel
 * @throws UserError "conservation/quantity" for what there is not, "formula/syntax"
 */
export function chooseQuantities(
  { quantities, own, physics }: QuantityChoice,
  fields: FieldSpec | null,
  channels: number,
  axes: number,
  masses: string | null = null,
): Quantity[] {
  const found = rolesOf(fields, channels);
  const roles = { ...found, mass: found.mass ?? masses };
  const declared = physicsNamed(physics).quantities(roles, axes);
  const generic = physicsNamed("auto").quantities(roles, axes);
  const squares = roles.scalars.flatMap((name): QuantityStatement[] => [
    { id: name, formula: name, nature: null },
    { id: `${name}^2`, formula: `${name}^2`, nature: null },
  ]);
  const known = [...declared, ...generic, ...squares];
  const wanted = quantities
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const chosen = wanted.flatMap((name) =>
    name === "auto" ? declared : named(name, known, physics),
  );
  const distinct = new Map(chosen.map((statement) => [statement.id, statement]));
  const stated = [...distinct.values()].map(({ id, formula, nature, rate, flux }): Quantity => ({
    id,
    nature,
    integrand: parseIntegrand(formula),
    ...(rate === undefined ? {} : { rate: parseIntegrand(rate) }),
    ...(flux === undefined ? {} : { flux: flux.map(parseIntegrand) }),
  }));
  const typed = parseIntegrands(own).map(({ rate, flux, ...integrand }): Quantity => ({
    id: integrand.name,
    nature: null,
    integrand,
    ...(rate === undefined ? {} : { rate }),
    ...(flux === undefined ? {} : { flux }),
  }));
  const all = [...stated.filter(({ id }) => typed.every((one) => one.id !== id)), ...typed];
  if (all.length > 0) return all;
  throw new UserError(
    "conservation/no-quantities",
    "There is no quantity to follow: these fields suggest none, and none is given.",
    { where: "quantities", todo: "State the fields (--fields), or write a formula (--own)." },
  );
}

/** All of that name: momentum is momentum.x and momentum.y. */
function named(
  name: string,
  known: readonly QuantityStatement[],
  physics: string,
): QuantityStatement[] {
  const exact = known.find(({ id }) => id === name);
  if (exact !== undefined) return [exact];
  const parts = known.filter(({ id }) => id.startsWith(`${name}.`));
  if (parts.length > 0) return parts;
  const names = [...new Set(known.map(({ id }) => id.replace(/\.[xyz]$/, "")))];
  throw new UserError(
    "conservation/quantity",
    `There is no quantity “${name}” of these fields${physics === "auto" ? "" : ` in ${physicsNamed(physics).label}`}.`,
    {
      where: "quantities",
      todo:
        didYouMean(name, names) ??
        `There are ${names.join(", ")}; write others as formulas (--own on the command line).`,
    },
  );
}

/** @throws UserError "conservation/physics" */
export function physicsNamed(id: string): Physics {
  const found = catalogue.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new UserError("conservation/physics", `There is no physics “${id}”.`, {
    where: "physics",
    todo: `There are ${catalogue.map((one) => one.id).join(", ")}.`,
  });
}

/**
 * `nu=0.01,alpha=6`, completed by the physics' usual values.
 * @throws UserError "conservation/coefficients"
 */
export function parseCoefficients(text: string, physics: string): Record<string, number> {
  const given = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [, name, value] = /^([\p{L}_][\p{L}\p{N}_]*)\s*=\s*(\S+)$/u.exec(part) ?? [];
      if (name === undefined || !Number.isFinite(Number(value))) {
        throw new UserError("conservation/coefficients", `“${part}” is no name=number.`, {
          where: "coefficients",
          todo: "Write them like alpha=6,beta=1.",
        });
      }
      return [name, Number(value)] as const;
    });
  return { ...physicsNamed(physics).coefficients, ...Object.fromEntries(given) };
}
