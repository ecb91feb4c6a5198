/** Channels of a state as pictures: which map, and the scale that is shared by all that are compared. */
import type { ColourMapId, ColourScale } from "../../shared/charts/colormaps";
import { signOf, type ChannelGroup, type FieldSpec } from "../../shared/fields/spec";

export interface Scale extends ColourScale {
  readonly map: ColourMapId;
}

/** One channel, [height, width]. */
export type Plane = Float32Array | Float64Array;

/** Channel `channel` of values [C, H, W], not copied. */
export function plane<A extends Plane>(values: A, channel: number, size: number): A {
  return values.subarray(channel * size, (channel + 1) * size) as A;
}

/** Component i of a vector along its axis, whichever sign it is stored with. @param values [C, H, W] */
export function component<A extends Plane>(
  values: A,
  vector: ChannelGroup,
  i: number,
  size: number,
): A {
  const stored = plane(values, vector.channels[i]!, size);
  return signOf(vector, i) > 0 ? stored : (stored.map((value) => -value) as A);
}

/**
 * One scale for all the given values: diverging about zero where they have both signs, else sequential. Not a number
 * and infinite values are left out. A single value has a scale of no extent, and the colour of its middle.
 */
export function scaleOf(parts: Iterable<ArrayLike<number>>): Scale {
  let min = Infinity;
  let max = -Infinity;
  for (const values of parts) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (min > max) return { map: "viridis", min: 0, max: 1 };
  if (min < 0 && max > 0) {
    const size = Math.max(-min, max);
    return { map: "balance", min: -size, max: size };
  }
  return { map: "viridis", min, max };
}

/** Each channel's scale: shared by the components of a field, and by all the states [C, H, W] that are compared. */
export function scalesOf(
  spec: FieldSpec | undefined,
  channels: number,
  size: number,
  states: readonly Plane[],
): Scale[] {
  const scales: Scale[] = [];
  for (const group of scaleGroups(spec, channels)) {
    const scale = scaleOf(
      states.flatMap((state) => group.map((channel) => plane(state, channel, size))),
    );
    for (const channel of group) scales[channel] = scale;
  }
  return scales;
}

/** Which channels share a scale: components of one vector do, since a group mixes them. */
export function scaleGroups(spec: FieldSpec | undefined, channels: number): number[][] {
  if (spec === undefined) return Array.from({ length: channels }, (_, channel) => [channel]);
  return spec.map((group) => [...group.channels]);
}
