/** What simulators of one scalar field on a periodic grid share: a random start, and steps in Fourier space. */
import type { Random } from "../../../shared/random";
import { Etdrk4 } from "./etdrk4";
import { Fourier, type Spectrum } from "./fourier";
import { randomWaves } from "./initial";
import { substeps } from "./substeps";
import type { Coefficients, Evolution } from "./simulator";

export interface ScalarEquation {
  /** L of a mode with these wave numbers, x first. */
  linear(wave: readonly number[]): readonly [real: number, imaginary: number];
  /** Spectrum of N, from that of u; absent where there is none, and the solution is exact. */
  nonlinear?(fourier: Fourier): (v: Spectrum) => Spectrum;
  /** Longest step that resolves N. */
  readonly step: number;
}

/** @param axes of the grid; `coefficients` has length, dt, waves, amplitude and mean */
export function scalarEvolution(
  random: Random,
  size: number,
  axes: 1 | 2,
  coefficients: Coefficients,
  equation: ScalarEquation,
): Evolution {
  const { length = 1, dt = 1, waves = 4, amplitude = 1, mean = 0 } = coefficients;
  const fourier = new Fourier(new Array<number>(axes).fill(size), length);
  const offset = mean * (0.5 + random());
  let v = fourier.forward(
    fourier.inverse(randomWaves(random, fourier, waves)).map((u) => offset + amplitude * u),
  );
  v = fourier.scale(v, fourier.resolved);
  return evolve(fourier, v, dt, equation);
}

/** From a given spectrum. */
export function evolve(
  fourier: Fourier,
  start: Spectrum,
  dt: number,
  equation: ScalarEquation,
): Evolution {
  let v = start;
  const linear = new Float64Array(2 * fourier.points);
  for (let i = 0; i < fourier.points; i++) {
    const [real, imaginary] = equation.linear(fourier.wave.map((wave) => wave[i]!));
    linear[2 * i] = real;
    linear[2 * i + 1] = imaginary;
  }
  const count = equation.nonlinear === undefined ? 1 : substeps(dt, equation.step);
  const none = new Float64Array(2 * fourier.points);
  const nonlinear = equation.nonlinear?.(fourier) ?? (() => none);
  const stepper = new Etdrk4(linear, dt / count, nonlinear);
  return {
    state: () => fourier.inverse(v),
    advance() {
      for (let k = 0; k < count; k++) v = stepper.step(v);
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
