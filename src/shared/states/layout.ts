/**
 * How a state's numbers are grouped where motions act on several parts of it alike: particles, each with the same
 * components. `5x6` is five particles of six numbers one after another; `5x(q:3,v:3)` says besides that each has its
 * position before its velocity; `q:5x3,p:5x3` is first all positions, then all momenta. Either way a particle's
 * components are its own numbers in the order of the names.
 */
import { UserError } from "../errors";
import type { FieldSpec } from "../fields/spec";
import { sizeOf } from "../tensor";

/** Components that belong together: a position, a momentum, a mass. */
export interface Part {
  readonly name: string;
  /** Its first component. */
  readonly first: number;
  readonly width: number;
}

export interface Layout {
  /** Parts on which a candidate acts alike; 1 where it acts on the whole state. */
  readonly particles: number;
  /** Numbers of one part. */
  readonly components: number;
  /** Names of the components, for figures and formulas: x1, x2 … or q1, q2, q3, p1 … */
  readonly names: readonly string[];
  /** What the components are; one part x where nobody said. */
  readonly parts: readonly Part[];
  /** Whether somebody named the parts. */
  readonly named: boolean;
  /** Position in the state of each particle's components, [particles][components]. */
  readonly positions: readonly Int32Array[];
}

/** Numbers side by side: of every particle one after another, or a particle's own. */
interface Block {
  readonly name: string;
  readonly width: number;
}

/**
 * @param state extents of one state, [d] or [particle, channel]
 * @param split as written; empty takes the data's own particle axis, `none` acts on the whole state
 * @param fields names the components of a particle where `split` does not
 * @throws UserError "states/split"
 */
export function layoutOf(
  state: readonly number[],
  split: string,
  fields: FieldSpec | null = null,
): Layout {
  const size = sizeOf(state);
  const text = split.trim();
  if (text === "none") return interleaved(1, [{ name: "x", width: size }], false);
  if (text === "") {
    const particles = state.length < 2 ? 1 : state[0]!;
    const width = size / particles;
    const known = fields?.map(({ name, channels }) => ({ name, width: channels.length }));
    if (known !== undefined && total(known) === width) return interleaved(particles, known, true);
    return interleaved(particles, [{ name: "x", width }], false);
  }
  const layout = splitOf(text);
  const stated = layout.particles * layout.components;
  if (stated !== size)
    throw refused(`“${text}” speaks of ${stated} numbers, but a state has ${size}`);
  return layout;
}

/** A split as it is typed, before there is a state; null where it leaves the grouping open. @throws UserError "states/split" */
export function parseSplit(text: string): Layout | null {
  return ["", "none"].includes(text.trim()) ? null : splitOf(text.trim());
}

function splitOf(text: string): Layout {
  const within = /^([1-9]\d*)\s*[x×]\s*\((.*)\)$/u.exec(text);
  const layout =
    within === null ? consecutive(text) : interleaved(Number(within[1]), partsOf(within[2]!), true);
  checkNames(text, layout.parts);
  return layout;
}

/** `q:3,v:3`. */
function partsOf(text: string): Block[] {
  return text.split(",").map((part) => {
    const match = /^([\p{L}_][\p{L}\p{N}_]*)\s*:\s*([1-9]\d*)$/u.exec(part.trim());
    if (match === null) throw refused(`“${part.trim()}” is no name with its number of components`);
    return { name: match[1]!, width: Number(match[2]) };
  });
}

/** `q:5x3,p:5x3`. */
function consecutive(text: string): Layout {
  const blocks = text.split(",").map((part) => {
    const match = /^(?:([\p{L}_][\p{L}\p{N}_]*)\s*:)?\s*(?:([1-9]\d*)\s*[x×]\s*)?([1-9]\d*)$/u.exec(
      part.trim(),
    );
    // A lone number says nothing: `6` may be six particles or six components.
    if (match === null || (match[1] === undefined && match[2] === undefined)) {
      throw refused(`“${part.trim()}” is no block of particles × components`);
    }
    return {
      name: match[1] ?? "x",
      named: match[1] !== undefined,
      particles: Number(match[2] ?? 1),
      width: Number(match[3]),
    };
  });
  const particles = blocks[0]!.particles;
  if (blocks.some((block) => block.particles !== particles)) {
    throw refused(`“${text}” names different numbers of particles`);
  }
  const named = blocks.every((block) => block.named);
  return layoutFrom(particles, blocks, named, (particle, block, k) => {
    const before = total(blocks.slice(0, block)) * particles;
    return before + particle * blocks[block]!.width + k;
  });
}

function interleaved(particles: number, blocks: readonly Block[], named: boolean): Layout {
  const components = total(blocks);
  return layoutFrom(
    particles,
    blocks,
    named,
    (particle, block, k) => particle * components + total(blocks.slice(0, block)) + k,
  );
}

/** @param place in the state of a particle's k-th number of a block */
function layoutFrom(
  particles: number,
  blocks: readonly Block[],
  named: boolean,
  place: (particle: number, block: number, k: number) => number,
): Layout {
  const each = blocks.flatMap(({ width }, block) =>
    Array.from({ length: width }, (_, k) => ({ block, k })),
  );
  return {
    particles,
    components: each.length,
    names: each.map(({ block, k }) => `${blocks[block]!.name}${k + 1}`),
    parts: blocks.map(({ name, width }, i) => ({ name, first: total(blocks.slice(0, i)), width })),
    named,
    positions: Array.from({ length: particles }, (_, particle) =>
      Int32Array.from(each, ({ block, k }) => place(particle, block, k)),
    ),
  };
}

function total(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { width }) => sum + width, 0);
}

function checkNames(text: string, parts: readonly Part[]): void {
  if (new Set(parts.map(({ name }) => name)).size === parts.length) return;
  throw refused(`“${text}” uses a name twice`);
}

function refused(reason: string): UserError {
  return new UserError("states/split", `The state cannot be split: ${reason}.`, {
    where: "split",
    todo: "Write particles × components like 5x6 or 5x(q:3,v:3), or blocks one after another like q:5x3,p:5x3, or none.",
  });
}
