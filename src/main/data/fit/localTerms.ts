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

/** The base quantities of a state on the grid: fields, then derivatives, [quantities][points]. */
export type Base = readonly Float64Array[];

export class LocalTerms {
  readonly grid: Grid;
  readonly channels: number;
  readonly points: number;
  readonly terms: readonly Term[];
  /** Functions of place that coefficients are made of, [modulations][points]; the first is 1. */
  readonly modulations: readonly Float64Array[];
  readonly #highest: number;

  constructor(grid: Grid, channels: number) {
    this.grid = grid;
    this.channels = channels;
    this.points = sizeOf(grid.size);
    const axes = grid.size.length;
    // On a line third derivatives cost little, and dispersion needs them.
    this.#highest = axes === 1 ? 3 : 2;
    this.terms = termsOf(channels, axes, quantitiesOf(channels, axes, this.#highest));
    this.modulations = modulationsOf(grid);
  }

  /** Number of functions that are combined. */
  get features(): number {
    return this.terms.length * this.modulations.length;
  }

  /** @param state [C, ...grid] */
  base(state: Float64Array): Base {
    const { channels, grid } = this;
    const axes = grid.size.length;
    const all: Float64Array[] = [];
    const push = (values: Float64Array): void => {
      for (let c = 0; c < channels; c++) {
        all.push(values.subarray(c * this.points, (c + 1) * this.points));
      }
    };
    push(state);
    const first = derivatives(state, channels, grid);
    first.forEach(push);
    first.forEach((slope, a) => {
      const second = derivatives(slope, channels, grid);
      for (let b = a; b < axes; b++) push(second[b]!);
      if (this.#highest === 3) push(derivatives(second[0]!, channels, grid)[0]!);
    });
    return all;
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

function quantitiesOf(channels: number, axes: number, highest: number): number {
  const second = (axes * (axes + 1)) / 2;
  return channels * (1 + axes + second + (highest === 3 ? 1 : 0));
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
