/** What simulators of one scalar field on a periodic grid share: a random start, and steps in Fourier space. */
import type { Random } from "../../../shared/random";
import { Etdrk4 } from "./etdrk4";
import { Fourier, type Spectrum } from "./fourier";
import { randomField } from "./randomField";
import { substeps } from "./substeps";
import type { Choices, Coefficients, Evolution } from "./simulator";

export interface ScalarEquation {
  /** L of a mode with these wave numbers, x first. */
  linear(wave: readonly number[]): readonly [real: number, imaginary: number];
  /** Spectrum of N, from that of u; absent where there is none, and the solution is exact. */
  nonlinear?(fourier: Fourier): (v: Spectrum) => Spectrum;
  /** Longest step that resolves N. @param fastest |u − mean| at the start */
  step?(fastest: number): number;
  /**
   * The mean m is carried along exactly where it only makes the rest travel, by m times this along x: seen from there a
   * boost changes nothing at all.
   */
  readonly travel?: number;
}

function gridOf(size: number, axes: 1 | 2, { length = 1 }: Coefficients): Fourier {
  return new Fourier(new Array<number>(axes).fill(size), length);
}

/** @param coefficients has length, waves, amplitude and mean; anisotropy on a plane */
export function scalarStart(
  random: Random,
  size: number,
  axes: 1 | 2,
  coefficients: Coefficients,
  { start = "waves" }: Choices,
): Float64Array {
  const { amplitude = 1, mean = 0 } = coefficients;
  const offset = mean * (0.5 + random());
  const field = randomField(random, gridOf(size, axes, coefficients), start, coefficients);
  return field.map((u) => offset + amplitude * u);
}

/** @param coefficients has length and dt */
export function scalarEvolution(
  state: Float64Array,
  size: number,
  axes: 1 | 2,
  coefficients: Coefficients,
  equation: ScalarEquation,
): Evolution {
  const fourier = gridOf(size, axes, coefficients);
  const start = fourier.scale(fourier.forward(state), fourier.resolved);
  return evolve(fourier, start, coefficients.dt ?? 1, equation);
}

/** From a given spectrum. */
export function evolve(
  fourier: Fourier,
  start: Spectrum,
  dt: number,
  { linear: of, nonlinear, step = () => Infinity, travel }: ScalarEquation,
): Evolution {
  let v: Spectrum = start.slice();
  let time = 0;
  const mean = travel === undefined ? 0 : v[0]! / fourier.points;
  v[0]! -= mean * fourier.points;
  const linear = new Float64Array(2 * fourier.points);
  for (let i = 0; i < fourier.points; i++) {
    linear.set(of(fourier.wave.map((wave) => wave[i]!)), 2 * i);
  }
  const fastest = fourier.inverse(v).reduce((most, u) => Math.max(most, Math.abs(u)), 0);
  const count = nonlinear === undefined ? 1 : substeps(dt, step(fastest));
  const none = new Float64Array(2 * fourier.points);
  const stepper = new Etdrk4(linear, dt / count, nonlinear?.(fourier) ?? (() => none));
  return {
    substeps: count,
    state() {
      if (travel === undefined) return fourier.inverse(v);
      return fourier.inverse(fourier.shifted(v, [travel * mean * time])).map((u) => u + mean);
    },
    advance() {
      for (let k = 0; k < count; k++) v = stepper.step(v);
      time += dt;
    },
  };
}

/** −∂ₓ(factor·u²), without aliasing: of truncated modes, and truncated again. */
export function squareFlux(factor: number): (fourier: Fourier) => (v: Spectrum) => Spectrum {
  return (fourier) => (v) => {
    const u = fourier.inverse(v);
    const flux = fourier.forward(u.map((value) => -factor * value * value));
    return fourier.scale(fourier.derivative(flux, 0), fourier.resolved);
  };
}
