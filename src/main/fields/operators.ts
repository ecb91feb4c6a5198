/**
 * Vector calculus on a periodic plane grid. Fields are [..., y, x], so x is the last axis; vectors are pairs of arrays in
 * the order x, y. Lengths are the grid's sides [y, x].
 */
import { spectral, type Derivative } from "./derivative";

/** Sides of the plane in array order. */
export interface Plane {
  /** [..., H, W]. */
  readonly shape: readonly number[];
  /** [of y, of x]. */
  readonly length: readonly [number, number];
}

export type VectorField = readonly [x: Float64Array, y: Float64Array];

function along(
  component: "x" | "y",
  values: Float64Array,
  { shape, length }: Plane,
  derivative: Derivative,
): Float64Array {
  return component === "x"
    ? derivative(values, shape, shape.length - 1, length[1])
    : derivative(values, shape, shape.length - 2, length[0]);
}

/** (∂ₓp, ∂ᵧp). */
export function gradient(p: Float64Array, plane: Plane, derivative = spectral): VectorField {
  return [along("x", p, plane, derivative), along("y", p, plane, derivative)];
}

/** ∂ₓvₓ + ∂ᵧvᵧ, a scalar. */
export function divergence(
  [vx, vy]: VectorField,
  plane: Plane,
  derivative = spectral,
): Float64Array {
  const sum = along("x", vx, plane, derivative);
  along("y", vy, plane, derivative).forEach((value, i) => (sum[i]! += value));
  return sum;
}

/** ∂ₓvᵧ − ∂ᵧvₓ, a pseudoscalar: the vorticity of a velocity. */
export function curl([vx, vy]: VectorField, plane: Plane, derivative = spectral): Float64Array {
  const sum = along("x", vy, plane, derivative);
  along("y", vx, plane, derivative).forEach((value, i) => (sum[i]! -= value));
  return sum;
}

/** The divergence of the gradient, so that with spectral derivatives the Nyquist modes give zero here too. */
export function laplacian(p: Float64Array, plane: Plane, derivative = spectral): Float64Array {
  return divergence(gradient(p, plane, derivative), plane, derivative);
}
