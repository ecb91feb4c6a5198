/** The fields of a data set while they are being stated: names and kinds in the order of the channels. */
import { componentReadings, showReading } from "../../../shared/fields/reading";
import { hasReading, width, type FieldKind, type FieldSpec } from "../../../shared/fields/spec";

export interface Field {
  name: string;
  kind: FieldKind;
  /** Which components of a vector are stored, `(y,-x)`; absent where they are x, y, z. */
  stored?: string | undefined;
}

/** As they are stated, one a group. */
export function fieldsOf(spec: FieldSpec): Field[] {
  return spec.map((group) => {
    const { name, kind } = group;
    return { name, kind, ...(hasReading(group) ? { stored: showReading(group) } : {}) };
  });
}

/** The text that states them. */
export function textOf(fields: readonly Field[]): string {
  return fields.map(({ kind, name, stored = "" }) => `${kind}:${name.trim()}${stored}`).join(",");
}

/** The ways to store a vector's components as `stored` has them, x, y, z first, which is the empty text. */
export function waysToStore(dimension = 2): string[] {
  const ways = componentReadings(dimension).map(({ from, signs }) =>
    showReading({ channels: from, signs }),
  );
  return ["", ...ways.slice(1)];
}

/** How many channels the fields take together. @param dimension of space; the plane where there is no grid */
export function componentsOf(fields: readonly Field[], dimension = 2): number {
  return fields.reduce((count, { kind }) => count + width(kind, dimension), 0);
}

/**
 * The same with another kind at one place: on a plane a vector takes the next channel with it, a tensor the next three, and
 * a scalar in their place gives them back.
 */
export function withKind(
  fields: readonly Field[],
  at: number,
  kind: FieldKind,
  channels: number,
  dimension = 2,
): Field[] {
  const before = fields[at]!;
  const next = fields.map((field, i) => (i === at ? { name: field.name, kind } : field));
  const [was, is] = [width(before.kind, dimension), width(kind, dimension)];
  const stated = componentsOf(next, dimension);
  if (is > was) {
    while (componentsOf(next, dimension) > channels && next.length > at + 1) next.splice(at + 1, 1);
  } else if (is < was && stated < channels) {
    const given = Array.from({ length: was - is }, (_, i) => ({
      name: `${before.name}${i + 2}`,
      kind: "scalar" as const,
    }));
    next.splice(at + 1, 0, ...given);
  }
  return next;
}
