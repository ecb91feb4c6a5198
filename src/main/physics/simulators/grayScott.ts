/** The Gray–Scott reaction on a periodic plane: spots that divide, stripes, spirals (Pearson 1993, Science 261). */
import { Fourier } from "./fourier";
import { onPlane } from "./motions";
import { box, coefficient, start, startChoice } from "./parameters";
import { randomField } from "./randomField";
import { reactionEvolution } from "./reaction";
import { simulator } from "./simulator";

const fields = "scalar:u,scalar:v";

export const grayScott = simulator({
  id: "gray-scott",
  title: "Gray–Scott",
  equation: "u_t = D_u Δu − u v² + F (1 − u), v_t = D_v Δv + u v² − (F + k) v",
  tex: [
    String.raw`\partial_t u = D_u\,\Delta u - u v^2 + F(1 - u)`,
    String.raw`\partial_t v = D_v\,\Delta v + u v^2 - (F + k)\,v`,
  ],
  physics: "gray-scott",
  fields,
  axes: 2,
  parameters: {
    Du: coefficient("Diffusivity of u", "", 2e-5, 0),
    Dv: coefficient("Diffusivity of v", "", 1e-5, 0),
    F: coefficient("Feed F", "Rate at which u is replaced.", 0.037, 0),
    k: coefficient("Kill k", "Rate at which v is taken out, beside F.", 0.06, 0),
    ...box(1.25, 20),
    waves: { ...start.waves, default: 6 },
    anisotropy: start.anisotropy,
    step: {
      ...coefficient("Longest step", "Of the method; reactions take about 1/F.", 1, 1e-6, 5),
      advanced: true,
    },
  },
  choices: startChoice("waves", "gaussians", "sines", "bridge"),
  presets: {
    dividing: { F: 0.0367, k: 0.0649 },
    maze: { F: 0.029, k: 0.057 },
    spirals: { F: 0.018, k: 0.051 },
  },
  size: 64,
  shape: (size) => [2, size, size],
  symmetry: (size) => onPlane("d4", size, fields),
  initial(random, size, { length = 1, ...options }, { start: kind = "waves" }) {
    const fourier = new Fourier([size, size], length);
    const field = randomField(random, fourier, kind, options);
    const out = new Float64Array(2 * field.length);
    // Pearson's patches, u = ½ and v = ¼ in a sea of u = 1, here where a random field is high.
    field.forEach((height, i) => {
      const inside = (1 + Math.tanh(STEEPNESS * (height - 1))) / 2;
      out[i] = 1 - inside / 2;
      out[field.length + i] = inside / 4;
    });
    return out;
  },
  evolve: (state, size, { Du = 0, Dv = 0, F = 0, k = 0, step = 1, ...rest }) =>
    reactionEvolution(state, size, rest, {
      species: [
        { diffusivity: Du, decay: F },
        { diffusivity: Dv, decay: F + k },
      ],
      step,
      rate([u, v]) {
        const made = u!.map((one, i) => one * v![i]! ** 2);
        return [made.map((one) => F - one), made];
      },
    }),
});

/** Of the patches' edges: they take about a point in ten of the field’s height. */
const STEEPNESS = 4;
