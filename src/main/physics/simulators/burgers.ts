/** Burgers' equation on a periodic line, by ETDRK4 on dealiased Fourier modes. */
import { boost, mirror, onLine } from "./motions";
import { box, coefficient, courant, start, startChoice } from "./parameters";
import { scalarEvolution, scalarStart, squareFlux } from "./scalarField";
import { simulator } from "./simulator";

/** Points across a front below which the series rings. */
const POINTS = 2;

export const burgers = simulator({
  id: "burgers",
  title: "Burgers",
  equation: "u_t + u u_x = ν u_xx",
  tex: [String.raw`\partial_t u + u\,\partial_x u = \nu\,\partial_x^2 u`],
  physics: "burgers",
  fields: "scalar:u",
  axes: 1,
  parameters: {
    nu: coefficient(
      "Viscosity ν",
      "Fronts are about 8ν/(height of the jump) wide: they need a few points.",
      0.01,
      1e-9,
    ),
    ...box(1, 0.02),
    waves: { ...start.waves, default: 3 },
    amplitude: start.amplitude,
    mean: start.mean,
    courant: courant(0.2, 1),
  },
  choices: startChoice("waves", "sines", "gaussians", "bridge"),
  presets: { viscous: { nu: 0.05 }, sharp: { nu: 0.005 } },
  size: 256,
  shape: (size) => [1, size],
  symmetry: (size, { length = 1 }) => onLine(mirror(-1), boost(size, length, 1, 0, [0.7])),
  initial: (random, size, coefficients, choices) =>
    scalarStart(random, size, 1, coefficients, choices),
  evolve: (state, size, { nu = 0, courant: number = 0.2, ...rest }) =>
    scalarEvolution(state, size, 1, rest, {
      linear: ([k = 0]) => [-nu * k * k, 0],
      nonlinear: squareFlux(0.5),
      step: (fastest) => (number * rest.length!) / (size * fastest),
      travel: 1,
    }),
  remarks(state, size, { nu = 0, length = 1 }) {
    const jump = Math.max(...state) - Math.min(...state);
    // A front between u ± jump/2 is −jump/2·tanh(jump·x/4ν), which changes over 8ν/jump.
    const points = ((8 * nu) / jump) * (size / length);
    if (points >= POINTS) return [];
    return [
      `A front as high as the start would be ${points.toPrecision(2)} points wide, and the solution rings about it: take ν from ${((nu * POINTS) / points).toPrecision(2)} on, or more points.`,
    ];
  },
});
