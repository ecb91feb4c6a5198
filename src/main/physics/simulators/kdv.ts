/**
 * The Korteweg–de Vries equation on a periodic line, by ETDRK4 on dealiased Fourier modes: the truncated equations keep
 * ∫u, ∫u² and ∫(αu³/6 − βu_x²/2) exactly, so what drifts is the time stepping alone.
 */
import { boost, onLine } from "./motions";
import { box, coefficient, courant, start, startChoice } from "./parameters";
import { scalarEvolution, scalarStart, squareFlux } from "./scalarField";
import { simulator } from "./simulator";

export const kdv = simulator({
  id: "kdv",
  title: "Korteweg–de Vries",
  equation: "u_t + α u u_x + β u_xxx = 0",
  tex: [String.raw`\partial_t u + \alpha\,u\,\partial_x u + \beta\,\partial_x^3 u = 0`],
  physics: "kdv",
  fields: "scalar:u",
  axes: 1,
  parameters: {
    alpha: coefficient("Nonlinearity α", "6 in the usual form.", 6),
    beta: coefficient("Dispersion β", "1 in the usual form.", 1),
    ...box(32, 0.1),
    waves: { ...start.waves, default: 3 },
    amplitude: { ...start.amplitude, default: 0.5 },
    mean: { ...start.mean, default: 0.3 },
    // Dispersion is exact, so the steepest wave's crossing of a cell sets the step.
    courant: courant(0.05, 1),
  },
  choices: startChoice("waves", "sines", "gaussians"),
  presets: {
    "zabusky-kruskal": {
      alpha: 1,
      beta: 0.000484,
      length: 2,
      dt: 0.02,
      mean: 0,
      amplitude: 0.7,
      waves: 1,
    },
  },
  size: 128,
  shape: (size) => [1, size],
  symmetry: (size, { length = 32, alpha = 6 }) => onLine(boost(size, length, 1, 0, [0.7], alpha)),
  initial: (random, size, coefficients, choices) =>
    scalarStart(random, size, 1, coefficients, choices),
  evolve: (state, size, { alpha = 6, beta = 1, courant: number = 0.05, ...rest }) =>
    scalarEvolution(state, size, 1, rest, {
      linear: ([k = 0]) => [0, beta * k ** 3],
      nonlinear: squareFlux(alpha / 2),
      step: (fastest) => (number * rest.length!) / (size * Math.abs(alpha) * fastest),
      travel: alpha,
    }),
});
