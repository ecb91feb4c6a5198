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
import { RealPlane, type Pair } from "./realPlane";
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

/** Velocity from vorticity, and what it does to it. */
class Vortices {
  readonly plane: RealPlane;
  /** −k² of each mode. */
  readonly laplacian: Float64Array;
  /** (kᵧ, −kₓ)/k², from vorticity to velocity. */
  readonly #toVelocity: Pair;
  /** What the fluxes vₓvᵧ and vₓ² − vᵧ² are multiplied by. */
  readonly #fromFluxes: Pair;
  /** Room for spectra and fields. */
  readonly #spectra: readonly [Spectrum, Spectrum];
  readonly #fields: Pair;

  constructor(plane: RealPlane) {
    this.plane = plane;
    const [kx, ky] = plane.wave;
    this.laplacian = kx.map((k, i) => -(k * k + ky[i]! * ky[i]!));
    const inverse = this.laplacian.map((square) => (square < 0 ? -1 / square : 0));
    this.#toVelocity = [ky.map((k, i) => k * inverse[i]!), kx.map((k, i) => -k * inverse[i]!)];
    this.#fromFluxes = [kx.map((k, i) => k * k - ky[i]! * ky[i]!), kx.map((k, i) => -k * ky[i]!)];
    const room = (length: number): [Float64Array, Float64Array] => [
      new Float64Array(length),
      new Float64Array(length),
    ];
    this.#spectra = room(2 * plane.modes);
    this.#fields = room(plane.points);
  }

  /** v = (∂ᵧ, −∂ₓ)ψ with −Δψ = ω. @param fields are written where given */
  velocity(vorticity: Spectrum, fields?: Pair): Pair {
    const [vx, vy] = this.#spectra;
    const [ax, ay] = this.#toVelocity;
    for (let i = 0; i < ax.length; i++) {
      const real = vorticity[2 * i]!;
      const imaginary = vorticity[2 * i + 1]!;
      vx[2 * i] = -ax[i]! * imaginary;
      vx[2 * i + 1] = ax[i]! * real;
      vy[2 * i] = -ay[i]! * imaginary;
      vy[2 * i + 1] = ay[i]! * real;
    }
    return this.plane.inverse(vx, vy, fields);
  }

  /** ∂ₓvᵧ − ∂ᵧvₓ, which drops whatever diverges. */
  curl(velocity: Pair): Spectrum {
    const [x, y] = this.plane.forward(velocity);
    const [kx, ky] = this.plane.wave;
    const out = new Float64Array(x.length);
    for (let i = 0; i < kx.length; i++) {
      out[2 * i] = ky[i]! * x[2 * i + 1]! - kx[i]! * y[2 * i + 1]!;
      out[2 * i + 1] = kx[i]! * y[2 * i]! - ky[i]! * x[2 * i]!;
    }
    return out;
  }

  /**
   * −v·∇ω, which without divergence is (∂ᵧᵧ − ∂ₓₓ)(vₓvᵧ) + ∂ₓᵧ(vₓ² − vᵧ²): two fields to transform each way instead of five
   * (Basdevant 1983, J. Comput. Phys. 50). The mean vorticity stays zero.
   */
  carried(vorticity: Spectrum): Spectrum {
    const [cross, excess] = this.velocity(vorticity, this.#fields);
    for (let i = 0; i < cross.length; i++) {
      const x = cross[i]!;
      const y = excess[i]!;
      cross[i] = x * y;
      excess[i] = x * x - y * y;
    }
    const [out, other] = this.plane.forward([cross, excess]);
    const [a, b] = this.#fromFluxes;
    for (let i = 0; i < a.length; i++) {
      out[2 * i] = a[i]! * out[2 * i]! + b[i]! * other[2 * i]!;
      out[2 * i + 1] = a[i]! * out[2 * i + 1]! + b[i]! * other[2 * i + 1]!;
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
  const vortices = new Vortices(new RealPlane(size, length));
  const wind = [mean * (random() - 0.5), mean * (random() - 0.5)];
  const field = (): Float64Array => randomField(random, fourier, kind, options);
  const ofVorticity = kind === "waves" || kind === "gaussians";
  const vorticity = ofVorticity
    ? vortices.plane.forward([field(), new Float64Array(fourier.points)])[0]
    : vortices.curl([field(), field()]);
  const velocity = vortices.velocity(vorticity);
  const square = velocity.reduce((sum, v) => sum + v.reduce((s, one) => s + one * one, 0), 0);
  const factor = amplitude / Math.sqrt(square / fourier.points);
  return joined(velocity, (v, axis) => factor * v + wind[axis]!);
}

function joined([x, y]: Pair, of: (v: number, axis: 0 | 1) => number): Float64Array {
  const out = new Float64Array(2 * x.length);
  out.set(x.map((v) => of(v, 0)));
  out.set(
    y.map((v) => of(v, 1)),
    x.length,
  );
  return out;
}

function evolve(
  state: Float64Array,
  size: number,
  { nu = 0, length = 1, dt = 1, courant: number = 0.5 }: Coefficients,
): Evolution {
  const vortices = new Vortices(new RealPlane(size, length));
  const { points, modes } = vortices.plane;
  const velocity: Pair = [state.slice(0, points), state.slice(points)];
  const wind = velocity.map((v) => v.reduce((sum, one) => sum + one, 0) / points);
  let w = vortices.curl(velocity);
  let time = 0;
  const [x, y] = velocity;
  const square = x.reduce(
    (most, v, i) => Math.max(most, (v - wind[0]!) ** 2 + (y[i]! - wind[1]!) ** 2),
    0,
  );
  const count = substeps(dt, (number * length) / (size * Math.sqrt(square)));
  const linear = new Float64Array(2 * modes);
  vortices.laplacian.forEach((k2, i) => (linear[2 * i] = nu * k2));
  const stepper = new Etdrk4(linear, dt / count, (v) => vortices.carried(v));
  return {
    substeps: count,
    state() {
      const moved = vortices.plane.shifted(w, [wind[0]! * time, wind[1]! * time]);
      return joined(vortices.velocity(moved), (v, axis) => v + wind[axis]!);
    },
    advance() {
      for (let k = 0; k < count; k++) w = stepper.step(w);
      time += dt;
    },
  };
}
