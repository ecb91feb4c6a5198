/** The fields of a data set while they are being stated: names and kinds in the order of the channels. */
import type { FieldKind } from "../../../shared/fields/spec";

export interface Field {
  name: string;
  kind: FieldKind;
}

const componentsIn = (kind: FieldKind): number => (kind === "vector" ? 2 : 1);

/** How many channels the fields take together. */
export function componentsOf(fields: readonly Field[]): number {
  return fields.reduce((count, { kind }) => count + componentsIn(kind), 0);
}

/** The same with another kind at one place: a vector takes the next channel with it, a scalar gives one back. */
export function withKind(
  fields: readonly Field[],
  at: number,
  kind: FieldKind,
  channels: number,
): Field[] {
  const before = fields[at]!;
  const next = fields.map((field, i) => (i === at ? { ...field, kind } : field));
  const [was, is] = [componentsIn(before.kind), componentsIn(kind)];
  const stated = componentsOf(next);
  if (is > was && stated > channels) next.splice(at + 1, 1);
  else if (is < was && stated < channels) {
    next.splice(at + 1, 0, { name: `${before.name}2`, kind: "scalar" });
  }
  return next;
}
