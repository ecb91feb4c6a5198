/** Linear advection on a periodic plane, exact: every wave moves with the wind. */
import { scalarEvolution } from "./scalarField";
import { box, coefficient, start } from "./parameters";
import type { Simulator } from "./simulator";

export const advection: Simulator = {
  id: "advection",
  title: "Linear advection",
  equation: "u_t + c·∇u = 0",
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
  presets: { diagonal: { cx: 1, cy: 1 }, still: { cx: 0, cy: 0 } },
  size: 64,
  shape: (size) => [1, size, size],
  start: (random, size, coefficients) =>
    scalarEvolution(random, size, 2, coefficients, {
      linear: ([kx = 0, ky = 0]) => [0, -(coefficients.cx! * kx + coefficients.cy! * ky)],
      step: Infinity,
    }),
};
