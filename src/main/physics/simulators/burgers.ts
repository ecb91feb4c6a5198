/** Burgers' equation on a periodic line, by ETDRK4 on dealiased Fourier modes. */
import { scalarEvolution, squareFlux } from "./scalarField";
import { box, coefficient, start } from "./parameters";
import type { Simulator } from "./simulator";

/** Share of the time in which the fastest point crosses a cell. */
const COURANT = 0.2;

export const burgers: Simulator = {
  id: "burgers",
  title: "Burgers",
  equation: "u_t + u u_x = ν u_xx",
  physics: "burgers",
  fields: "scalar:u",
  axes: 1,
  parameters: {
    nu: coefficient(
      "Viscosity ν",
      "Fronts are about ν/amplitude wide: they need a few points.",
      0.01,
      1e-9,
    ),
    ...box(1, 0.02),
    ...start,
    waves: { ...start.waves, default: 3 },
  },
  presets: { viscous: { nu: 0.05 }, sharp: { nu: 0.003 } },
  size: 256,
  shape: (size) => [1, size],
  start: (random, size, coefficients) =>
    scalarEvolution(random, size, 1, coefficients, {
      linear: ([k = 0]) => [-coefficients.nu! * k * k, 0],
      nonlinear: squareFlux(0.5),
      step: (COURANT * coefficients.length!) / (size * 3 * speed(coefficients)),
    }),
};

/** Of a state, up to its extremes. */
function speed({ amplitude = 1, mean = 0 }: Readonly<Record<string, number>>): number {
  return Math.abs(amplitude) + Math.abs(mean) || 1;
}
