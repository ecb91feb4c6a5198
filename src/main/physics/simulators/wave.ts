/** The wave equation on a periodic plane, exact: every mode swings by itself. */
import { Fourier } from "./fourier";
import { onPlane, scaling } from "./motions";
import { box, coefficient, start, startChoice } from "./parameters";
import { randomField } from "./randomField";
import { simulator } from "./simulator";

export const wave = simulator({
  id: "wave",
  title: "Waves",
  equation: "u_t = v, v_t = c² Δu",
  tex: [String.raw`\partial_t u = v,\quad \partial_t v = c^2\,\Delta u`],
  physics: "wave",
  fields: "scalar:u,scalar:v",
  axes: 2,
  parameters: {
    c: coefficient("Speed c", "In sides a unit of time.", 1, 0),
    ...box(1, 0.02),
    waves: start.waves,
    anisotropy: start.anisotropy,
    amplitude: { ...start.amplitude, help: "Root mean square of u at the start." },
    swing: coefficient("Swing", "Root mean square of v = u_t at the start.", 5),
  },
  choices: startChoice("gaussians", "waves", "sines", "bridge"),
  presets: { plucked: { swing: 0 }, diagonal: { start: "waves", anisotropy: 0.9 } },
  size: 64,
  shape: (size) => [2, size, size],
  symmetry: (size) =>
    onPlane("d4", size, "scalar:u,scalar:v", true, scaling("amplitude times 1.7", [1.7, 1.7])),
  initial(
    random,
    size,
    { length = 1, amplitude = 1, swing = 0, ...options },
    { start: kind = "" },
  ) {
    const fourier = new Fourier([size, size], length);
    const out = new Float64Array(2 * fourier.points);
    [amplitude, swing].forEach((factor, c) => {
      out.set(
        randomField(random, fourier, kind, options).map((u) => factor * u),
        c * fourier.points,
      );
    });
    return out;
  },
  evolve(state, size, { c = 1, length = 1, dt = 1 }) {
    const fourier = new Fourier([size, size], length);
    const { points } = fourier;
    let [u, v] = [0, points].map((at) =>
      fourier.scale(fourier.forward(state.slice(at, at + points)), fourier.resolved),
    ) as [Float64Array, Float64Array];
    const frequency = fourier.squares().map((square) => c * Math.sqrt(square));
    return {
      substeps: 1,
      state() {
        const out = new Float64Array(2 * points);
        fourier.inversePair(u, v).forEach((field, i) => {
          out.set(field, i * points);
        });
        return out;
      },
      advance() {
        const [from, rate] = [u, v];
        const at = (m: number): number => frequency[m >> 1]!;
        // The mean, at rest in its own frame, moves on by v t.
        u = from.map((a, m) => {
          const w = at(m);
          return a * Math.cos(w * dt) + rate[m]! * (w === 0 ? dt : Math.sin(w * dt) / w);
        });
        v = rate.map((b, m) => b * Math.cos(at(m) * dt) - from[m]! * at(m) * Math.sin(at(m) * dt));
      },
    };
  },
});
