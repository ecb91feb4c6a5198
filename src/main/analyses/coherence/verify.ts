/** Random entries of a result recomputed in float64 on the reference executor. */
import { integerBelow, randomFrom } from "../../../shared/random";
import type { LossId } from "../../training/losses";
import type { AnalysisContext, ReportProgress } from "../context";
import { Gradients, type Columns } from "../gradients";
import { addInnerProducts, rowsOf } from "../innerProducts";
import { sampleNetwork } from "../network";
import { gather, image } from "../orbit";
import type { BatchResult, CoherenceParameters } from "./batch";

export interface Verification {
  readonly quantity: string;
  readonly entries: number;
  /** Largest deviation over the geometric mean of both self terms. */
  readonly largest: number;
}

/**
 * `params.verify` entries ⟨∇ℓ(g·x_i), ∇ℓ(x_j)⟩, each from two float64 gradients. The influence follows from these by
 * arithmetic that is float64 already, and from tangents, which an entry alone does not determine.
 */
export async function verifyGram(
  context: AnalysisContext,
  params: CoherenceParameters,
  batches: readonly (readonly number[])[],
  results: readonly BatchResult[],
  signal: AbortSignal,
  progress: ReportProgress,
): Promise<Verification> {
  const executor = await context.reference();
  const network = sampleNetwork(context.model);
  const gradients = await Gradients.compile(
    executor,
    context.model,
    network,
    params.loss as LossId,
    1,
  );
  const random = randomFrom(params.seed, 2);
  const gradientOf = async (element: number, sample: number): Promise<Columns> => {
    const input = gather(context.input, [sample]);
    const target = gather(context.target, [sample]);
    const g = context.elements[element];
    const images =
      g === undefined
        ? [input, target]
        : [image(g, input, context.fields), image(g, target, context.outputFields)];
    const result = await gradients.of(images[0]!, images[1]!, 0, 1, () => {
      signal.throwIfAborted();
    });
    return result.columns;
  };
  let largest = 0;
  for (let k = 0; k < params.verify; k++) {
    progress({ fraction: 0.99, stage: `Verifying entry ${k + 1} of ${params.verify} in float64` });
    const b = integerBelow(random, batches.length);
    const batch = batches[b]!;
    const n = batch.length;
    const [g, i, j] = [
      integerBelow(random, context.elements.length),
      integerBelow(random, n),
      integerBelow(random, n),
    ];
    const bra = await gradientOf(g, batch[i]!);
    const ket = await gradientOf(-1, batch[j]!);
    const exact = product(bra, ket);
    const scale = Math.sqrt(product(bra, bra) * product(ket, ket));
    const found = results[b]!.arrays.gram![(g * n + i) * n + j]!;
    largest = Math.max(largest, Math.abs(found - exact) / scale);
  }
  await gradients.dispose();
  return { quantity: "gram", entries: params.verify, largest };
}

function product(a: Columns, b: Columns): number {
  const out = new Float64Array(1);
  a.parts.forEach((part, k) => {
    addInnerProducts(out, rowsOf(part, 1), rowsOf(b.parts[k]!, 1));
  });
  return out[0]!;
}
