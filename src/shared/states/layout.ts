/**
 * How a state's numbers are grouped where candidates act on several parts of it alike: particles, each with the same
 * components. `5x6` is five particles of six numbers one after another; `q:5x3,p:5x3` first all positions, then all
 * momenta, so that a particle's components are its three positions and its three momenta.
 */
import { UserError } from "../errors";
import { sizeOf } from "../tensor";

export interface Layout {
  /** Parts on which a candidate acts alike; 1 where it acts on the whole state. */
  readonly particles: number;
  /** Numbers of one part. */
  readonly components: number;
  /** Names of the components, for figures: x1, x2 … or q1, q2, q3, p1 … */
  readonly names: readonly string[];
  /** Position in the state of each part's components, [particles][components]. */
  readonly positions: readonly Int32Array[];
}

/**
 * @param state extents of one state, [d] or [particle, channel]
 * @param split as written; empty takes the data's own particle axis, `none` acts on the whole state
 * @throws UserError "states/split"
 */
export function layoutOf(state: readonly number[], split: string): Layout {
  const size = sizeOf(state);
  const text = split.trim();
  if (text === "none" || (text === "" && state.length < 2)) return whole(size);
  if (text === "")
    return blocksLayout([{ name: "x", particles: state[0]!, width: size / state[0]! }]);
  const blocks = text.split(",").map((part) => {
    const match = /^(?:([\p{L}_][\p{L}\p{N}_]*)\s*:)?\s*([1-9]\d*)\s*[x×]\s*([1-9]\d*)$/u.exec(
      part.trim(),
    );
    if (match === null) {
      throw refused(`“${part.trim()}” is no block of particles × components`);
    }
    return { name: match[1] ?? "x", particles: Number(match[2]), width: Number(match[3]) };
  });
  const [first] = blocks;
  if (blocks.some(({ particles }) => particles !== first!.particles)) {
    throw refused(`“${text}” names different numbers of particles`);
  }
  if (new Set(blocks.map(({ name }) => name)).size < blocks.length) {
    throw refused(`“${text}” uses a name twice`);
  }
  const stated = blocks.reduce((sum, { particles, width }) => sum + particles * width, 0);
  if (stated !== size)
    throw refused(`“${text}” speaks of ${stated} numbers, but a state has ${size}`);
  return blocksLayout(blocks);
}

function whole(size: number): Layout {
  return blocksLayout([{ name: "x", particles: 1, width: size }]);
}

function blocksLayout(
  blocks: readonly { readonly name: string; readonly particles: number; readonly width: number }[],
): Layout {
  const particles = blocks[0]!.particles;
  const positions = Array.from({ length: particles }, (_, particle) => {
    const own: number[] = [];
    let start = 0;
    for (const { width } of blocks) {
      for (let k = 0; k < width; k++) own.push(start + particle * width + k);
      start += particles * width;
    }
    return Int32Array.from(own);
  });
  const names = blocks.flatMap(({ name, width }) =>
    Array.from({ length: width }, (_, k) => `${name}${k + 1}`),
  );
  return { particles, components: names.length, names, positions };
}

function refused(reason: string): UserError {
  return new UserError("states/split", `The state cannot be split: ${reason}.`, {
    where: "split",
    todo: "Write particles × components like 5x6, or blocks one after another like q:5x3,p:5x3, or none.",
  });
}
