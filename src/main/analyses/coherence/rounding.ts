/**
 * How far rounding moves inner products of gradients, measured where the same number is computed twice.
 *
 * At two of the metric's own samples ⟨∇ℓ_i, ∇ℓ_k⟩ comes out as ⟨J_k a_i, r_k⟩ and as ⟨J_i a_k, r_i⟩, with a the gradients
 * and r the loss's slope in the prediction. Without rounding they are equal. Each route has gradients, tangents and
 * slopes of its own, so that their difference shows what all of these lose in the executor's precision; both routes
 * are made of what a coherence run computes anyway.
 */
export class Rounding {
  #squares = 0;
  #count = 0;

  /** @param one by one route @param other by the other @param scale ‖∇ℓ_i‖‖∇ℓ_k‖; a zero gradient says nothing */
  add(one: number, other: number, scale: number): void {
    const difference = (one - other) / scale;
    if (!Number.isFinite(difference)) return;
    // Two independent errors make the difference, each with half of its variance.
    this.#squares += difference ** 2 / 2;
    this.#count++;
  }

  /** Standard error of one product relative to both norms; null where none came out twice. */
  get relative(): number | null {
    return this.#count === 0 ? null : Math.sqrt(this.#squares / this.#count);
  }
}
