/** What a data file says of the equations its states obey: an entry of the catalogue and the numbers in them, as a text. */

export interface StatedPhysics {
  /** An entry of the catalogue, or whatever else a file calls it. */
  readonly physics: string;
  readonly coefficients: Readonly<Record<string, number>>;
}

/** `springs: k=2,rest=1`, and `advection` where there are no numbers. */
export function showPhysics({ physics, coefficients }: StatedPhysics): string {
  const numbers = Object.entries(coefficients).map(([name, value]) => `${name}=${value}`);
  return numbers.length === 0 ? physics : `${physics}: ${numbers.join(",")}`;
}

/** undefined for a text of another kind: nobody is to blame for a file that calls something else its physics. */
export function parsePhysics(text: string): StatedPhysics | undefined {
  const [, physics, list = ""] = /^\s*([A-Za-z][\w-]*)\s*(?::(.*))?$/s.exec(text) ?? [];
  if (physics === undefined) return undefined;
  const coefficients: Record<string, number> = {};
  for (const part of list.split(",").filter((one) => one.trim() !== "")) {
    const [, name, value] = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=\s*(\S+)\s*$/u.exec(part) ?? [];
    if (name === undefined || !Number.isFinite(Number(value))) return undefined;
    coefficients[name] = Number(value);
  }
  return { physics, coefficients };
}
