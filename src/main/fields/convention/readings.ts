/**
 * The ways to read the components of a vector: each direction of space takes one of them, with either sign. Eight on a
 * plane, 48 in space, 2 on a line.
 */

import { componentReadings, type ComponentReading } from "../../../shared/fields/reading";
import { signOf, type ChannelGroup } from "../../../shared/fields/spec";

const directions = ["x", "y", "z"] as const;

export interface Reading extends ComponentReading {
  /** What the stored components are under it: "(vy, −vx)". */
  readonly name: string;
  readonly description: string;
}

/** All of them, the stated one first. @param vector as many components as space has directions */
export function readingsOf(vector: ChannelGroup): readonly Reading[] {
  const dimension = vector.channels.length;
  const stored = storedChannels(vector);
  const isStated = ({ from, signs }: Reading): boolean =>
    from.every((c, i) => stored[c] === vector.channels[i] && signs[i] === signOf(vector, i));
  return componentReadings(dimension)
    .map(({ from, signs }): Reading => {
      return { from, signs, name: nameOf(from, signs), description: inWords(from, signs) };
    })
    .sort((a, b) => Number(isStated(b)) - Number(isStated(a)));
}

/** The vector's channels in the order in which they lie. */
export function storedChannels({ channels }: ChannelGroup): readonly number[] {
  return channels.toSorted((a, b) => a - b);
}

/** The same vector, read so. */
export function readAs(vector: ChannelGroup, { from, signs }: Reading): ChannelGroup {
  const stored = storedChannels(vector);
  const { name, kind } = vector;
  return { name, kind, channels: from.map((c) => stored[c]!), signs };
}

/** Whether two readings differ by the sign of the whole vector alone, or not at all. */
export function sameUpToSign(a: Reading, b: Reading): boolean {
  const sign = a.signs[0]! * b.signs[0]!;
  return (
    a.from.every((c, i) => c === b.from[i]) && a.signs.every((s, i) => s * b.signs[i]! === sign)
  );
}

/**
 * Whether on a plane the two turn a flow without divergence into one without curl: v under one is v under the other,
 * turned by a right angle.
 */
export function atRightAngle(a: Reading, b: Reading): boolean {
  const [p, q] = [a, b];
  if (p.from.length !== 2 || p.from[0] === q.from[0]) return false;
  return p.signs[0]! * q.signs[1]! === -p.signs[1]! * q.signs[0]!;
}

function nameOf(from: Reading["from"], signs: Reading["signs"]): string {
  const stored = from.map((_, component) => {
    const direction = from.indexOf(component);
    return `${signs[direction]! < 0 ? "−" : ""}v${directions[direction]!}`;
  });
  return `(${stored.join(", ")})`;
}

function inWords(from: Reading["from"], signs: Reading["signs"]): string {
  const exchanged = from.some((component, i) => component !== i);
  const reversed = signs.filter((sign) => sign < 0).length;
  if (!exchanged && reversed === 0) {
    return from.length === 1
      ? "as the axis runs"
      : "the last axis is x, components in the order of the directions";
  }
  const parts = [
    ...(exchanged
      ? [
          from.length === 2
            ? "the last axis is y, or components are (y, x)"
            : "axes or components are in another order",
        ]
      : []),
    ...(reversed === 0
      ? []
      : [
          reversed === from.length
            ? "every component has the other sign, or times run backwards"
            : "an axis runs against its component, as when row 0 is at the top",
        ]),
  ];
  return parts.join("; ");
}
