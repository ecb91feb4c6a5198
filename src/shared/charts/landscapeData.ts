/** A landscape run's arrays and the Gauss–Newton model in its summary, in the slice's own coordinates. */
import type { RunResult } from "../run";
import { toFloat64 } from "../tensor";

export type Pair = readonly [number, number];

/** Second-order model of one loss about the present parameters: L + g·δ + ½ δᵀHδ, δ in units of the axes. */
export interface QuadraticModel {
  readonly loss: number;
  readonly gradient: Pair;
  /** Gauss–Newton Hessian; null where the run has none. */
  readonly curvature: readonly [Pair, Pair] | null;
}

export interface Landscape {
  readonly element: string;
  readonly alpha: readonly number[];
  readonly beta: readonly number[];
  /** On x and on g·x, each [beta, alpha]. */
  readonly loss: readonly [Float64Array, Float64Array];
  readonly models: readonly [QuadraticModel, QuadraticModel];
}

export function readLandscape(run: RunResult): Landscape {
  const { alpha, beta, loss } = run.arrays;
  const all = loss === undefined ? new Float64Array() : toFloat64(loss);
  const { summary, parameters } = run.record;
  return {
    element: String(summary.element ?? parameters.element ?? "g"),
    alpha: alpha === undefined ? [] : [...toFloat64(alpha)],
    beta: beta === undefined ? [] : [...toFloat64(beta)],
    loss: [all.subarray(0, all.length / 2), all.subarray(all.length / 2)],
    models: [model(summary, "x"), model(summary, "gx")],
  };
}

/** The row of the slice through the present parameters: where beta is zero, up to rounding. */
export function middleRow(beta: readonly number[]): number {
  return beta.reduce((best, b, j) => (Math.abs(b) < Math.abs(beta[best]!) ? j : best), 0);
}

function model(summary: Readonly<Record<string, unknown>>, key: "x" | "gx"): QuadraticModel {
  const curvature = inside(summary.curvature, key);
  const [first, second] = Array.isArray(curvature) ? curvature.map(pair) : [];
  const base = inside(summary.baseLoss, key);
  return {
    loss: typeof base === "number" ? base : NaN,
    gradient: pair(inside(summary.gradient, key)),
    curvature: first === undefined ? null : [first, second ?? [0, 0]],
  };
}

function inside(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** Two numbers, the second 0 on a line; NaN where a run says null. */
function pair(value: unknown): Pair {
  const list: unknown[] = Array.isArray(value) ? value : [NaN, NaN];
  const number = (entry: unknown): number => (typeof entry === "number" ? entry : NaN);
  return [number(list[0]), list.length > 1 ? number(list[1]) : 0];
}

/** The model's value at δ = (a, b). */
export function modelAt(
  { loss, gradient, curvature }: QuadraticModel,
  a: number,
  b: number,
): number {
  const quadratic =
    curvature === null
      ? 0
      : (curvature[0][0] * a * a +
          (curvature[0][1] + curvature[1][0]) * a * b +
          curvature[1][1] * b * b) /
        2;
  return loss + gradient[0] * a + gradient[1] * b + quadratic;
}

/**
 * The ellipse on which the model is back at its value at the start: gᵀδ + ½ δᵀHδ = 0, centred on −H⁻¹g.
 * @returns a closed polygon, or null where H is not positive definite
 */
export function levelEllipse({ gradient, curvature }: QuadraticModel, points = 120): Pair[] | null {
  if (curvature === null) return null;
  const [[p, q1], [q2, s]] = curvature;
  const q = (q1 + q2) / 2;
  const determinant = p * s - q * q;
  // Relative to its size, else rounding makes an ellipse of a parabola.
  if (!(p > 0 && determinant > 1e-12 * p * s)) return null;
  const [u, v] = gradient;
  const centre: Pair = [-(s * u - q * v) / determinant, -(p * v - q * u) / determinant];
  const level = -(u * centre[0] + v * centre[1]);
  // Cholesky H = L Lᵀ: δ = centre + √level · L⁻ᵀ (cos t, sin t) has (δ − c)ᵀH(δ − c) = level.
  const l11 = Math.sqrt(p);
  const l21 = q / l11;
  const l22 = Math.sqrt(s - l21 * l21);
  const radius = Math.sqrt(Math.max(level, 0));
  return Array.from({ length: points + 1 }, (_, k): Pair => {
    const t = (2 * Math.PI * k) / points;
    const second = (radius * Math.sin(t)) / l22;
    return [centre[0] + (radius * Math.cos(t) - l21 * second) / l11, centre[1] + second];
  });
}
