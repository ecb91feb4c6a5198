/**
 * The bundled example's physics: decaying two-dimensional turbulence that starts from jets along x.
 * The equations are symmetric under all of D4; the initial states favour one axis, so their distribution is
 * invariant only under {e, r², s, sr²}. What a network learns from them need not hold for turned jets.
 *
 * ∂ω/∂t + u·∇ω = ν∇²ω, u = (∂ψ/∂y, −∂ψ/∂x), ω = −∇²ψ, periodic unit square; pseudo-spectral with the
 * two-thirds rule, fourth-order Runge–Kutta (Canuto, Hussaini, Quarteroni, Zang, “Spectral Methods”, 2006).
 */
import FFT from "fft.js";

export interface Flow {
  /** Points a side; a power of two. */
  readonly size: number;
  readonly viscosity: number;
  /** Time between stored states, and Runge–Kutta steps in it. */
  readonly dt: number;
  readonly substeps: number;
}

type Spectrum = Float64Array; // interleaved real and imaginary parts, row ky, column kx

export class Solver {
  readonly #flow: Flow;
  readonly #fft: FFT;
  readonly #k: Float64Array;

  constructor(flow: Flow) {
    this.#flow = flow;
    this.#fft = new FFT(flow.size);
    this.#k = Float64Array.from(
      { length: flow.size },
      (_, i) => 2 * Math.PI * (i <= flow.size / 2 ? i : i - flow.size),
    );
  }

  /** Vorticity of jets along x: stream function modes with kₓ ∈ {0, 1} and k_y up to 4, random phases. */
  jets(random: () => number): Float64Array {
    const { size } = this.#flow;
    const vorticity = new Float64Array(size * size);
    for (const kx of [0, -1, 1]) {
      for (let ky = 1; ky <= 4; ky++) {
        const amplitude = (kx === 0 ? 1 : 0.35) * (0.5 + random()) * 0.05;
        const phase = 2 * Math.PI * random();
        const square = (2 * Math.PI) ** 2 * (kx * kx + ky * ky);
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) {
            vorticity[y * size + x]! +=
              (amplitude / ky) *
              square *
              Math.cos((2 * Math.PI * (kx * x + ky * y)) / size + phase);
          }
        }
      }
    }
    return vorticity;
  }

  /** Velocity [2, y, x] (x component first) of a vorticity [y, x]. */
  velocity(vorticity: Float64Array): Float64Array {
    const { size } = this.#flow;
    const [u, v] = this.#velocity(this.#forward(vorticity));
    const out = new Float64Array(2 * size * size);
    out.set(u, 0);
    out.set(v, size * size);
    return out;
  }

  /** The vorticity one stored time later. */
  advance(vorticity: Float64Array): Float64Array {
    const { dt, substeps } = this.#flow;
    const h = dt / substeps;
    let w = this.#forward(vorticity);
    const plus = (a: Spectrum, b: Spectrum, c: number): Spectrum =>
      a.map((value, i) => value + c * b[i]!);
    for (let step = 0; step < substeps; step++) {
      const k1 = this.#rate(w);
      const k2 = this.#rate(plus(w, k1, h / 2));
      const k3 = this.#rate(plus(w, k2, h / 2));
      const k4 = this.#rate(plus(w, k3, h));
      w = w.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
    }
    return this.#inverse(w);
  }

  /** −u·∇ω + ν∇²ω */
  #rate(w: Spectrum): Spectrum {
    const { size, viscosity } = this.#flow;
    const [u, v] = this.#velocity(w);
    const wx = this.#inverse(this.#multiply(w, (kx) => [0, kx]));
    const wy = this.#inverse(this.#multiply(w, (_, ky) => [0, ky]));
    const advection = u.map((value, i) => value * wx[i]! + v[i]! * wy[i]!);
    const rate = this.#forward(advection);
    const cut = (2 * Math.PI * size) / 3;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const kx = this.#k[x]!;
        const ky = this.#k[y]!;
        const kept = Math.abs(kx) < cut && Math.abs(ky) < cut ? 1 : 0;
        for (const part of [0, 1]) {
          const i = 2 * (y * size + x) + part;
          rate[i] = kept * (-rate[i]! - viscosity * (kx * kx + ky * ky) * w[i]!);
        }
      }
    }
    return rate;
  }

  /** Velocity components from ψ̂ = ω̂/k². */
  #velocity(w: Spectrum): [Float64Array, Float64Array] {
    const inverseSquare = (kx: number, ky: number): number =>
      kx === 0 && ky === 0 ? 0 : 1 / (kx * kx + ky * ky);
    const u = this.#inverse(this.#multiply(w, (kx, ky) => [0, ky * inverseSquare(kx, ky)]));
    const v = this.#inverse(this.#multiply(w, (kx, ky) => [0, -kx * inverseSquare(kx, ky)]));
    return [u, v];
  }

  #multiply(w: Spectrum, factor: (kx: number, ky: number) => [number, number]): Spectrum {
    const { size } = this.#flow;
    const half = size / 2;
    const out = new Float64Array(w.length);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        // A first derivative of the Nyquist mode is not real; it is zero here (the two-thirds rule drops it anyway).
        const [re, im] = factor(x === half ? 0 : this.#k[x]!, y === half ? 0 : this.#k[y]!);
        const i = 2 * (y * size + x);
        out[i] = re * w[i]! - im * w[i + 1]!;
        out[i + 1] = re * w[i + 1]! + im * w[i]!;
      }
    }
    return out;
  }

  #forward(field: Float64Array): Spectrum {
    const interleaved = new Float64Array(2 * field.length);
    field.forEach((value, i) => (interleaved[2 * i] = value));
    return this.#transform(interleaved, "transform");
  }

  #inverse(spectrum: Spectrum): Float64Array {
    const interleaved = this.#transform(spectrum, "inverseTransform");
    return Float64Array.from({ length: interleaved.length / 2 }, (_, i) => interleaved[2 * i]!);
  }

  #transform(field: Float64Array, direction: "transform" | "inverseTransform"): Float64Array {
    const { size } = this.#flow;
    const out = Float64Array.from(field);
    const line = new Float64Array(2 * size);
    const image = new Float64Array(2 * size);
    for (const [along, across] of [
      [1, size],
      [size, 1],
    ] as const) {
      for (let row = 0; row < size; row++) {
        for (let i = 0; i < size; i++) {
          const at = 2 * (row * across + i * along);
          line[2 * i] = out[at]!;
          line[2 * i + 1] = out[at + 1]!;
        }
        this.#fft[direction](image, line);
        for (let i = 0; i < size; i++) {
          const at = 2 * (row * across + i * along);
          out[at] = image[2 * i]!;
          out[at + 1] = image[2 * i + 1]!;
        }
      }
    }
    return out;
  }
}
