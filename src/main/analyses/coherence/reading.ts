/** The arrays of a batch that follow from inner products, filled element by element. */
import { sizeOf } from "../../../shared/tensor";
import type { BatchInput } from "./batchInput";
import type { GramBlock } from "./grams";
import {
  columnSet,
  excessOf,
  influenceWithin,
  meanMetric,
  type ColumnSet,
  type Influence,
  type InfluenceOptions,
} from "./influence";
import { largestErrors, type ElementPrecision } from "./precision";
import type { Rounding } from "./rounding";
import { cosineOf } from "../span";
import type { Sweep } from "./sweep";

/** Fills the arrays [G, …] that follow from inner products. */
export class Reading {
  readonly arrays: Record<string, Float64Array>;
  readonly ranks: number[];
  /** Of each element; empty where rounding was not measured. */
  readonly precision: ElementPrecision[] = [];
  readonly #batch: BatchInput;
  readonly #n: number;
  readonly #options: InfluenceOptions;
  readonly #sweep: Sweep | null;
  readonly #selfX: Float64Array;
  readonly #rounding: Rounding;

  /** @param rounding measured on `own` */
  constructor(batch: BatchInput, own: GramBlock, rounding: Rounding, sweep: Sweep | null) {
    const { params, context } = batch;
    const n = batch.input.shape[0]!;
    const count = context.elements.length;
    this.#batch = batch;
    this.#n = n;
    this.#sweep = sweep;
    this.#rounding = rounding;
    this.#options = {
      metric: params.metric === "identity" ? "identity" : "gauss-newton",
      ridge: params.ridge,
      energy: params.energy,
      unitColumns: params["unit-columns"],
      ...(rounding.relative === null ? {} : { rounding: rounding.relative }),
    };
    this.ranks = new Array<number>(count).fill(0);
    const nan = (...extents: number[]): Float64Array => new Float64Array(sizeOf(extents)).fill(NaN);
    this.arrays = {
      influence: nan(count, n, n),
      gram: nan(count, n, n),
      cosine: nan(count, n, n),
      euclidean_cosine: nan(count, n, n),
      self_influence: nan(count, n),
      self_influence_x: nan(count, n),
      gram_self: nan(count, n),
      excess: nan(count, n),
      energy_kept: nan(count, 2),
      ...(params.metric === "identity"
        ? {}
        : {
            metric: nan(count, n, n),
            influence_error: nan(count, n, n),
            cosine_error: nan(count, n, n),
          }),
      ...(sweep === null
        ? {}
        : {
            sweep_cosine: nan(sweep.values.length, count, n),
            sweep_euclidean: nan(sweep.values.length, count, n),
          }),
    };
    this.#selfX = diagonal(own.gram, n);
  }

  /** A span of its own for element g: kets alone (one group), or kets and its bras. */
  addElement(g: number, groups: number, block: (i: number, j: number) => GramBlock): void {
    const bra = groups - 1;
    this.#addProducts(g, block(bra, 0), block(bra, bra));
    const { influence, sweep } = this.#solve(groups, block);
    this.#addInfluence(g, influence[bra]!);
    this.#addSweep(
      g,
      sweep.map((value) => value[bra]!),
    );
  }

  /** One span for all points; point 0 is the identity, the others the moving elements in order. */
  addCommon(groups: number, block: (i: number, j: number) => GramBlock): void {
    const { influence, sweep } = this.#solve(groups, block);
    let next = 1;
    this.#batch.context.elements.forEach((element, g) => {
      const point = element.id === "e" ? 0 : next++;
      this.#addProducts(g, block(point, 0), block(point, point));
      this.#addInfluence(g, influence[point]!);
      this.#addSweep(
        g,
        sweep.map((value) => value[point]!),
      );
    });
  }

  #solve(
    groups: number,
    block: (i: number, j: number) => GramBlock,
  ): { influence: Influence[]; sweep: Influence[][] } {
    const metric = this.#options.metric === "gauss-newton";
    const set = (metricOf: (block: GramBlock) => Float64Array): ColumnSet =>
      columnSet(this.#n, groups, block, metric ? metricOf : null);
    const outputSize = this.#batch.target.data.length / this.#n;
    const { relative, common } = this.#rounding;
    const options =
      relative === null
        ? this.#options
        : { ...this.#options, precision: { rounding: relative, common, outputSize } };
    return {
      influence: influenceWithin(set(meanMetric), options)[0]!,
      sweep: this.#sweep?.influences(set, this.#options) ?? [],
    };
  }

  #addProducts(g: number, cross: GramBlock, square: GramBlock): void {
    const n = this.#n;
    const self = diagonal(square.gram, n);
    this.arrays.gram!.set(cross.gram, g * n * n);
    this.arrays.gram_self!.set(self, g * n);
    this.arrays.euclidean_cosine!.set(cosineOf(cross.gram, self, this.#selfX), g * n * n);
    this.arrays.metric?.set(meanMetric(cross), g * n * n);
  }

  #addInfluence(g: number, result: Influence): void {
    const n = this.#n;
    const trajectories = this.#batch.samples.map(({ trajectory }) => trajectory);
    this.ranks[g] = result.rank;
    this.arrays.influence!.set(result.influence, g * n * n);
    this.arrays.cosine!.set(result.cosine, g * n * n);
    this.arrays.self_influence!.set(result.self, g * n);
    this.arrays.self_influence_x!.set(result.selfX, g * n);
    this.arrays.excess!.set(excessOf(result.cosine, trajectories), g * n);
    this.arrays.energy_kept!.set(result.energyKept, g * 2);
    if (result.errors === null) return;
    const { influence, cosine } = result.errors;
    this.arrays.influence_error!.set(influence, g * n * n);
    this.arrays.cosine_error!.set(cosine, g * n * n);
    this.precision[g] = largestErrors(influence, cosine, result.self, result.selfX);
  }

  #addSweep(g: number, results: readonly Influence[]): void {
    const n = this.#n;
    const count = this.#batch.context.elements.length;
    const euclidean = this.arrays.euclidean_cosine!.subarray(g * n * n, (g + 1) * n * n);
    results.forEach(({ cosine }, s) => {
      const used = this.#sweep!.used[s] ?? null;
      for (let i = 0; i < n; i++) {
        if (used !== null && !used.includes(i)) continue;
        const place = (s * count + g) * n + i;
        this.arrays.sweep_cosine![place] = cosine[i * n + i]!;
        this.arrays.sweep_euclidean![place] = euclidean[i * n + i]!;
      }
    });
  }
}

function diagonal(matrix: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]!);
}
