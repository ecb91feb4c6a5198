/** The mean loss of a batch and its gradient. */
import type { Tensor } from "../../../shared/tensor";
import type { Gradients } from "../gradients";
import type { Direction } from "../directions";

/** Samples with their targets, [n, …] each. */
export interface Batch {
  readonly input: Tensor;
  readonly target: Tensor;
}

export interface MeanGradient {
  readonly loss: number;
  readonly gradient: Direction;
}

/** Summed in float64 over runs of the gradients' own size; `step` is called before each and may throw to stop. */
export async function meanGradient(
  gradients: Gradients,
  { input, target }: Batch,
  step: () => void,
): Promise<MeanGradient> {
  const n = input.shape[0]!;
  let loss = 0;
  let gradient: Float64Array[] | undefined;
  for (let first = 0; first < n; first += gradients.chunk) {
    const count = Math.min(gradients.chunk, n - first);
    const result = await gradients.of(input, target, first, count, step);
    const { parts } = result.columns;
    gradient ??= parts.map((part) => new Float64Array(part.length / count));
    for (const value of result.loss) loss += value / n;
    gradient.forEach((sum, k) => {
      const part = parts[k]!;
      for (let i = 0; i < part.length; i++) sum[i % sum.length]! += part[i]! / n;
    });
  }
  return { loss, gradient: gradient! };
}
