/**
 * The FitzHugh–Nagumo reaction on a periodic plane: an activator u and its inhibitor v form patterns. Coefficients as in
 * PDEBench's diffusion–reaction data (Takamoto et al. 2022, arXiv:2210.07182), whose box has walls instead.
 */
import { Fourier } from "./fourier";
import { onPlane } from "./motions";
import { box, coefficient, start, startChoice } from "./parameters";
import { randomField } from "./randomField";
import { reactionEvolution } from "./reaction";
import { simulator } from "./simulator";

const fields = "scalar:u,scalar:v";

export const fitzHughNagumo = simulator({
  id: "fitzhugh-nagumo",
  title: "FitzHugh–Nagumo",
  equation: "u_t = D_u Δu + u − u³ − k − v, v_t = D_v Δv + u − v",
  tex: [
    String.raw`\partial_t u = D_u\,\Delta u + u - u^3 - k - v`,
    String.raw`\partial_t v = D_v\,\Delta v + u - v`,
  ],
  physics: "fitzhugh-nagumo",
  fields,
  axes: 2,
  parameters: {
    Du: coefficient("Diffusivity of u", "", 0.001, 0),
    Dv: coefficient("Diffusivity of v", "", 0.005, 0),
    k: coefficient("Threshold k", "", 0.005),
    ...box(2, 0.05),
    waves: { ...start.waves, default: 12 },
    anisotropy: start.anisotropy,
    amplitude: start.amplitude,
    step: {
      ...coefficient("Longest step", "Of the method; the reaction’s own time is 1.", 0.05, 1e-6, 1),
      advanced: true,
    },
  },
  choices: startChoice("waves", "gaussians", "sines", "bridge"),
  presets: { long: { dt: 0.5 }, diagonal: { anisotropy: 0.9 } },
  size: 64,
  shape: (size) => [2, size, size],
  symmetry: (size) => onPlane("d4", size, fields),
  initial(random, size, { length = 1, amplitude = 1, ...options }, { start: kind = "waves" }) {
    const fourier = new Fourier([size, size], length);
    const out = new Float64Array(2 * fourier.points);
    for (const c of [0, 1]) {
      const field = randomField(random, fourier, kind, options);
      out.set(
        field.map((u) => amplitude * u),
        c * fourier.points,
      );
    }
    return out;
  },
  evolve(state, size, { Du = 0, Dv = 0, k = 0, step = 0.05, ...rest }) {
    const highest = state.reduce((most, u) => Math.max(most, u * u), 1);
    return reactionEvolution(state, size, rest, {
      species: [
        { diffusivity: Du, decay: 0 },
        { diffusivity: Dv, decay: 1 },
      ],
      step: step / highest,
      rate: ([u, v]) => [u!.map((one, i) => one - one ** 3 - k - v![i]!), u!],
    });
  },
});
