/** Generators applied to fields on a grid, or to vectors of features: (Xu)(p) = R(p)u(p) + c(p) − ξ(p)·∇u(p). */
import { UserError } from "../../../shared/errors";
import type { Grid } from "../../../shared/fields/spec";
import type { Infinitesimal, PointFunction } from "../../../shared/generators/generator";
import { sizeOf } from "../../../shared/tensor";
import { derivatives, FEWEST_POINTS } from "./derivatives";

/** A factor that is the same everywhere, or one a point. */
type Sampled = number | Float64Array;

interface Prepared {
  readonly velocity: readonly Sampled[] | null;
  readonly mix: readonly { to: number; from: number; factor: Sampled }[];
  readonly shift: readonly { to: number; value: Sampled }[];
  readonly field: Infinitesimal["field"];
}

/** Several generators prepared for one grid: derivatives are taken once for all of them. */
export class GeneratorAction {
  readonly #grid: Grid | null;
  readonly #channels: number;
  readonly #points: number;
  readonly #generators: readonly Prepared[];
  readonly #flows: boolean;

  /**
   * @param grid null for vectors of features
   * @throws UserError "generator/few-points" where an axis with walls has fewer than five
   */
  constructor(generators: readonly Infinitesimal[], channels: number, grid: Grid | null) {
    this.#grid = grid;
    this.#channels = channels;
    const positions = grid === null ? [[]] : positionsOf(grid);
    this.#points = positions.length;
    this.#flows = generators.some(({ flow }) => flow !== null);
    if (this.#flows) grid?.size.forEach((size, axis) => checkPoints(size, grid.periodic[axis]!));
    this.#generators = generators.map(({ flow, mix, shift, field }) => ({
      field,
      velocity: flow?.map((formula) => sampled(formula.value, positions)) ?? null,
      mix: mix.map(({ to, from, factor }) => ({ to, from, factor: sampled(factor, positions) })),
      shift: shift.map(({ to, value }) => ({ to, value: sampled(value, positions) })),
    }));
  }

  /** How many generators there are. */
  get count(): number {
    return this.#generators.length;
  }

  /**
   * X_k u for every generator.
   * @param state one state [C, ...grid] (or [C])
   * @returns [K, C, ...grid]
   */
  of(state: ArrayLike<number>): Float64Array {
    const size = this.#channels * this.#points;
    const u = Float64Array.from({ length: size }, (_, i) => state[i]!);
    const slopes =
      this.#flows && this.#grid !== null ? derivatives(u, this.#channels, this.#grid) : [];
    const all = new Float64Array(this.count * size);
    this.#generators.forEach((generator, k) => {
      this.#add(all.subarray(k * size, (k + 1) * size), generator, u, slopes);
    });
    return all;
  }

  #add(
    out: Float64Array,
    { velocity, mix, shift, field }: Prepared,
    u: Float64Array,
    slopes: readonly Float64Array[],
  ): void {
    const n = this.#points;
    velocity?.forEach((component, axis) => {
      const slope = slopes[axis]!;
      if (component === 0) return;
      for (let i = 0; i < out.length; i++) out[i]! -= at(component, i % n) * slope[i]!;
    });
    for (const { to, from, factor } of mix) {
      for (let p = 0; p < n; p++) out[to * n + p]! += at(factor, p) * u[from * n + p]!;
    }
    for (const { to, value } of shift) {
      for (let p = 0; p < n; p++) out[to * n + p]! += at(value, p);
    }
    field?.(u).forEach((change, i) => (out[i]! += change));
  }
}

function at(values: Sampled, point: number): number {
  return typeof values === "number" ? values : values[point]!;
}

function sampled(f: PointFunction, positions: readonly (readonly number[])[]): Sampled {
  const values = Float64Array.from(positions, (position) => f(position));
  return values.every((value) => value === values[0]) ? values[0]! : values;
}

function checkPoints(size: number, periodic: boolean): void {
  if (periodic || size >= FEWEST_POINTS) return;
  throw new UserError(
    "generator/few-points",
    `Derivatives up to a wall need ${FEWEST_POINTS} points along the axis; there are ${size}.`,
    { todo: "Use a finer grid, or state that the boundary is periodic." },
  );
}

/** Every grid point measured from the grid's centre, x first, in the order of the array. */
export function positionsOf({ size, length }: Grid): number[][] {
  return Array.from({ length: sizeOf(size) }, (_, point) => {
    const position: number[] = [];
    let rest = point;
    for (let axis = size.length - 1; axis >= 0; axis--) {
      const index = rest % size[axis]!;
      rest = (rest - index) / size[axis]!;
      position.push(((index - (size[axis]! - 1) / 2) / size[axis]!) * length[axis]!);
    }
    return position;
  });
}
