/**
 * How far rounding moves inner products of gradients, measured where the same number is computed twice.
 *
 * At two of the metric's own samples ⟨∇ℓ_i, ∇ℓ_k⟩ comes out as ⟨J_k a_i, r_k⟩ and as ⟨J_i a_k, r_i⟩, with a the gradients
 * and r the loss's slope in the prediction. Without rounding they are equal. Each route has gradients, tangents and
 * slopes of its own, so that their difference shows what all of these lose in the executor's precision; both routes
 * are made of what a coherence run computes anyway.
 *
 * What they share does not show: both start from the same predictions, and the loss's slope in a prediction is that of a
 * small difference from the target. So much of the error follows from the unit of rounding (`addCommon`).
 */
export class Rounding {
  #squares = 0;
  #count = 0;
  #commonSquares = 0;
  #commonCount = 0;

  /** @param one by one route @param other by the other @param scale ‖∇ℓ_i‖‖∇ℓ_k‖; a zero gradient says nothing */
  add(one: number, other: number, scale: number): void {
    const difference = (one - other) / scale;
    if (!Number.isFinite(difference)) return;
    // Two independent errors make the difference, each with half of its variance.
    this.#squares += difference ** 2 / 2;
    this.#count++;
  }

  /** @param error of a product that both routes share, standard deviation */
  addCommon(error: number, scale: number): void {
    const relative = error / scale;
    if (!Number.isFinite(relative)) return;
    this.#commonSquares += relative ** 2;
    this.#commonCount++;
  }

  /** Standard error of ⟨E_i, ∇ℓ_k⟩ relative to both norms, E_i what rounding of a prediction does to a gradient. */
  get common(): number {
    return this.#commonCount === 0 ? 0 : Math.sqrt(this.#commonSquares / this.#commonCount);
  }

  /** Standard error of one product relative to both norms; null where none came out twice. */
  get relative(): number | null {
    return this.#count === 0 ? null : Math.sqrt(this.#squares / this.#count);
  }
}
