/**
 * Shallow water over a flat bed on a periodic plane, h_t + ∇·(hv) = 0, v_t + ζ ẑ×v + ∇(½|v|² + gh) = 0 with ζ = ∂ₓvᵧ − ∂ᵧvₓ
 * (Vallis 2017, §3.1, in vector-invariant form), by the classical Runge–Kutta method on dealiased Fourier modes. For smooth
 * flow: waves that steepen into bores need dissipation, which there is none of here.
 */
import { Fourier, type Spectrum } from "./fourier";
import { randomWaves } from "./initial";
import { box, coefficient, start } from "./parameters";
import type { Simulator } from "./simulator";
import { substeps } from "./substeps";

/** Share of the time in which a gravity wave crosses a cell; RK4 is stable to 2.8/π of it. */
const COURANT = 0.4;

export const shallowWater: Simulator = {
  id: "shallow-water",
  title: "Shallow water",
  equation: "h_t + ∇·(h v) = 0, v_t + v·∇v = −g ∇h",
  physics: "shallow-water",
  fields: "density:h,vector:v",
  axes: 2,
  parameters: {
    g: coefficient("Gravity g", "Waves travel at √(g depth).", 9.81, 1e-9),
    depth: coefficient("Depth", "Mean of h at the start.", 1, 1e-9),
    ...box(10, 0.05),
    waves: { ...start.waves, default: 2 },
    amplitude: {
      ...start.amplitude,
      help: "Root mean square of h about its mean, and of the flow in units of √(g depth).",
      default: 0.03,
    },
  },
  presets: { calm: { amplitude: 0.005 }, rough: { amplitude: 0.06 } },
  size: 64,
  shape: (size) => [3, size, size],
  start(
    random,
    size,
    { g = 9.81, depth = 1, length = 10, dt = 0.05, waves = 2, amplitude = 0.03 },
  ) {
    const fourier = new Fourier([size, size], length);
    const { points } = fourier;
    const wave = Math.sqrt(g * depth);
    const stream = randomWaves(random, fourier, waves);
    const slopes = [fourier.derivative(stream, 1), fourier.derivative(stream, 0)];
    const size2 = Math.max(...slopes.map((slope) => rms(fourier.inverse(slope))));
    const flow = (amplitude * wave) / size2;
    let state: Spectrum[] = [
      fourier.forward(
        fourier
          .inverse(randomWaves(random, fourier, waves))
          .map((h) => depth * (1 + amplitude * h)),
      ),
      slopes[0]!.map((value) => flow * value),
      slopes[1]!.map((value) => -flow * value),
    ];
    const rates = ([h, vx, vy]: readonly Spectrum[]): Spectrum[] => {
      const [hh, x, y] = [h!, vx!, vy!].map((one) => fourier.inverse(one));
      const curl = fourier.inverse(
        plus(fourier.derivative(vy!, 0), fourier.derivative(vx!, 1), -1),
      );
      const field = (of: (i: number) => number): Spectrum =>
        fourier.scale(
          fourier.forward(Float64Array.from({ length: points }, (_, i) => of(i))),
          fourier.resolved,
        );
      const flux = [field((i) => -hh![i]! * x![i]!), field((i) => -hh![i]! * y![i]!)];
      const head = field((i) => -((x![i]! ** 2 + y![i]! ** 2) / 2 + g * hh![i]!));
      return [
        plus(fourier.derivative(flux[0]!, 0), fourier.derivative(flux[1]!, 1), 1),
        plus(
          field((i) => curl[i]! * y![i]!),
          fourier.derivative(head, 0),
          1,
        ),
        plus(
          field((i) => -curl[i]! * x![i]!),
          fourier.derivative(head, 1),
          1,
        ),
      ];
    };
    const speed = wave * (1 + 4 * amplitude);
    const count = substeps(dt, (COURANT * length) / (size * speed));
    const step = dt / count;
    const moved = (by: readonly Spectrum[], factor: number): Spectrum[] =>
      state.map((one, c) => plus(one, by[c]!, factor));
    return {
      state() {
        const out = new Float64Array(3 * points);
        state.forEach((one, c) => {
          out.set(fourier.inverse(one), c * points);
        });
        return out;
      },
      advance() {
        for (let k = 0; k < count; k++) {
          const a = rates(state);
          const b = rates(moved(a, step / 2));
          const c = rates(moved(b, step / 2));
          const d = rates(moved(c, step));
          state = state.map((one, i) =>
            one.map(
              (value, m) =>
                value + (step / 6) * (a[i]![m]! + 2 * b[i]![m]! + 2 * c[i]![m]! + d[i]![m]!),
            ),
          );
        }
      },
    };
  },
};

function plus(a: Spectrum, b: Spectrum, factor: number): Spectrum {
  return a.map((value, i) => value + factor * b[i]!);
}

function rms(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
