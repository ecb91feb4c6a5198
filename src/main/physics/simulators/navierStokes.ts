/**
 * Incompressible flow on a periodic plane, by its vorticity: ω_t + v·∇ω = νΔω with v = (∂ᵧψ, −∂ₓψ), −Δψ = ω. ETDRK4 on
 * dealiased Fourier modes; without viscosity these keep energy and enstrophy. The mean velocity is kept by the equations,
 * so they are solved as seen from there: a boost changes nothing but the place.
 */
import type { Random } from "../../../shared/random";
import { Etdrk4 } from "./etdrk4";
import { Fourier, type Spectrum } from "./fourier";
import { boost, onPlane } from "./motions";
import { box, coefficient, courant, start, startChoice } from "./parameters";
import { randomField } from "./randomField";
import { simulator, type Coefficients, type Evolution } from "./simulator";
import { substeps } from "./substeps";

export const navierStokes = simulator({
  id: "navier-stokes",
  title: "Incompressible Navier–Stokes",
  equation: "v_t + v·∇v = −∇p + ν Δv, ∇·v = 0",
  tex: [
    String.raw`\partial_t v + v\cdot\nabla v = -\nabla p + \nu\,\Delta v`,
    String.raw`\nabla\cdot v = 0`,
  ],
  physics: "navier-stokes",
  fields: "vector:v",
  axes: 2,
  parameters: {
    nu: coefficient("Viscosity ν", "0 keeps energy and enstrophy.", 0.001, 0),
    ...box(1, 0.02),
    waves: start.waves,
    anisotropy: start.anisotropy,
    amplitude: {
      ...start.amplitude,
      label: "Speed",
      help: "Root mean square of the start’s velocity about its mean.",
    },
    mean: { ...start.mean, help: "Typical speed of the whole flow; each trajectory has its own." },
    courant: courant(0.5, 1),
  },
  choices: startChoice("waves", "sines", "gaussians", "bridge"),
  presets: {
    inviscid: { nu: 0 },
    viscous: { nu: 0.01 },
    diagonal: { anisotropy: 0.9 },
    sines: { start: "sines", nu: 0.0004, waves: 10, dt: 0.05 },
    gaussians: { start: "gaussians", nu: 0.0004, dt: 0.05 },
    bridge: { start: "bridge", nu: 0.0004, dt: 0.05 },
  },
  size: 64,
  shape: (size) => [2, size, size],
  symmetry: (size, { length = 1 }) =>
    onPlane("d4", size, "vector:v", true, boost(size, length, 2, 0, [0.4, -0.3])),
  initial: (random, size, coefficients, { start: kind = "waves" }) =>
    flow(random, size, coefficients, kind),
  evolve,
});

/** Velocity from vorticity, and back. */
class Vortices {
  readonly fourier: Fourier;
  readonly squares: Float64Array;
  readonly #inverse: Float64Array;

  constructor(fourier: Fourier) {
    this.fourier = fourier;
    this.squares = fourier.squares();
    this.#inverse = this.squares.map((k2) => (k2 > 0 ? 1 / k2 : 0));
  }

  velocity(vorticity: Spectrum): [Float64Array, Float64Array] {
    const [kx, ky] = this.fourier.wave as [Float64Array, Float64Array];
    const inverse = this.#inverse;
    const x = new Float64Array(vorticity.length);
    const y = new Float64Array(vorticity.length);
    for (let i = 0; i < kx.length; i++) {
      const a = vorticity[2 * i]! * inverse[i]!;
      const b = vorticity[2 * i + 1]! * inverse[i]!;
      x[2 * i] = -ky[i]! * b;
      x[2 * i + 1] = ky[i]! * a;
      y[2 * i] = kx[i]! * b;
      y[2 * i + 1] = -kx[i]! * a;
    }
    return this.fourier.inversePair(x, y);
  }

  /** ∂ₓy − ∂ᵧx of resolved modes, which drops whatever diverges. */
  curl(x: Float64Array, y: Float64Array): Spectrum {
    const { fourier } = this;
    const turning = fourier.derivative(fourier.forward(y), 0);
    const other = fourier.derivative(fourier.forward(x), 1);
    return fourier.scale(
      turning.map((value, i) => value - other[i]!),
      fourier.resolved,
    );
  }

  /**
   * −v·∇ω, which without divergence is (∂ᵧᵧ − ∂ₓₓ)(vₓvᵧ) + ∂ₓᵧ(vₓ² − vᵧ²): two fields to transform each way instead of five
   * (Basdevant 1983, J. Comput. Phys. 50). The mean vorticity stays zero.
   */
  carried(vorticity: Spectrum): Spectrum {
    const [vx, vy] = this.velocity(vorticity);
    const cross = vx;
    const excess = vy;
    for (let i = 0; i < vx.length; i++) {
      const x = vx[i]!;
      const y = vy[i]!;
      cross[i] = x * y;
      excess[i] = x * x - y * y;
    }
    const [out, other] = this.fourier.forwardPair(cross, excess);
    const [kx, ky] = this.fourier.wave as [Float64Array, Float64Array];
    for (let i = 0; i < kx.length; i++) {
      const a = kx[i]! * kx[i]! - ky[i]! * ky[i]!;
      const b = -kx[i]! * ky[i]!;
      out[2 * i] = a * out[2 * i]! + b * other[2 * i]!;
      out[2 * i + 1] = a * out[2 * i + 1]! + b * other[2 * i + 1]!;
    }
    return out;
  }
}

/** Waves and Gaussians are those of the vorticity, sines and bridges of the velocity, less what of it diverges. */
function flow(
  random: Random,
  size: number,
  { length = 1, amplitude = 1, mean = 0, ...options }: Coefficients,
  kind: string,
): Float64Array {
  const fourier = new Fourier([size, size], length);
  const vortices = new Vortices(fourier);
  const wind = [mean * (random() - 0.5), mean * (random() - 0.5)];
  const field = (): Float64Array => randomField(random, fourier, kind, options);
  const ofVorticity = kind === "waves" || kind === "gaussians";
  const vorticity = ofVorticity ? fourier.forward(field()) : vortices.curl(field(), field());
  const velocity = vortices.velocity(vorticity);
  const square = velocity.reduce((sum, v) => sum + v.reduce((s, one) => s + one * one, 0), 0);
  const factor = amplitude / Math.sqrt(square / fourier.points);
  const out = new Float64Array(2 * fourier.points);
  velocity.forEach((v, axis) => {
    out.set(
      v.map((one) => factor * one + wind[axis]!),
      axis * fourier.points,
    );
  });
  return out;
}

function evolve(
  state: Float64Array,
  size: number,
  { nu = 0, length = 1, dt = 1, courant: number = 0.5 }: Coefficients,
): Evolution {
  const fourier = new Fourier([size, size], length);
  const vortices = new Vortices(fourier);
  const { points } = fourier;
  const x = state.subarray(0, points);
  const y = state.subarray(points);
  const wind = [x, y].map((v) => v.reduce((sum, one) => sum + one, 0) / points);
  let w = vortices.curl(x, y);
  let time = 0;
  const square = x.reduce(
    (most, v, i) => Math.max(most, (v - wind[0]!) ** 2 + (y[i]! - wind[1]!) ** 2),
    0,
  );
  const count = substeps(dt, (number * length) / (size * Math.sqrt(square)));
  const linear = new Float64Array(2 * points);
  vortices.squares.forEach((k2, i) => (linear[2 * i] = -nu * k2));
  const stepper = new Etdrk4(linear, dt / count, (v) => vortices.carried(v));
  return {
    substeps: count,
    state() {
      const moved = fourier.shifted(w, [wind[0]! * time, wind[1]! * time]);
      const out = new Float64Array(2 * points);
      vortices.velocity(moved).forEach((v, axis) => {
        out.set(
          v.map((one) => one + wind[axis]!),
          axis * points,
        );
      });
      return out;
    },
    advance() {
      for (let k = 0; k < count; k++) w = stepper.step(w);
      time += dt;
    },
  };
}
