/**
 * What a fit's own error may amount to in a Lie derivative. A map that is off by a share of its values has one that is
 * off by about that share of its two terms, or of what the map does along a motion in no particular direction where that
 * is more: along a symmetry of an invariant both terms vanish, and the fit's error does not. What two halves of the data
 * disagree about is not known either, and no slope is known better than float64 leaves it.
 */
import { quantile, sorted } from "../../../shared/statistics";
import type { FittedPoint } from "./fitted";
import { norm } from "./norms";

/** Rounding of a difference of two terms that are sums of some tens of products. */
const ARITHMETIC = 16 * 2 ** -52;

export class FitBounds {
  readonly #residual: number;
  /** Of each generator, a number a point, relative to the map's value there. */
  readonly #bounds: number[][];

  /** @param residual of the fit, over the spread of the values */
  constructor(generators: number, residual: number) {
    this.#residual = residual;
    this.#bounds = Array.from({ length: generators }, () => []);
  }

  /** @param moved X G of the point, [K, D] */
  add({ value, tangents, gain }: FittedPoint, moved: Float64Array): void {
    const d = value.length;
    const scale = norm(value, 0, d, null);
    this.#bounds.forEach((bounds, j) => {
      const along = norm(tangents, j * d, (j + 1) * d, null);
      const terms = Math.max(along, gain?.slope[j] ?? 0) + norm(moved, j * d, (j + 1) * d, null);
      const arithmetic = ARITHMETIC * terms + (gain?.rounding[j] ?? 0);
      const bound = Math.max(this.#residual * terms, arithmetic) / scale;
      if (!Number.isNaN(bound)) bounds.push(bound);
    });
  }

  /** Of each generator, the median over the points, or what halves of the data disagree about where that is more. */
  floor(halves?: Float64Array): Float64Array {
    return Float64Array.from(this.#bounds, (bounds, j) =>
      Math.max(bounds.length === 0 ? 0 : quantile(sorted(bounds), 0.5), halves?.[j] ?? 0),
    );
  }
}
