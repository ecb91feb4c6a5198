/** From what a form or a command line says to generators. */
import { UserError } from "../errors";
import { generatorByName, generatorNames, turns, type GeneratorOptions } from "./catalogue";
import type { Generator, Side } from "./generator";
import { ownGenerators } from "./own";
import { namedStateGenerators, stateFamilies, stateGenerators } from "./states";

/** Taken by `auto` on fields that allow them: the isometries, of which nothing more need be known. */
const automatic = ["tx", "ty", "tz", "rot"];

/**
 * The generators that a list names (`tx,ty,rot`), those of `own` after them; `auto` stands for the isometries that fit.
 * @param own formulas of the user's, see own.ts
 * @throws UserError "generator/unknown", "generator/none", "formula/syntax"
 */
export function chooseGenerators(
  names: string,
  own: string,
  input: Side,
  options: GeneratorOptions,
): Generator[] {
  const stated = ownGenerators(own);
  const { layout } = input;
  const known =
    layout === undefined
      ? generatorNames
      : [...namedStateGenerators(layout, options).map(({ id }) => id), ...stateFamilies];
  const clash = stated.find(({ id }) => known.includes(id));
  if (clash !== undefined) {
    throw new UserError("generator/name", `The name ${clash.id} belongs to a known generator.`, {
      where: clash.id,
      todo: "Give yours another.",
    });
  }
  const wanted = [...new Set(split(names))].filter((name) => stated.every(({ id }) => id !== name));
  const called = (name: string): Generator[] =>
    layout === undefined
      ? (name === "auto" ? automatic : [name])
          .flatMap((one) => (one === "rot" && input.axes === 3 ? turns : [one]))
          .map((one) => generatorByName(one, options))
      : stateGenerators(name, layout, options);
  const named = wanted.flatMap((name) =>
    name === "auto" ? called(name).filter((one) => fits(one, input)) : called(name),
  );
  const all = [...new Map([...named, ...stated].map((one) => [one.id, one])).values()];
  if (all.length > 0) return all;
  throw new UserError("generator/none", "No generator is chosen that fits these data.", {
    where: "generators",
    todo: `Name some of ${known.join(", ")}, or state your own (--own on the command line).`,
  });
}

/** Whether it can act on such states. */
function fits(generator: Generator, side: Side): boolean {
  try {
    generator.on(side);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function split(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/**
 * `rho:1,p:-2`: a number a field.
 * @throws UserError "generator/weights"
 */
export function parseWeights(text: string): Record<string, number> {
  return Object.fromEntries(
    split(text).map((part): [string, number] => {
      const [name = "", value = "", ...rest] = part.split(":").map((piece) => piece.trim());
      const number = Number(value);
      if (name !== "" && value !== "" && rest.length === 0 && Number.isFinite(number)) {
        return [name, number];
      }
      throw new UserError("generator/weights", `“${part}” is no field with its weight.`, {
        where: part,
        todo: "Write names and numbers like rho:1,p:1.",
      });
    }),
  );
}

/**
 * `1, 1, 0.5`: a number a particle.
 * @throws UserError "generator/masses"
 */
export function parseMasses(text: string): number[] {
  return split(text).map((part) => {
    const mass = Number(part);
    if (mass > 0 && Number.isFinite(mass)) return mass;
    throw new UserError("generator/masses", `“${part}” is no mass.`, {
      where: part,
      todo: "Write positive numbers, one a particle, like 1,1,0.5.",
    });
  });
}
