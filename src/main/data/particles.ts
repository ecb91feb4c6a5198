/** Trajectories of particles: positions and velocities in two arrays, seen as one state [particle, channel]. */
import { sizeOf } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import { boxesIn } from "./box";
import { parts } from "./parts";

/** Name pairs that mean this. */
const names = [
  ["position", "velocity"],
  ["positions", "velocities"],
  ["q", "p"],
] as const;

export interface ParticleStates {
  /** [trajectory, time, particle, channel], channels: the components of the first array, then of the second. */
  readonly array: ArraySource;
  /** `vector:position,vector:velocity`; undefined where particles do not move in a plane. */
  readonly fields: string | undefined;
}

/** undefined where the file has no such pair of equal shapes [N, T, P, D]. */
export function particleStates(
  arrays: ReadonlyMap<string, ArraySource>,
): ParticleStates | undefined {
  for (const [first, second] of names) {
    const a = arrays.get(first);
    const b = arrays.get(second);
    if (a?.shape.length !== 4 || a.shape.join() !== b?.shape.join()) continue;
    const inPlane = a.shape[3] === 2;
    return {
      array: sideBySide(a, b),
      fields: inPlane ? `vector:${first},vector:${second}` : undefined,
    };
  }
  return undefined;
}

/** Two arrays joined along their last axis, in float64. Particle files are small, so both are read whole, once. */
function sideBySide(a: ArraySource, b: ArraySource): ArraySource {
  const width = a.shape.at(-1)!;
  const shape = [...a.shape.slice(0, -1), 2 * width];
  let joined: Promise<Float64Array> | undefined;
  const join = async (): Promise<Float64Array> => {
    const [left, right] = await Promise.all([a.read(), b.read()]);
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      const row = Math.floor(i / (2 * width));
      const column = i % (2 * width);
      return Number(
        column < width ? left[row * width + column] : right[row * width + column - width],
      );
    });
  };
  return {
    name: `${a.name}, ${b.name}`,
    where: `${a.where}, ${b.name}`,
    shape,
    dtype: "float64",
    storedType: a.storedType,
    async read(ranges) {
      joined ??= join();
      const data = await joined;
      return ranges === undefined ? data : parts("float64", data, ranges);
    },
    async readBoxes(boxes, into) {
      joined ??= join();
      return boxesIn("float64", shape, await joined, boxes, into);
    },
  };
}
