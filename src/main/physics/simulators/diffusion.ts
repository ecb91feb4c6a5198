/** Diffusion on a periodic plane, exact: every wave decays by itself. */
import { onPlane } from "./motions";
import { box, coefficient, start, startChoice } from "./parameters";
import { scalarEvolution, scalarStart } from "./scalarField";
import { simulator } from "./simulator";

export const diffusion = simulator({
  id: "diffusion",
  title: "Diffusion",
  equation: "u_t = κ Δu",
  tex: [String.raw`\partial_t u = \kappa\,\Delta u`],
  physics: "diffusion",
  fields: "scalar:u",
  axes: 2,
  parameters: {
    kappa: coefficient("Diffusivity κ", "In squared sides a unit of time.", 0.002, 0),
    ...box(1, 0.05),
    ...start,
    mean: { ...start.mean, default: 1 },
  },
  choices: startChoice("waves", "sines", "gaussians", "bridge"),
  presets: { slow: { kappa: 0.0002 }, fast: { kappa: 0.02 } },
  size: 64,
  shape: (size) => [1, size, size],
  symmetry: (size) => onPlane("d4", size, "scalar:u"),
  initial: (random, size, coefficients, choices) =>
    scalarStart(random, size, 2, coefficients, choices),
  evolve: (state, size, coefficients) =>
    scalarEvolution(state, size, 2, coefficients, {
      linear: ([kx = 0, ky = 0]) => [-coefficients.kappa! * (kx * kx + ky * ky), 0],
    }),
});
