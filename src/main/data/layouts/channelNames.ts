/** Which arrays named like components belong together as vectors, and what names say of kinds. */

export interface NamedChannels<T> {
  /** The arrays in the order of the channels. */
  readonly order: readonly T[];
  /** `scalar:density,vector:velocity` */
  readonly fields: string;
  /** False where a name may mean different things: u and v are a velocity or two substances. */
  readonly certain: boolean;
}

const letters = ["x", "y", "z"];

/** Names of velocities' components without their letter. */
const velocities = new Set(["v", "u", "vel", "velocity"]);

/** Winds as the atmosphere's files call them: u10 and v10, uwnd and vwnd, u_component_of_wind and v_component_of_wind. */
const wind =
  /^([uvw])((?:100?m?|[_-]?(?:wind|wnd|grd|vel|velocity|component_of_wind))(?:_100?m)?)$/i;

/** They change their sign under reflections. */
const pseudoscalars = new Set([
  "vorticity",
  "vor",
  "omega",
  "stream_function",
  "streamfunction",
  "psi",
]);

/**
 * One array a channel.
 * @param dimension of space: how many components a vector has
 * @param flow arrays u, v, w that the file itself says are speeds
 */
export function namedChannels<T extends { readonly name: string }>(
  arrays: readonly T[],
  dimension: number,
  flow: readonly T[] = [],
): NamedChannels<T> {
  const left = [...arrays];
  const order: T[] = [];
  const fields: string[] = [];
  const used = new Set<string>();
  const add = (kind: string, name: string, members: readonly T[]): void => {
    order.push(...members);
    fields.push(`${kind}:${free(legal(name), used)}`);
  };
  while (left.length > 0) {
    const first = left.shift()!;
    const own = leafOf(first.name);
    const vector = flowOf(first, flow, dimension) ?? vectorOf(own, [first, ...left], dimension);
    if (vector === undefined) {
      const kind = pseudoscalars.has(own.toLowerCase()) ? "pseudoscalar" : "scalar";
      add(kind, own, [first]);
      continue;
    }
    for (const member of vector.members) {
      if (member !== first) left.splice(left.indexOf(member), 1);
    }
    const isVelocity = velocities.has(vector.name.toLowerCase());
    add("vector", isVelocity ? "velocity" : vector.name, vector.members);
  }
  const names = new Set(arrays.map(({ name }) => leafOf(name).toLowerCase()));
  return {
    order,
    fields: fields.join(","),
    certain:
      !(dimension > 1 && names.has("u") && names.has("v")) || fields.includes("vector:velocity"),
  };
}

/** The velocity whose components u, v, w are, where as many as there are directions are speeds. */
function flowOf<T extends { readonly name: string }>(
  first: T,
  flow: readonly T[],
  dimension: number,
): { name: string; members: T[] } | undefined {
  if (dimension < 2) return undefined;
  const members = ["u", "v", "w"].slice(0, dimension).flatMap((letter) => {
    return flow.find(({ name }) => leafOf(name).toLowerCase() === letter) ?? [];
  });
  return members.length === dimension && members.includes(first)
    ? { name: "velocity", members }
    : undefined;
}

/** The vector that an array of that name is a component of, its members in the order x, y, z. */
function vectorOf<T extends { readonly name: string }>(
  own: string,
  arrays: readonly T[],
  dimension: number,
): { name: string; members: T[] } | undefined {
  const blowing = wind.exec(own);
  if (blowing !== null && dimension > 1) {
    const isLarge = own.startsWith(own.charAt(0).toUpperCase());
    const members = ["u", "v", "w"].slice(0, dimension).flatMap((letter) => {
      const wanted = `${isLarge ? letter.toUpperCase() : letter}${blowing[2]!}`;
      return arrays.find((array) => leafOf(array.name) === wanted) ?? [];
    });
    const isWhole = members.length === dimension;
    const heights = /\d+/.exec(blowing[2]!)?.[0] ?? "";
    if (isWhole && members.some((member) => leafOf(member.name) === own))
      return { name: `wind${heights}`, members };
  }
  const last = /^(.+?)([_-]?)([xyz])$/i.exec(own);
  const first = /^([xyz])([_-])(.+)$/i.exec(own);
  const name = last?.[1] ?? first?.[3];
  const letter = last?.[3] ?? first?.[1];
  if (name === undefined || letter === undefined) return undefined;
  // On a line one letter is all there is to see, and "flux" ends in it too.
  const separated = (last?.[2] ?? first?.[2] ?? "") !== "";
  if (dimension === 1 && !separated && !velocities.has(name.toLowerCase())) return undefined;
  const isLarge = letter === letter.toUpperCase();
  const members = letters.slice(0, dimension).flatMap((axis) => {
    const here = isLarge ? axis.toUpperCase() : axis;
    const wanted = last === null ? `${here}${first![2]!}${name}` : `${name}${last[2]!}${here}`;
    return arrays.find((array) => leafOf(array.name) === wanted) ?? [];
  });
  const isComplete = members.length === dimension;
  return isComplete && members.some((member) => leafOf(member.name) === own)
    ? { name, members }
    : undefined;
}

/** The name without its groups. */
export function leafOf(name: string): string {
  return name.split("/").at(-1)!;
}

/** As a field spec can have it. */
export function legal(name: string): string {
  const clean = name.replace(/[^\p{L}\p{N}_-]+/gu, "_");
  return /^[\p{L}_]/u.test(clean) ? clean : `_${clean}`;
}

function free(name: string, used: Set<string>): string {
  let own = name;
  for (let n = 2; used.has(own); n++) own = `${name}${n}`;
  used.add(own);
  return own;
}
