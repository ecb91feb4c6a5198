/**
 * Which stored component of a vector is which: `(y,-x)` says that first its y component is stored and then minus its x
 * component. A group acts on the vector that is meant, so on stored channels by P⁻¹ρ(g)P with P the signed permutation.
 */

export type Sign = 1 | -1;

/** A vector's components by what is stored: component i is `signs[i]` times stored channel `from[i]`. */
export interface ComponentReading {
  readonly from: readonly number[];
  readonly signs: readonly Sign[];
}

export const componentNames = ["x", "y", "z"] as const;

/** Components as they are typed: x, vx, v.x, v_x, each with a sign before it. */
const typed = /^([-−+]?)\s*(.*?)[._]?([xyz])$/u;

/**
 * What brackets after a vector's name say.
 * @param name of the vector: `(vy,-vx)` means `(y,-x)`
 * @param dimension of space: as many components must be named, each once
 * @returns what is wrong with the text as half a sentence, where something is
 */
export function readingAsStored(
  text: string,
  name: string,
  dimension: number,
): ComponentReading | string {
  const directions = componentNames.slice(0, dimension);
  const from: number[] = [];
  const signs: Sign[] = [];
  const parts = text.split(",").map((part) => part.trim());
  for (const [stored, part] of parts.entries()) {
    const [, sign, prefix = "", direction] = typed.exec(part) ?? [];
    const component = directions.findIndex((one) => one === direction);
    if (component < 0 || !["", "v", name].includes(prefix)) {
      return `"${part}" is no component of ${name} (${directions.join(", ")})`;
    }
    if (from[component] !== undefined) return `its component ${direction!} is stored twice`;
    from[component] = stored;
    signs[component] = sign === "-" || sign === "−" ? -1 : 1;
  }
  if (parts.length === dimension) return { from, signs };
  return `${name} has ${dimension} components, and ${parts.length} are listed`;
}

/** `(y,-x)` as it is typed. @param channels of the components x, y, z @param signs all 1 where absent */
export function showReading({
  channels,
  signs,
}: {
  readonly channels: readonly number[];
  readonly signs?: readonly Sign[];
}): string {
  const stored = [...channels.keys()].sort((a, b) => channels[a]! - channels[b]!);
  const shown = stored.map((i) => `${signs?.[i] === -1 ? "-" : ""}${componentNames[i]!}`);
  return `(${shown.join(",")})`;
}

/** Every way to store the components of a vector, straight first: 2 on a line, 8 on a plane, 48 in space. */
export function componentReadings(dimension: number): ComponentReading[] {
  return permutations(dimension).flatMap((from) =>
    signsOf(dimension).map((signs) => ({ from, signs })),
  );
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1)
    .flatMap((rest) => Array.from({ length: count }, (_, at) => rest.toSpliced(at, 0, count - 1)))
    .sort((a, b) => (a.join() < b.join() ? -1 : 1));
}

function signsOf(count: number): Sign[][] {
  if (count === 0) return [[]];
  return signsOf(count - 1).flatMap((rest) => [
    [...rest, 1 as const],
    [...rest, -1 as const],
  ]);
}
