/** Diffusion on a periodic line or plane, exact: every wave decays by itself. */
import { mirror, onLine, onPlane } from "./motions";
import { box, coefficient, start, startChoice } from "./parameters";
import { scalarEvolution, scalarStart } from "./scalarField";
import { simulator } from "./simulator";

const kappa = coefficient("Diffusivity κ", "In squared sides a unit of time.", 0.002, 0);
const mean = { ...start.mean, default: 1 };
const choices = startChoice("waves", "sines", "gaussians", "bridge");
const presets = { slow: { kappa: 0.0002 }, fast: { kappa: 0.02 } };

export const diffusion = simulator({
  id: "diffusion",
  title: "Diffusion",
  equation: "u_t = κ Δu",
  tex: [String.raw`\partial_t u = \kappa\,\Delta u`],
  physics: "diffusion",
  fields: "scalar:u",
  axes: 2,
  parameters: { kappa, ...box(1, 0.05), ...start, mean },
  choices,
  presets,
  size: 64,
  shape: (size) => [1, size, size],
  symmetry: (size) => onPlane("d4", size, "scalar:u"),
  initial: (random, size, coefficients, chosen) =>
    scalarStart(random, size, 2, coefficients, chosen),
  evolve: (state, size, coefficients) =>
    scalarEvolution(state, size, 2, coefficients, {
      linear: ([kx = 0, ky = 0]) => [-coefficients.kappa! * (kx * kx + ky * ky), 0],
    }),
});

export const diffusion1d = simulator({
  id: "diffusion-1d",
  title: "Heat on a line",
  equation: "u_t = κ u_xx",
  tex: [String.raw`\partial_t u = \kappa\,\partial_x^2 u`],
  physics: "diffusion",
  fields: "scalar:u",
  axes: 1,
  parameters: {
    kappa,
    ...box(1, 0.05),
    waves: start.waves,
    amplitude: start.amplitude,
    mean,
  },
  choices,
  presets,
  size: 128,
  shape: (size) => [1, size],
  symmetry: () => onLine(mirror(1), mirror(-1)),
  initial: (random, size, coefficients, chosen) =>
    scalarStart(random, size, 1, coefficients, chosen),
  evolve: (state, size, coefficients) =>
    scalarEvolution(state, size, 1, coefficients, {
      linear: ([k = 0]) => [-coefficients.kappa! * k * k, 0],
    }),
});
