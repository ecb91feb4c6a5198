/** Linear advection on a periodic line or plane, exact: every wave moves with the wind. */
import { d4 } from "../../../shared/groups/catalogue";
import { onLine, onPlane, scaling } from "./motions";
import { box, coefficient, start, startChoice } from "./parameters";
import { scalarEvolution, scalarStart } from "./scalarField";
import { simulator } from "./simulator";

const mean = { ...start.mean, default: 1 };
const choices = startChoice("waves", "sines", "gaussians", "bridge");

export const advection = simulator({
  id: "advection",
  title: "Linear advection",
  equation: "u_t + c·∇u = 0",
  tex: [String.raw`\partial_t u + c\cdot\nabla u = 0`],
  physics: "advection",
  fields: "scalar:u",
  axes: 2,
  parameters: {
    cx: coefficient("Speed along x", "In sides a unit of time.", 1),
    cy: coefficient("Speed along y", "In sides a unit of time.", 0.5),
    ...box(1, 0.02),
    ...start,
    mean,
  },
  choices,
  presets: { diagonal: { cx: 1, cy: 1 }, still: { cx: 0, cy: 0 } },
  size: 64,
  shape: (size) => [1, size, size],
  symmetry: (size, { cx = 0, cy = 0 }) => onPlane(stabiliser(cx, cy), size, "scalar:u"),
  initial: (random, size, coefficients, chosen) =>
    scalarStart(random, size, 2, coefficients, chosen),
  evolve: (state, size, coefficients) =>
    scalarEvolution(state, size, 2, coefficients, {
      linear: ([kx = 0, ky = 0]) => [0, -(coefficients.cx! * kx + coefficients.cy! * ky)],
    }),
});

export const advection1d = simulator({
  id: "advection-1d",
  title: "Linear advection on a line",
  equation: "u_t + c u_x = 0",
  tex: [String.raw`\partial_t u + c\,\partial_x u = 0`],
  physics: "advection",
  fields: "scalar:u",
  axes: 1,
  parameters: {
    c: coefficient("Speed c", "In sides a unit of time.", 1),
    ...box(1, 0.02),
    waves: start.waves,
    amplitude: start.amplitude,
    mean,
  },
  choices,
  presets: { slow: { c: 0.1 } },
  size: 128,
  shape: (size) => [1, size],
  symmetry: () => onLine(scaling("amplitude times 1.7", [1.7])),
  initial: (random, size, coefficients, chosen) =>
    scalarStart(random, size, 1, coefficients, chosen),
  evolve: (state, size, coefficients) =>
    scalarEvolution(state, size, 1, coefficients, {
      linear: ([k = 0]) => [0, -coefficients.c! * k],
    }),
});

/** The elements of D4 that leave the wind as it is. */
function stabiliser(x: number, y: number): string {
  const kept = d4.elements.filter(
    ({ matrix: [[a, b], [c, d]] }) => a * x + b * y === x && c * x + d * y === y,
  );
  return kept.map(({ id }) => id).join(",");
}
