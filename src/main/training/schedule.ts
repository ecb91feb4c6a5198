/** The learning rate over the steps, as a share of the highest. */

export interface Schedule {
  readonly kind: "constant" | "cosine" | "linear" | "step";
  /** Steps of the whole training, warm-up included. */
  readonly steps: number;
  /** Steps of the climb from 0. */
  readonly warmUp: number;
  /** Where cosine and linear end. */
  readonly final: number;
  /** Of `step`: after so many steps the rate is multiplied by `factor`. */
  readonly every: number;
  readonly factor: number;
}

/**
 * Share of the highest rate in a step. In warm-up (k + 1)/warmUp, so that the first step moves; then with the share s of
 * the remaining steps that is done: cosine final + (1 − final)(1 + cos πs)/2 (Loshchilov and Hutter 2017,
 * arXiv:1608.03983, without restarts), linear 1 − (1 − final)s, step factor^⌊k/every⌋.
 * @param k steps done, from 0
 */
export function rateAt({ kind, steps, warmUp, final, every, factor }: Schedule, k: number): number {
  if (k < warmUp) return (k + 1) / warmUp;
  const share = Math.min(1, (k - warmUp) / Math.max(1, steps - warmUp));
  switch (kind) {
    case "constant":
      return 1;
    case "cosine":
      return final + 0.5 * (1 - final) * (1 + Math.cos(Math.PI * share));
    case "linear":
      return 1 - (1 - final) * share;
    case "step":
      return factor ** Math.floor(k / every);
  }
}
