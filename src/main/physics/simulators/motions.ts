/**
 * Motions that commute with an evolution F over a time t, g_t F(u) = F(g₀ u): symmetries of the grid, shifts, Galilean
 * boosts, turns of particles. A simulator declares those that its own arithmetic has to rounding, which is more than that
 * its equation has them: a boost by a fraction of a cell is lost on a finite volume grid.
 */
import { channelCount, parseFieldSpec } from "../../../shared/fields/spec";
import { act } from "../../../shared/groups/act";
import { groupByName, translations } from "../../../shared/groups/catalogue";
import { elementOf } from "../../../shared/groups/group";
import { Fourier } from "./fourier";

export interface Motion {
  /** As reports name it. */
  readonly label: string;
  /** g_t u; without boosts it is the same at all times. */
  act(state: Float64Array, time: number): Float64Array;
}

export interface Symmetry {
  /** The group on the grid that the evolution has, as data state it; `trivial` off a plane. */
  readonly group: string;
  /** Motions of every kind that it has, one for each element of the group and one for each continuous family. */
  readonly motions: readonly Motion[];
}

/** The group's elements, and shifts where the grid is periodic. */
export function onPlane(
  group: string,
  size: number,
  fields: string,
  periodic = true,
  ...more: readonly Motion[]
): Symmetry {
  const spec = parseFieldSpec(fields);
  const shape = [1, channelCount(spec), size, size];
  const elements = groupByName(group).elements.filter(({ id }) => id !== "e");
  const shifts = periodic ? [elementOf(translations(4), "tx1ty2")] : [];
  return {
    group,
    motions: [
      ...[...elements, ...shifts].map((element) => ({
        label: element.label,
        act: (state: Float64Array) => act(element, state, shape, spec),
      })),
      ...more,
    ],
  };
}

/** Shifts on a periodic line, and what else is named. */
export function onLine(...more: readonly Motion[]): Symmetry {
  const shift: Motion = {
    label: "shift by 3 points",
    act: (state) => state.map((_, i) => state.at(i - 3)!),
  };
  return { group: "trivial", motions: [shift, ...more] };
}

/** u(x) → sign · u(−x). */
export function mirror(sign: 1 | -1): Motion {
  return {
    label: sign === 1 ? "reflection" : "reflection with u → −u",
    act: (state) => state.map((_, i) => sign * state[(state.length - i) % state.length]!),
  };
}

/**
 * Every field u(x) → u(x − vt), and those of `raised` moved by as much as `by` says.
 * @param raised first channel of the velocity @param speed v for a raise by 1: α in u_t + α u u_x
 */
export function boost(
  size: number,
  length: number,
  channels: number,
  raised: number,
  by: readonly number[],
  speed = 1,
): Motion {
  return {
    label: `boost by ${by.join(", ")}`,
    act(state, time) {
      const fourier = new Fourier(new Array<number>(by.length).fill(size), length);
      const { points } = fourier;
      const out = new Float64Array(state.length);
      const shift = by.map((one) => one * speed * time);
      for (let c = 0; c < channels; c++) {
        const field = state.subarray(c * points, (c + 1) * points);
        const moved = fourier.inverse(fourier.shifted(fourier.forward(field), shift));
        const raise = by[c - raised] ?? 0;
        out.set(raise === 0 ? moved : moved.map((u) => u + raise), c * points);
      }
      return out;
    },
  };
}

/** Channel c times factors[c]. */
export function scaling(label: string, factors: readonly number[]): Motion {
  return {
    label,
    act: (state) => {
      const points = state.length / factors.length;
      return state.map((value, i) => value * factors[Math.floor(i / points)]!);
    },
  };
}

/** Of particles in the plane, [particle, (x, y, px, py)], each by itself. */
export function ofEach(
  label: string,
  move: (particle: readonly [number, number, number, number], time: number) => readonly number[],
): Motion {
  return {
    label,
    act(state, time) {
      const out = new Float64Array(state.length);
      for (let i = 0; i < state.length; i += 4) {
        out.set(move([state[i]!, state[i + 1]!, state[i + 2]!, state[i + 3]!], time), i);
      }
      return out;
    },
  };
}

/** Turn, reflection, shift and boost of particles of unit mass in the plane, and an exchange of two. */
export const euclidean: readonly Motion[] = [
  ofEach("rotation by 0.7 rad", ([x, y, px, py]) => [...turned(x, y), ...turned(px, py)]),
  ofEach("reflection", ([x, y, px, py]) => [-x, y, -px, py]),
  ofEach("translation", ([x, y, px, py]) => [x + 0.3, y - 1.1, px, py]),
  ofEach("boost", ([x, y, px, py], time) => [x + 0.4 * time, y - 0.2 * time, px + 0.4, py - 0.2]),
];

/** The first particle and the last change places. */
export const exchange: Motion = {
  label: "exchange of two particles",
  act(state) {
    const out = state.slice();
    out.copyWithin(0, state.length - 4);
    out.set(state.subarray(0, 4), state.length - 4);
    return out;
  },
};

export function turned(x: number, y: number, angle = 0.7): [number, number] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos * x - sin * y, sin * x + cos * y];
}
