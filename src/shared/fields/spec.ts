/**
 * What the channels of a state mean: which belong together and how they transform. Group actions, losses and plots
 * read this; nothing guesses it from the number of channels.
 */
import { UserError } from "../errors";
import { componentNames, readingAsStored, showReading, type Sign } from "./reading";

/**
 * How a channel group transforms under an isometry with matrix M of the plane:
 * - `scalar` moves with its point; `density` the same (isometries keep areas), but it is a conserved amount per area
 * - `pseudoscalar` moves and is multiplied by det M (vorticity, stream function)
 * - `vector` moves and its components (x, y) are mixed by M
 * - `tensor`, of order 2, moves and becomes M T Mᵀ; its components lie row by row, xx, xy, yx, yy
 */
export type FieldKind = "scalar" | "pseudoscalar" | "vector" | "density" | "tensor";

export const fieldKinds: readonly FieldKind[] = [
  "scalar",
  "pseudoscalar",
  "vector",
  "density",
  "tensor",
];

export interface ChannelGroup {
  readonly name: string;
  readonly kind: FieldKind;
  /** Indices on the channel axis; a vector's in the order of its components x, y, z, however they are stored. */
  readonly channels: readonly number[];
  /** What each of these channels is multiplied by to be the vector's component; absent where all are stored as they are. */
  readonly signs?: readonly Sign[];
}

export type FieldSpec = readonly ChannelGroup[];

/** One channel as tables and legends name it. */
export interface ChannelLabel {
  readonly name: string;
  /** `vector.x` and `vector.y` for components, `-vector.x` where minus it is stored, otherwise the group's kind. */
  readonly kind: string;
  readonly group: string;
}

/** A rectangular grid in array order (last axis x), points evenly spaced. */
export interface Grid {
  /** Points an axis, `[H, W]` in two dimensions. */
  readonly size: readonly number[];
  /** Side lengths, in the data's unit of length. */
  readonly length: readonly number[];
  readonly periodic: readonly boolean[];
}

/** A periodic grid whose axes all have side length 1 (right edge excluded). */
export function unitGrid(size: readonly number[]): Grid {
  return { size, length: size.map(() => 1), periodic: size.map(() => true) };
}

/** Components of a vector where nothing else is said: the plane's, which the groups act on. */
const PLANE = 2;

/** How many channels a field of this kind has in a space of that many dimensions. */
export function width(kind: FieldKind, dimension: number): number {
  if (kind === "tensor") return dimension ** 2;
  return kind === "vector" ? dimension : 1;
}

/** The index i·d + j of T_ij: a tensor's components are row by row. @param components of it, d² */
export function tensorIndex(components: number, row: number, column: number): number {
  return row * Math.sqrt(components) + column;
}

/**
 * Reads `scalar:p,vector:v`: one scalar channel p, then v's x and y component. Where components are stored otherwise,
 * brackets say what is stored, in its order: `vector:v(y,-x)`.
 * @param dimension of the space that the states live on: a vector has as many components, a tensor their square
 * @throws UserError "fields/syntax" that marks the position in the text
 */
export function parseFieldSpec(text: string, dimension = PLANE): FieldSpec {
  const groups: ChannelGroup[] = [];
  const names = new Set<string>();
  let position = 0;
  let channel = 0;
  for (const part of partsOf(text)) {
    const start = position + (part.length - part.trimStart().length);
    position += part.length + 1;
    const problem = (sentence: string): UserError => syntaxError(text, start, sentence);
    const pieces = /^([^(]*)(?:\((.*)\)\s*)?$/u.exec(part);
    if (pieces === null) throw problem("brackets must be closed, and a comma follow");
    const [, outside = "", inside] = pieces;
    const [kindText = "", name = "", ...rest] = outside.split(":").map((piece) => piece.trim());
    const kind = fieldKinds.find((known) => known === kindText);
    if (kind === undefined) {
      throw problem(
        `${kindText === "" ? "a kind of field is missing" : `"${kindText}" is no kind of field`} (${fieldKinds.join(", ")})`,
      );
    }
    if (rest.length > 0 || !/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) {
      throw problem(`after ${kind} there must be a colon and a name`);
    }
    if (names.has(name)) throw problem(`the name "${name}" is used twice`);
    names.add(name);
    const count = width(kind, dimension);
    if (inside !== undefined && kind !== "vector") {
      throw problem(`only vectors have components to list in brackets, and ${name} is a ${kind}`);
    }
    const reading = inside === undefined ? undefined : readingAsStored(inside, name, count);
    if (typeof reading === "string") throw problem(reading);
    const stored = reading?.from ?? Array.from({ length: count }, (_, i) => i);
    const channels = stored.map((component) => channel + component);
    const negated = reading?.signs.includes(-1) === true;
    groups.push({ name, kind, channels, ...(negated ? { signs: reading.signs } : {}) });
    channel += channels.length;
  }
  return groups;
}

/** What stands between commas that are in no brackets. */
function partsOf(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if (letter === "(") depth++;
    if (letter === ")") depth--;
    if (letter === "," && depth <= 0) parts.push("");
    else parts.push(`${parts.pop()!}${letter}`);
  }
  return parts;
}

function syntaxError(text: string, position: number, problem: string): UserError {
  const marked = `${text.slice(0, position)}▸${text.slice(position)}`;
  return new UserError("fields/syntax", `Fields "${marked}": ${problem}.`, {
    todo: "Write groups like scalar:p,vector:v, in the order of the channels; vector:v(y,-x) where other components are stored than x and y.",
  });
}

/** The spec as `parseFieldSpec` reads it. Channel order is the order of the groups. */
export function showFieldSpec(spec: FieldSpec): string {
  return spec
    .map((group) => `${group.kind}:${group.name}${hasReading(group) ? showReading(group) : ""}`)
    .join(",");
}

/** Whether a vector's components are stored in another order than x, y, z, or with another sign. */
export function hasReading({ channels, signs }: ChannelGroup): boolean {
  return (
    signs?.includes(-1) === true ||
    channels.some((channel, i) => i > 0 && channel < channels[i - 1]!)
  );
}

/** The sign of a vector's component as it is stored; 1 of everything else. */
export function signOf({ signs }: ChannelGroup, component: number): Sign {
  return signs?.[component] ?? 1;
}

/** The sign of every channel, in channel order. */
export function channelSigns(spec: FieldSpec): Sign[] {
  const signs: Sign[] = [];
  for (const field of spec) {
    field.channels.forEach((channel, i) => (signs[channel] = signOf(field, i)));
  }
  return signs;
}

/** The same groups with components stored as x, y, z: what a file says once they were put so. */
export function withoutReadings(spec: FieldSpec): FieldSpec {
  return spec.map(({ name, kind, channels }) => {
    return { name, kind, channels: channels.toSorted((a, b) => a - b) };
  });
}

/** Number of channels that the groups use. */
export function channelCount(spec: FieldSpec): number {
  return spec.reduce((count, group) => count + group.channels.length, 0);
}

/**
 * Checks that the groups cover each of `count` channels once and vectors have as many components as space has directions,
 * tensors the square of it.
 * @throws UserError "fields/channels"
 */
export function checkFieldSpec(spec: FieldSpec, count: number, dimension = PLANE): void {
  for (const { name, kind, channels } of spec) {
    if (channels.length !== width(kind, dimension)) {
      throw channelError(
        spec,
        `the ${kind} ${name} has ${channels.length} channels, not ${width(kind, dimension)}`,
      );
    }
  }
  const stated = channelCount(spec);
  if (stated !== count) {
    throw channelError(spec, `they name ${stated} channels, but there are ${count}`);
  }
  const covered = new Set(spec.flatMap((group) => group.channels));
  for (let channel = 0; channel < count; channel++) {
    if (!covered.has(channel)) throw channelError(spec, `no group has channel ${channel}`);
  }
}

function channelError(spec: FieldSpec, problem: string): UserError {
  return new UserError("fields/channels", `Fields "${showFieldSpec(spec)}": ${problem}.`, {
    todo: "State a kind for every channel (--fields on the command line).",
  });
}

/**
 * One label a channel, in channel order: p (scalar), v.x (vector.x), v.y (vector.y); −v.x (-vector.x) where minus that
 * component is stored; on a line just v (vector.x). Of a tensor T.xx (tensor.xx), T.xy … in rows.
 */
export function channelLabels(spec: FieldSpec): ChannelLabel[] {
  const labels: ChannelLabel[] = [];
  for (const field of spec) {
    const { name, kind, channels } = field;
    channels.forEach((channel, i) => {
      const component = componentOf(kind, i, channels.length);
      if (component === undefined) {
        labels[channel] = { name, kind, group: name };
        return;
      }
      const minus = signOf(field, i) < 0;
      labels[channel] = {
        name: `${minus ? "−" : ""}${channels.length === 1 ? name : `${name}.${component}`}`,
        kind: `${minus ? "-" : ""}${kind}.${component}`,
        group: name,
      };
    });
  }
  return labels;
}

/** x, y, z of a vector, xx, xy … of a tensor; undefined of what has no components. */
function componentOf(kind: FieldKind, i: number, components: number): string | undefined {
  if (kind === "vector") return componentNames[i]!;
  if (kind !== "tensor") return undefined;
  const side = Math.sqrt(components);
  return `${componentNames[Math.floor(i / side)]!}${componentNames[i % side]!}`;
}
