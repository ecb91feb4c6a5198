/**
 * The Korteweg–de Vries equation on a periodic line, by ETDRK4 on dealiased Fourier modes: the truncated equations keep
 * ∫u, ∫u² and ∫(αu³/6 − βu_x²/2) exactly, so what drifts is the time stepping alone.
 */
import { scalarEvolution, squareFlux } from "./scalarField";
import { box, coefficient, start } from "./parameters";
import type { Simulator } from "./simulator";

/** Dispersion is exact, so the steepest wave's crossing of a cell sets the step. */
const COURANT = 0.1;

export const kdv: Simulator = {
  id: "kdv",
  title: "Korteweg–de Vries",
  equation: "u_t + α u u_x + β u_xxx = 0",
  physics: "kdv",
  fields: "scalar:u",
  axes: 1,
  parameters: {
    alpha: coefficient("Nonlinearity α", "6 in the usual form.", 6),
    beta: coefficient("Dispersion β", "1 in the usual form.", 1),
    ...box(32, 0.1),
    ...start,
    waves: { ...start.waves, default: 3 },
    amplitude: { ...start.amplitude, default: 0.5 },
    mean: { ...start.mean, default: 0.3 },
  },
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
  start(random, size, coefficients) {
    const { alpha = 6, beta = 1, length = 32, amplitude = 1, mean = 0 } = coefficients;
    const fastest = Math.abs(alpha) * (3 * Math.abs(amplitude) + 1.5 * Math.abs(mean)) || 1;
    return scalarEvolution(random, size, 1, coefficients, {
      linear: ([k = 0]) => [0, beta * k ** 3],
      nonlinear: squareFlux(alpha / 2),
      step: (COURANT * length) / (size * fastest),
    });
  },
};
