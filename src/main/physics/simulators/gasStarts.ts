/**
 * Random states of a gas to start from, of the kinds of PDEGym's compressible data (Herde et al. 2024, arXiv:2405.19101,
 * appendix B): Riemann problems with straight, curved and uncertain interfaces, vortices, a shear layer; and smooth waves.
 */
import type { Random } from "../../../shared/random";
import { Fourier } from "./fourier";
import type { ChoiceParameter } from "./parameters";
import { randomField, rms, type FieldOptions } from "./randomField";

/** ρ, vx, vy, p at a point. */
type Point = readonly [number, number, number, number];

interface GasOptions extends FieldOptions {
  /** Of the smooth starts. */
  readonly amplitude: number;
  /** Patches a side of the Riemann problems. */
  readonly patches: number;
  readonly gamma: number;
}

type GasStart = (random: Random, size: number, options: GasOptions) => (i: number) => Point;

const starts: Readonly<Record<string, { label: string; help: string; state: GasStart }>> = {
  riemann: {
    label: "Riemann problem",
    help: "Patches of constant state with straight edges.",
    state: (random, size, { patches }) => pieces(random, size, patches, () => 0),
  },
  curved: {
    label: "Curved Riemann problem",
    help: "The same, the edges bent by smooth random waves.",
    state(random, size, options) {
      const bend = [0, 1].map(() => smooth(random, size, { waves: 3 }));
      return pieces(
        random,
        size,
        options.patches,
        (i, axis) => (BEND * bend[axis]![i]!) / options.patches,
      );
    },
  },
  interfaces: {
    label: "Uncertain interfaces",
    help: "The same, every edge a random curve of one coordinate.",
    state(random, size, options) {
      const wander = [0, 1].map(() => alongSide(random, size));
      return pieces(random, size, options.patches, (i, axis) => {
        const along = axis === 0 ? Math.floor(i / size) : i % size;
        return (WANDER * wander[axis]![along]!) / options.patches;
      });
    },
  },
  gaussians: {
    label: "Gaussian vortices",
    help: "A flow whose vorticity is a sum of Gaussians, in a gas of one density and pressure.",
    state(random, size, { amplitude, ...options }) {
      const v = swirl(random, size, "gaussians", options).map((one) =>
        one.map((w) => 5 * amplitude * w),
      );
      return (i) => [0.1, v[0]![i]!, v[1]![i]!, 2.5];
    },
  },
  shear: {
    label: "Shear layer",
    help: "A dense band that slides along x past the rest, its edges disturbed (Kelvin–Helmholtz).",
    state(random, size) {
      const edges = [0, 1].map(() => alongSide(random, size));
      return (i) => {
        const [x, y] = [i % size, (Math.floor(i / size) + 0.5) / size];
        const [low, high] = edges.map((edge, side) => 0.25 + side / 2 + 0.01 * edge[x]!);
        return y > low! && y < high! ? [2, -0.5, 0, 2.5] : [1, 0.5, 0, 2.5];
      };
    },
  },
  waves: {
    label: "Smooth waves",
    help: "Density, pressure and a flow of random waves about a gas at rest.",
    state(random, size, { amplitude, ...options }) {
      const [rho, p] = [0, 1].map(() => smooth(random, size, options));
      const v = swirl(random, size, "waves", options);
      // The exponential keeps density and pressure positive at any amplitude.
      return (i) => [
        Math.exp(amplitude * rho![i]!),
        amplitude * v[0]![i]!,
        amplitude * v[1]![i]!,
        Math.exp(amplitude * p![i]!),
      ];
    },
  },
};

export const gasStartChoice: ChoiceParameter = {
  kind: "choice",
  label: "Start",
  help: "The kind of random state that a trajectory starts from.",
  default: "riemann",
  options: Object.entries(starts).map(([value, { label, help }]) => ({ value, label, help })),
};

/** ρ, vx, vy, p, [n, n] each, at the middles of the cells. */
export function gasStart(
  random: Random,
  size: number,
  kind: string,
  options: GasOptions,
): Float64Array {
  const at = starts[kind]!.state(random, size, options);
  const plane = size * size;
  const out = new Float64Array(4 * plane);
  for (let i = 0; i < plane; i++) {
    at(i).forEach((value, c) => (out[c * plane + i] = value));
  }
  return out;
}

/** Of the side of a patch, root mean square. */
const BEND = 0.25;
const WANDER = 0.1;

/** Patches of a random constant state. @param moved by how much, in sides, a point is looked up elsewhere */
function pieces(
  random: Random,
  size: number,
  patches: number,
  moved: (i: number, axis: number) => number,
): (i: number) => Point {
  const uniform = (low: number, high: number): number => low + (high - low) * random();
  const states = Array.from({ length: patches ** 2 }, (): Point => {
    const [rho, vx, vy, p] = [uniform(0.1, 1), uniform(-1, 1), uniform(-1, 1), uniform(0.1, 1)];
    return [rho, vx, vy, p];
  });
  const patch = (i: number, axis: number): number => {
    const cell = axis === 0 ? i % size : Math.floor(i / size);
    const x = (cell + 0.5) / size + moved(i, axis);
    return Math.floor(patches * (x - Math.floor(x))) % patches;
  };
  return (i) => states[patch(i, 1) * patches + patch(i, 0)]!;
}

/**
 * A smooth random field at the cells of a grid of any size: made on the next power of two and read off at the nearest
 * points, since the transforms know powers of two only.
 */
function smooth(random: Random, size: number, options: FieldOptions, kind = "waves"): Float64Array {
  const fine = 2 ** Math.max(3, Math.ceil(Math.log2(size)));
  return onCells(randomField(random, new Fourier([fine, fine], 1), kind, options), fine, size);
}

function onCells(field: Float64Array, fine: number, size: number): Float64Array {
  const near = (j: number): number => Math.floor((j * fine) / size);
  return Float64Array.from(
    { length: size * size },
    (_, i) => field[near(Math.floor(i / size)) * fine + near(i % size)]!,
  );
}

/** A flow without divergence, root mean square 1. */
function swirl(
  random: Random,
  size: number,
  kind: string,
  options: FieldOptions,
): [Float64Array, Float64Array] {
  const fine = 2 ** Math.max(3, Math.ceil(Math.log2(size)));
  const fourier = new Fourier([fine, fine], 1);
  const vorticity = fourier.forward(randomField(random, fourier, kind, options));
  const stream = fourier.scale(
    vorticity,
    fourier.squares().map((k2) => (k2 > 0 ? 1 / k2 : 0)),
  );
  const [x, y] = fourier.inversePair(fourier.derivative(stream, 1), fourier.derivative(stream, 0));
  const speed = Math.hypot(rms(x), rms(y));
  return [
    onCells(x, fine, size).map((v) => v / speed),
    onCells(y, fine, size).map((v) => -v / speed),
  ];
}

/** A smooth random function of one coordinate. */
function alongSide(random: Random, size: number): Float64Array {
  const fine = 2 ** Math.max(3, Math.ceil(Math.log2(size)));
  const field = randomField(random, new Fourier([fine], 1), "waves", { waves: 5 });
  return Float64Array.from({ length: size }, (_, j) => field[Math.floor((j * fine) / size)]!);
}
