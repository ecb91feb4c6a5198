/**
 * The finite action exp(sX) of a generator on fields, by characteristics: along a path of the flow, dp/dτ = ξ(p), the
 * components obey du/dτ = R(p)u + c(p). So each grid point p is traced back to its foot φ₋ₛ(p), the field is read there,
 * and its components are carried forward to p. Paths, and components whose change differs from point to point, are
 * integrated by Runge and Kutta's fourth order; where it is the same everywhere its exponential is taken.
 *
 * Where no point moves the action is exact, on grids and on vectors of features. A uniform flow on a periodic grid is a spectral shift, exact for
 * what the grid can represent (the finest cosine of an even axis has no shift, and is multiplied by cos πs, METHODS'
 * choice that keeps fields real). Other flows read between the points by cubic convolution.
 */
import type { Grid } from "../../../shared/fields/spec";
import type { Infinitesimal } from "../../../shared/generators/generator";
import { positionsOf } from "./apply";
import { affineExponential } from "./exponential";
import { readerAt } from "./interpolate";
import { shifted } from "./shift";

/** Steps along a path: their error, (1/32)⁴ of a turn's worth, lies below that of reading between points. */
const STEPS = 32;

/** How a field is moved on its grid. */
export type Resampling = "none" | "spectral" | "cubic";

/** What `moved` does to a field's places. */
export function resamplingOf({ flow }: Infinitesimal, grid: Grid | null): Resampling {
  if (flow === null || grid === null) return "none";
  return velocityOf(flow, grid) !== null && grid.periodic.every((one) => one)
    ? "spectral"
    : "cubic";
}

/**
 * exp(sX)u of one state.
 * @param state [C, ...grid] (or [C])
 * @param grid null for vectors of features
 */
export function moved(
  generator: Infinitesimal,
  s: number,
  state: ArrayLike<number>,
  channels: number,
  grid: Grid | null,
): Float64Array {
  return action(generator, s, channels, grid)(state);
}

/** exp(sX), worked out once for any number of states. */
export function action(
  generator: Infinitesimal,
  s: number,
  channels: number,
  grid: Grid | null,
): (state: ArrayLike<number>) => Float64Array {
  const { field } = generator;
  if (field !== undefined) return (state) => integratedState({ ...generator, field }, s, state);
  const positions = grid === null ? [[]] : positionsOf(grid);
  const feet = feetOf(generator, positions, s);
  const carry = placesMoved(generator, s, channels, grid, feet);
  if (generator.mix.length === 0 && generator.shift.length === 0) return carry;
  const mixed = componentsMoved(generator, channels, positions, s);
  const n = positions.length;
  return (state) => {
    const carried = carry(state);
    const out = new Float64Array(carried.length);
    const u = new Float64Array(channels);
    for (let p = 0; p < n; p++) {
      for (let c = 0; c < channels; c++) u[c] = carried[c * n + p]!;
      const arrived = mixed(feet[p]!, u);
      for (let c = 0; c < channels; c++) out[c * n + p] = arrived[c]!;
    }
    return out;
  };
}

type Position = readonly number[];

/** Where what arrives at each position comes from. An affine flow moves points by an affine map, so few are traced. */
function feetOf(
  { flow }: Infinitesimal,
  positions: readonly Position[],
  s: number,
): readonly Position[] {
  if (flow === null) return positions;
  const velocity = (p: Position): number[] => flow.map((component) => component.value(p));
  const trace = (p: Position): number[] => integrated(velocity, p, -s);
  const bent = positions.some((p) =>
    flow.some((one) => one.gradient(p).some((g, i) => g !== one.gradient(positions[0]!)[i])),
  );
  if (bent) return positions.map(trace);
  const origin = positions[0]!.map(() => 0);
  const offset = trace(origin);
  const columns = origin.map((_, i) =>
    trace(origin.map((_zero, j) => (i === j ? 1 : 0))).map((x, j) => x - offset[j]!),
  );
  return positions.map((p) =>
    offset.map((from, j) => columns.reduce((sum, column, i) => sum + column[j]! * p[i]!, from)),
  );
}

/** u at the feet of all points. */
function placesMoved(
  generator: Infinitesimal,
  s: number,
  channels: number,
  grid: Grid | null,
  feet: readonly Position[],
): (state: ArrayLike<number>) => Float64Array {
  const { flow } = generator;
  if (flow === null || grid === null) return (state) => Float64Array.from(state);
  if (resamplingOf(generator, grid) === "spectral") {
    const distance = velocityOf(flow, grid)!.map((component) => component * s);
    return (state) => shifted(Float64Array.from(state), channels, grid, distance);
  }
  const n = feet.length;
  const read = readerAt(grid, feet);
  return (state) => {
    const out = new Float64Array(state.length);
    const u = Float64Array.from(state);
    for (let c = 0; c < channels; c++) out.set(read(u.subarray(c * n, (c + 1) * n)), c * n);
    return out;
  };
}

/** The velocity of a flow that is the same everywhere. */
function velocityOf(flow: NonNullable<Infinitesimal["flow"]>, grid: Grid): number[] | null {
  const origin = grid.size.map(() => 0);
  const corner = grid.length.map((length, i) => length * (0.31 + 0.07 * i));
  const same = flow.every(
    (component) =>
      component.gradient(corner).every((slope) => slope === 0) &&
      component.value(corner) === component.value(origin),
  );
  return same ? flow.map((component) => component.value(origin)) : null;
}

/** Components after the time s along the path that begins at a foot; worked out once where it is the same everywhere. */
function componentsMoved(
  { flow, mix, shift }: Infinitesimal,
  channels: number,
  positions: readonly Position[],
  s: number,
): (foot: Position, u: Float64Array) => ArrayLike<number> {
  const axes = positions[0]!.length;
  const velocity = (state: readonly number[]): number[] => {
    const position = state.slice(0, axes);
    const change = new Array<number>(state.length).fill(0);
    flow?.forEach((component, i) => (change[i] = component.value(position)));
    for (const { to, from, factor } of mix) {
      change[axes + to]! += factor(position) * state[axes + from]!;
    }
    for (const { to, value } of shift) change[axes + to]! += value(position);
    return change;
  };
  const follow = (foot: Position, u: ArrayLike<number>): number[] =>
    integrated(velocity, [...foot, ...Array.from(u)], s).slice(axes);
  const factors = [...mix.map(({ factor }) => factor), ...shift.map(({ value }) => value)];
  const [first = []] = positions;
  if (positions.some((p) => factors.some((factor) => factor(p) !== factor(first)))) return follow;
  const slope = { matrix: new Float64Array(channels ** 2), shift: new Float64Array(channels) };
  for (const { to, from, factor } of mix) slope.matrix[to * channels + from]! += factor(first);
  for (const { to, value } of shift) slope.shift[to]! += value(first);
  const { matrix, shift: offset } = affineExponential(slope, s);
  return (_, u) =>
    offset.map((start, i) => {
      let sum = start;
      for (let c = 0; c < channels; c++) sum += matrix[i * channels + c]! * u[c]!;
      return sum;
    });
}

/** A state on no grid along a vector field that is not affine. */
function integratedState(
  { mix, shift, field }: Infinitesimal & Required<Pick<Infinitesimal, "field">>,
  s: number,
  state: ArrayLike<number>,
): Float64Array {
  const velocity = (u: readonly number[]): number[] => {
    const change = Array.from(field(u));
    for (const { to, from, factor } of mix) change[to]! += factor([]) * u[from]!;
    for (const { to, value } of shift) change[to]! += value([]);
    return change;
  };
  return Float64Array.from(integrated(velocity, Array.from(state), s));
}

/** Runge and Kutta's fourth order in `STEPS` equal steps. */
function integrated(
  velocity: (state: readonly number[]) => number[],
  from: readonly number[],
  s: number,
): number[] {
  const h = s / STEPS;
  const after = (state: readonly number[], slope: readonly number[], by: number): number[] =>
    state.map((value, i) => value + by * slope[i]!);
  let state = [...from];
  for (let step = 0; step < STEPS; step++) {
    const k1 = velocity(state);
    const k2 = velocity(after(state, k1, h / 2));
    const k3 = velocity(after(state, k2, h / 2));
    const k4 = velocity(after(state, k3, h));
    state = state.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
  }
  return state;
}
