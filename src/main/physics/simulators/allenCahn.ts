/**
 * Allen–Cahn on a periodic plane: two phases ±1 part, and their fronts shrink by curvature. Both forms are gradient flows of
 * ∫ ε²/2|∇u|² + ¼(u² − 1)², the second among states of one mean (Rubinstein and Sternberg 1992, IMA J. Appl. Math. 48).
 */
import { onPlane, scaling } from "./motions";
import { box, coefficient, start, startChoice } from "./parameters";
import { reactionEvolution } from "./reaction";
import { scalarStart } from "./scalarField";
import { simulator, type Simulator } from "./simulator";

/** Points across a front, 2√2 ε, below which it sticks to the grid. */
const POINTS = 3;

export const allenCahn = phases({
  id: "allen-cahn",
  title: "Allen–Cahn",
  equation: "u_t = ε² Δu + u − u³",
  tex: [String.raw`\partial_t u = \varepsilon^2\,\Delta u + u - u^3`],
  keepsMean: false,
});

export const conservativeAllenCahn = phases({
  id: "conservative-allen-cahn",
  title: "Allen–Cahn of kept mass",
  equation: "u_t = ε² Δu + u − u³ + mean(u³ − u)",
  tex: [
    String.raw`\partial_t u = \varepsilon^2\,\Delta u + u - u^3 + \operatorname{mean}(u^3 - u)`,
  ],
  keepsMean: true,
});

interface Form {
  readonly id: string;
  readonly title: string;
  readonly equation: string;
  readonly tex: readonly string[];
  readonly keepsMean: boolean;
}

function phases({ keepsMean, ...form }: Form): Simulator {
  return simulator({
    ...form,
    physics: form.id,
    fields: "scalar:u",
    axes: 2,
    parameters: {
      epsilon: coefficient("Width ε", "Fronts are about 2√2 ε wide.", 0.03, 1e-9),
      ...box(1, 0.5),
      ...start,
      amplitude: { ...start.amplitude, default: 0.5 },
      step: {
        ...coefficient(
          "Longest step",
          "Of the method; the reaction’s own time is 1.",
          0.1,
          1e-6,
          1,
        ),
        advanced: true,
      },
    },
    choices: startChoice("waves", "sines", "gaussians", "bridge"),
    presets: { sharp: { epsilon: 0.015 }, diagonal: { anisotropy: 0.9 } },
    size: 64,
    shape: (size) => [1, size, size],
    symmetry: (size) => onPlane("d4", size, "scalar:u", true, scaling("u → −u", [-1])),
    initial: (random, size, coefficients, choices) =>
      scalarStart(random, size, 2, coefficients, choices),
    evolve(state, size, coefficients) {
      const { epsilon = 0, step = 0.1 } = coefficients;
      const highest = state.reduce((most, u) => Math.max(most, u * u), 1);
      return reactionEvolution(state, size, coefficients, {
        species: [{ diffusivity: epsilon ** 2, decay: 0 }],
        step: step / highest,
        rate([u]) {
          const made = u!.map((one) => one - one ** 3);
          if (!keepsMean) return [made];
          const mean = made.reduce((sum, one) => sum + one, 0) / made.length;
          return [made.map((one) => one - mean)];
        },
      });
    },
    remarks(_, size, { epsilon = 0, length = 1 }) {
      const points = (Math.sqrt(8) * epsilon * size) / length;
      if (points >= POINTS) return [];
      return [
        `Fronts are ${points.toPrecision(2)} points wide and stick to the grid: take ε from ${((epsilon * POINTS) / points).toPrecision(2)} on, or more points.`,
      ];
    },
  });
}
