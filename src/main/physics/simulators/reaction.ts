/**
 * Species that diffuse and react at every point, s_t = D Δs − decay s + R(s), by ETDRK4 in Fourier space. The reaction is
 * evaluated at the grid points; only the Nyquist modes are left out, so that a gradient flow stays one: it descends the
 * energy summed over those points.
 */
import { Etdrk4 } from "./etdrk4";
import { Fourier, type Spectrum } from "./fourier";
import type { Evolution } from "./simulator";
import { substeps } from "./substeps";

export interface Species {
  readonly diffusivity: number;
  /** Rate of linear decay, which is exact. */
  readonly decay: number;
}

export interface Reaction {
  readonly species: readonly Species[];
  /** R at each point, one array a species. */
  rate(values: readonly Float64Array[]): Float64Array[];
  /** Longest step that resolves R. */
  readonly step: number;
}

/** @param state a channel a species, [ny, nx] each */
export function reactionEvolution(
  state: Float64Array,
  size: number,
  { length = 1, dt = 1 }: Readonly<Record<string, number>>,
  { species, rate, step }: Reaction,
): Evolution {
  const fourier = new Fourier([size, size], length);
  const { points } = fourier;
  const squares = fourier.squares();
  // The spectra of all species one after the other, since each mode has an L of its own anyway.
  const joined = (parts: readonly Spectrum[]): Spectrum => {
    const out = new Float64Array(2 * points * parts.length);
    parts.forEach((part, s) => {
      out.set(part, 2 * points * s);
    });
    return out;
  };
  const toSpectra = (fields: readonly Float64Array[]): Spectrum =>
    joined(fields.map((field) => fourier.scale(fourier.forward(field), fourier.belowNyquist)));
  const toFields = (v: Spectrum): Float64Array[] =>
    species.map((_, s) => fourier.inverse(v.subarray(2 * points * s, 2 * points * (s + 1))));
  const linear = joined(
    species.map(({ diffusivity, decay }) => {
      const of = new Float64Array(2 * points);
      squares.forEach((k2, i) => (of[2 * i] = -diffusivity * k2 - decay));
      return of;
    }),
  );
  const count = substeps(dt, step);
  const stepper = new Etdrk4(linear, dt / count, (v) => toSpectra(rate(toFields(v))));
  let v = toSpectra(species.map((_, s) => state.slice(s * points, (s + 1) * points)));
  return {
    substeps: count,
    state() {
      const out = new Float64Array(state.length);
      toFields(v).forEach((field, s) => {
        out.set(field, s * points);
      });
      return out;
    },
    advance() {
      for (let k = 0; k < count; k++) v = stepper.step(v);
    },
  };
}
