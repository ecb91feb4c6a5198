/** Linear advection on a periodic plane, exact: every wave moves with the wind. */
import { d4 } from "../../../shared/groups/catalogue";
import { onPlane } from "./motions";
import { box, coefficient, start, startChoice } from "./parameters";
import { scalarEvolution, scalarStart } from "./scalarField";
import { simulator } from "./simulator";

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
    mean: { ...start.mean, default: 1 },
  },
  choices: startChoice("waves", "sines", "gaussians", "bridge"),
  presets: { diagonal: { cx: 1, cy: 1 }, still: { cx: 0, cy: 0 } },
  size: 64,
  shape: (size) => [1, size, size],
  symmetry: (size, { cx = 0, cy = 0 }) => onPlane(stabiliser(cx, cy), size, "scalar:u"),
  initial: (random, size, coefficients, choices) =>
    scalarStart(random, size, 2, coefficients, choices),
  evolve: (state, size, coefficients) =>
    scalarEvolution(state, size, 2, coefficients, {
      linear: ([kx = 0, ky = 0]) => [0, -(coefficients.cx! * kx + coefficients.cy! * ky)],
    }),
});

/** The elements of D4 that leave the wind as it is. */
function stabiliser(x: number, y: number): string {
  const kept = d4.elements.filter(
    ({ matrix: [[a, b], [c, d]] }) => a * x + b * y === x && c * x + d * y === y,
  );
  return kept.map(({ id }) => id).join(",");
}
