/**
 * Incompressible flow on a periodic plane, by its vorticity: ω_t + v·∇ω = νΔω with v = (∂ᵧψ, −∂ₓψ), −Δψ = ω. ETDRK4 on
 * dealiased Fourier modes; without viscosity these keep energy and enstrophy.
 */
import { Etdrk4 } from "./etdrk4";
import { Fourier, type Spectrum } from "./fourier";
import { randomWaves } from "./initial";
import { box, coefficient, start } from "./parameters";
import type { Simulator } from "./simulator";
import { substeps } from "./substeps";

const COURANT = 0.25;

export const navierStokes: Simulator = {
  id: "navier-stokes",
  title: "Incompressible Navier–Stokes",
  equation: "v_t + v·∇v = −∇p + ν Δv, ∇·v = 0",
  physics: "navier-stokes",
  fields: "vector:v",
  axes: 2,
  parameters: {
    nu: coefficient("Viscosity ν", "0 keeps energy and enstrophy.", 0.001, 0),
    ...box(1, 0.02),
    waves: start.waves,
    amplitude: {
      ...start.amplitude,
      label: "Speed",
      help: "Root mean square of the start's velocity about its mean.",
    },
    mean: { ...start.mean, help: "Typical speed of the whole flow; each trajectory has its own." },
  },
  presets: { inviscid: { nu: 0 }, viscous: { nu: 0.01 } },
  size: 64,
  shape: (size) => [2, size, size],
  start(random, size, { nu = 0, length = 1, dt = 1, waves = 4, amplitude = 1, mean = 0 }) {
    const fourier = new Fourier([size, size], length);
    const wind = [mean * (random() - 0.5), mean * (random() - 0.5)];
    const [kx, ky] = fourier.wave as [Float64Array, Float64Array];
    const square = kx.map((k, i) => k * k + ky[i]! ** 2);
    const inverse = square.map((k2) => (k2 > 0 ? 1 / k2 : 0));
    const velocity = (vorticity: Spectrum): [Float64Array, Float64Array] => {
      const stream = fourier.scale(vorticity.slice(), inverse);
      const x = fourier.inverse(fourier.derivative(stream, 1)).map((v) => v + wind[0]!);
      const y = fourier.inverse(fourier.derivative(stream, 0)).map((v) => wind[1]! - v);
      return [x, y];
    };
    let w = randomWaves(random, fourier, waves);
    const [x, y] = velocity(w).map((v, axis) => v.map((one) => one - wind[axis]!)) as [
      Float64Array,
      Float64Array,
    ];
    const speed = Math.sqrt(x.reduce((sum, v, i) => sum + v * v + y[i]! ** 2, 0) / x.length);
    w = w.map((value) => (value * amplitude) / speed);
    const linear = new Float64Array(2 * fourier.points);
    square.forEach((k2, i) => (linear[2 * i] = -nu * k2));
    const fastest = 4 * (Math.abs(amplitude) + Math.abs(mean)) || 1;
    const count = substeps(dt, (4 * COURANT * length) / (size * fastest));
    const stepper = new Etdrk4(linear, dt / count, (v) => {
      const [vx, vy] = velocity(v);
      const wx = fourier.inverse(fourier.derivative(v, 0));
      const wy = fourier.inverse(fourier.derivative(v, 1));
      const carried = fourier.forward(vx.map((u, i) => -(u * wx[i]! + vy[i]! * wy[i]!)));
      // The mean vorticity is zero and stays it.
      [carried[0], carried[1]] = [0, 0];
      return fourier.scale(carried, fourier.resolved);
    });
    return {
      state() {
        const out = new Float64Array(2 * fourier.points);
        velocity(w).forEach((v, axis) => {
          out.set(v, axis * fourier.points);
        });
        return out;
      },
      advance() {
        for (let k = 0; k < count; k++) w = stepper.step(w);
      },
    };
  },
};
