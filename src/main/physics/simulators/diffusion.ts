/** Diffusion on a periodic plane, exact: every wave decays by itself. */
import { scalarEvolution } from "./scalarField";
import { box, coefficient, start } from "./parameters";
import type { Simulator } from "./simulator";

export const diffusion: Simulator = {
  id: "diffusion",
  title: "Diffusion",
  equation: "u_t = κ Δu",
  physics: "diffusion",
  fields: "scalar:u",
  axes: 2,
  parameters: {
    kappa: coefficient("Diffusivity κ", "In squared sides a unit of time.", 0.002, 0),
    ...box(1, 0.05),
    ...start,
    mean: { ...start.mean, default: 1 },
  },
  presets: { slow: { kappa: 0.0002 }, fast: { kappa: 0.02 } },
  size: 64,
  shape: (size) => [1, size, size],
  start: (random, size, coefficients) =>
    scalarEvolution(random, size, 2, coefficients, {
      linear: ([kx = 0, ky = 0]) => [-coefficients.kappa! * (kx * kx + ky * ky), 0],
      step: Infinity,
    }),
};
