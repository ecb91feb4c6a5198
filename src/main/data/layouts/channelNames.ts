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

/** They change their sign under reflections. */
const pseudoscalars = new Set([
  "vorticity",
  "vor",
  "omega",
  "stream_function",
  "streamfunction",
  "psi",
]);

/** One array a channel. @param dimension of space: how many components a vector has */
export function namedChannels<T extends { readonly name: string }>(
  arrays: readonly T[],
  dimension: number,
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
    const prefix = /^(.+?)[_-]?x$/i.exec(own)?.[1] ?? /^x[_-](.+)$/i.exec(own)?.[1];
    const members = prefix === undefined ? [] : componentsOf(prefix, first, left, dimension);
    if (prefix !== undefined && members.length === dimension) {
      for (const member of members.slice(1)) left.splice(left.indexOf(member), 1);
      add("vector", velocities.has(prefix.toLowerCase()) ? "velocity" : prefix, members);
    } else {
      add(pseudoscalars.has(own.toLowerCase()) ? "pseudoscalar" : "scalar", own, [first]);
    }
  }
  const names = new Set(arrays.map(({ name }) => leafOf(name).toLowerCase()));
  return {
    order,
    fields: fields.join(","),
    certain: !(dimension > 1 && names.has("u") && names.has("v")),
  };
}

function componentsOf<T extends { readonly name: string }>(
  prefix: string,
  first: T,
  others: readonly T[],
  dimension: number,
): T[] {
  const own = leafOf(first.name);
  const named = (letter: string): string =>
    /x$/i.test(own)
      ? own.slice(0, -1) + (own.endsWith("X") ? letter.toUpperCase() : letter)
      : letter + own.slice(1);
  const rest = letters
    .slice(1, dimension)
    .map((letter) => others.find(({ name }) => leafOf(name) === named(letter)));
  return prefix === "" ? [] : [first, ...rest.filter((array) => array !== undefined)];
}

/** The name without its groups. */
export function leafOf(name: string): string {
  return name.split("/").at(-1)!;
}

/** As a field spec can have it. */
function legal(name: string): string {
  const clean = name.replace(/[^\p{L}\p{N}_-]+/gu, "_");
  return /^[\p{L}_]/u.test(clean) ? clean : `_${clean}`;
}

function free(name: string, used: Set<string>): string {
  let own = name;
  for (let n = 2; used.has(own); n++) own = `${name}${n}`;
  used.add(own);
  return own;
}
