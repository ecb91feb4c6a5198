/**
 * What a local law of motion may be made of at a point: the fields and their derivatives, their products with each other,
 * each with a coefficient that may vary over the box. Nothing among them prefers a place or a direction unless its
 * coefficient does, so that a law which the data do not have shows in the coefficients.
 */
import type { Grid } from "../../../shared/fields/spec";
import { sizeOf } from "../../../shared/tensor";
import { derivatives } from "../../fields/generators/derivatives";
import { positionsOf } from "../../fields/generators/apply";

/** A product of base quantities by their numbers; empty for the constant. */
type Term = readonly number[];

/** The base quantities of a state on the grid, [orders × channels][points]: fields, then derivatives. */
export type Base = readonly Float64Array[];

export class LocalTerms {
  readonly grid: Grid;
  readonly channels: number;
  readonly points: number;
  readonly terms: readonly Term[];
  /** Functions of place that coefficients are made of, [modulations][points]; the first is 1. */
  readonly modulations: readonly Float64Array[];
  /** How often each base quantity is differentiated along each axis, x first; the first not at all. */
  readonly orders: readonly (readonly number[])[];

  constructor(grid: Grid, channels: number) {
    this.grid = grid;
    this.channels = channels;
    this.points = sizeOf(grid.size);
    const axes = grid.size.length;
    // On a line more cost little: dispersion needs the third, Kuramoto and Sivashinsky's equation the fourth.
    this.orders = ordersUpTo(axes === 1 ? 4 : 2, axes);
    this.terms = termsOf(channels, axes, channels * this.orders.length);
    this.modulations = modulationsOf(grid);
  }

  /** Number of functions that are combined. */
  get features(): number {
    return this.terms.length * this.modulations.length;
  }

  /** @param state [C, ...grid], periodic where the grid is */
  base(state: Float64Array): Base {
    const known = new Map([[this.orders[0]!.join(), state]]);
    for (const order of this.orders) {
      if (known.has(order.join())) continue;
      const axis = order.findIndex((times) => times > 0);
      const before = known.get(less(order, axis).join())!;
      known.set(order.join(), derivatives(before, this.channels, this.grid)[axis]!);
    }
    return this.orders.flatMap((order) => this.#planes(known.get(order.join())!));
  }

  /**
   * The base of b + Σ_j x_j a_j, coordinates from the grid's centre: by the product rule, for such a field does not close
   * around a periodic box although its parts do.
   * @param a one an axis, x first
   */
  baseOfAffine(b: Float64Array, a: readonly Float64Array[]): Base {
    const out = this.base(b).map((values) => values.slice());
    const positions = positionsOf(this.grid);
    a.forEach((factor, axis) => {
      if (factor.every((value) => value === 0)) return;
      const own = this.base(factor);
      this.orders.forEach((order, at) => {
        const times = order[axis]!;
        const lower =
          times === 0
            ? -1
            : this.orders.findIndex((other) => other.join() === less(order, axis).join());
        for (let c = 0; c < this.channels; c++) {
          const values = out[at * this.channels + c]!;
          const slope = own[at * this.channels + c]!;
          const gained = lower < 0 ? null : own[lower * this.channels + c]!;
          for (let p = 0; p < values.length; p++) {
            values[p]! += positions[p]![axis]! * slope[p]! + times * (gained?.[p] ?? 0);
          }
        }
      });
    });
    return out;
  }

  #planes(values: Float64Array): Float64Array[] {
    return Array.from({ length: this.channels }, (_, c) =>
      values.subarray(c * this.points, (c + 1) * this.points),
    );
  }

  /** Each term at each point, [terms][points]. */
  values(base: Base): Float64Array[] {
    return this.terms.map((term) => {
      const out = new Float64Array(this.points).fill(1);
      for (const q of term) for (let p = 0; p < out.length; p++) out[p]! *= base[q]![p]!;
      return out;
    });
  }

  /** Each term's slope along a direction, by the product rule. @param along the direction's own base */
  slopes(base: Base, along: Base): Float64Array[] {
    return this.terms.map((term) => {
      const out = new Float64Array(this.points);
      term.forEach((moving, i) => {
        for (let p = 0; p < out.length; p++) {
          let product = along[moving]![p]!;
          term.forEach((q, j) => {
            if (j !== i) product *= base[q]![p]!;
          });
          out[p]! += product;
        }
      });
      return out;
    });
  }
}

/** All with at most that many derivatives, fewer first; of one derivative x first. */
function ordersUpTo(highest: number, axes: number): number[][] {
  const all = Array.from({ length: (highest + 1) ** axes }, (_, code) =>
    Array.from(
      { length: axes },
      (_zero, axis) => Math.floor(code / (highest + 1) ** axis) % (highest + 1),
    ),
  );
  const total = (order: readonly number[]): number => order.reduce((sum, one) => sum + one, 0);
  return all.filter((order) => total(order) <= highest).sort((a, b) => total(a) - total(b));
}

function less(order: readonly number[], axis: number): number[] {
  return order.map((times, other) => (other === axis ? times - 1 : times));
}

/** 1, every quantity, u_c u_d, u_c ∂u_d, and u_c³. */
function termsOf(channels: number, axes: number, quantities: number): Term[] {
  const fields = Array.from({ length: channels }, (_, c) => c);
  const slopes = Array.from({ length: channels * axes }, (_, k) => channels + k);
  return [
    [],
    ...Array.from({ length: quantities }, (_, q) => [q]),
    ...fields.flatMap((c) => fields.filter((d) => d >= c).map((d) => [c, d])),
    ...fields.flatMap((c) => slopes.map((slope) => [c, slope])),
    ...fields.map((c) => [c, c, c]),
  ];
}

/** 1, and the slowest waves of each periodic axis or its coordinate between walls. */
function modulationsOf(grid: Grid): Float64Array[] {
  const axes = grid.size.length;
  const positions = positionsOf(grid);
  const along = grid.size.flatMap((_, axis) => {
    const length = grid.length[axis]!;
    const share = (position: readonly number[]): number => position[axes - 1 - axis]! / length;
    const functions = grid.periodic[axis]!
      ? [Math.cos, Math.sin].map(
          (wave) => (position: readonly number[]) =>
            Math.SQRT2 * wave(2 * Math.PI * share(position)),
        )
      : [(position: readonly number[]) => Math.sqrt(12) * share(position)];
    return functions.map((f) => Float64Array.from(positions, f));
  });
  return [new Float64Array(positions.length).fill(1), ...along];
}
