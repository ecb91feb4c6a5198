/** Norms of what each step of each sample gives. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { gridErrors } from "../../fields/generators/gridError";
import { roundTrips } from "../../fields/generators/roundTrip";
import type { DataContext } from "../context";
import { realsOf, slice } from "../orbit";
import type { LieStep } from "./derivative";
import { maskOf, norm, type Mask } from "./norms";
import type { LieNumbers } from "./numbers";
import type { Sides } from "./sides";

export class Measure {
  readonly numbers: LieNumbers;
  readonly #steps: number;
  readonly #samples: number;
  readonly #outputSize: number;
  readonly #channels: number;
  readonly #mask: Mask;
  readonly #generators: number;
  readonly #gridErrors: (state: ArrayLike<number>) => Float64Array;
  readonly #roundTrips: (state: ArrayLike<number>) => Float64Array;

  constructor(
    { samples, grid, input }: Pick<DataContext, "samples" | "grid" | "input">,
    { steps, disc }: Pick<LieDerivativeParameters, "steps" | "disc">,
    sides: Sides,
    outputShape: readonly number[],
  ) {
    const [count, n] = [sides.generators.length, samples.length];
    this.#generators = count;
    this.#samples = n;
    this.#steps = steps;
    this.#outputSize = sizeOf(outputShape);
    this.#channels = outputShape.length > 1 ? outputShape[0]! : 1;
    this.#mask = maskOf(grid, outputShape, disc);
    // Samples that are never added stay unknown.
    const unknown = (length: number): Float64Array => new Float64Array(length).fill(NaN);
    this.numbers = {
      error: unknown(count * n * steps),
      relative: unknown(count * n * steps),
      channel: unknown(count * n * this.#channels),
      square: unknown(count * n),
      gridError: unknown(count * n),
      roundTrip: unknown(count * n),
      outputNorm: unknown(n),
    };
    const mask = maskOf(grid, input.shape.slice(1), disc);
    const over = (values: Float64Array, from: number, to: number): number =>
      norm(values, from, to, mask);
    const channels = grid === null ? sizeOf(input.shape.slice(1)) : input.shape[1]!;
    this.#gridErrors = gridErrors(sides.infinitesimals, channels, grid, over);
    this.#roundTrips = roundTrips(sides.infinitesimals, channels, grid, over);
  }

  /** @param first position of the block's first sample @param k the step, from 0 */
  add(first: number, k: number, { prediction, field, tangents }: LieStep): void {
    const d = this.#outputSize;
    const count = this.#generators;
    const n = prediction.length / d;
    const { error, relative, square, outputNorm } = this.numbers;
    for (let i = 0; i < n; i++) {
      const scale = norm(prediction, i * d, (i + 1) * d, this.#mask);
      if (k === 0) outputNorm[first + i] = scale;
      for (let j = 0; j < count; j++) {
        const [from, to] = [(i * count + j) * d, (i * count + j + 1) * d];
        const size = norm(field, from, to, this.#mask);
        // X f = Df[X x] − L f: both terms of the difference are at hand.
        const moved = Float64Array.from(
          { length: d },
          (_, p) => tangents[from + p]! - field[from + p]!,
        );
        const terms = norm(tangents, from, to, this.#mask) + norm(moved, 0, d, this.#mask);
        const place = (j * this.#samples + first + i) * this.#steps + k;
        error[place] = size === 0 ? 0 : size / scale;
        relative[place] = size === 0 ? 0 : size / terms;
        if (k > 0) continue;
        square[j * this.#samples + first + i] = size ** 2 / d;
        this.#addChannels(
          j,
          first + i,
          field.subarray(from, to),
          prediction.subarray(i * d, (i + 1) * d),
        );
      }
    }
  }

  #addChannels(
    generator: number,
    sample: number,
    field: Float64Array,
    own: ArrayLike<number>,
  ): void {
    const points = this.#outputSize / this.#channels;
    for (let c = 0; c < this.#channels; c++) {
      const [from, to] = [c * points, (c + 1) * points];
      const size = norm(field, from, to, this.#mask);
      this.numbers.channel[(generator * this.#samples + sample) * this.#channels + c] =
        size === 0 ? 0 : size / norm(own, from, to, this.#mask);
    }
  }

  addGrid(first: number, states: Tensor): void {
    for (let i = 0; i < states.shape[0]!; i++) {
      const state = realsOf(slice(states, i, 1));
      const place = (j: number): number => j * this.#samples + first + i;
      const { gridError, roundTrip } = this.numbers;
      this.#gridErrors(state).forEach((value, j) => (gridError[place(j)] = value));
      this.#roundTrips(state).forEach((value, j) => (roundTrip[place(j)] = value));
    }
  }
}
