/** A network near its samples: points, values and Jacobians, as candidates are tried on them. */
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import type { Linearised } from "../../data/fit/map";
import type { Executor } from "../../runtime/executor";
import type { Network } from "../context";
import type { SampleNetwork } from "../network";
import { slice, tensorOf } from "../orbit";
import { Pushforward, runSize } from "../pushforward";

/**
 * The network's own, by d Jacobian–vector products a sample.
 * @param states [n, …]
 */
export async function linearisedNetwork(
  executor: Executor,
  model: Network,
  network: SampleNetwork,
  states: Tensor,
  memoryBytes: number,
  step: (fraction: number) => void,
): Promise<Linearised> {
  const [n = 0, ...sample] = states.shape;
  const d = sizeOf(sample);
  const outputShape = network.prediction.shape.slice(1);
  const D = sizeOf(outputShape);
  const size = runSize(network, n, d, memoryBytes);
  const program = await Pushforward.compile(executor, model, network, size);
  const points = Float64Array.from(toFloat64(states));
  const values = new Float64Array(n * D);
  const jacobians = new Float64Array(n * D * d);
  const axes = new Float64Array(size.samples * d * d);
  for (let s = 0; s < size.samples; s++) {
    for (let i = 0; i < d; i++) axes[(s * d + i) * d + i] = 1;
  }
  try {
    for (let first = 0; first < n; first += size.samples) {
      const count = Math.min(size.samples, n - first);
      const block = slice(states, first, count);
      const directions = tensorOf(axes.subarray(0, count * d * d), [count, d, ...sample]);
      const { prediction, tangents } = await program.of(block, directions, () => step(first / n));
      values.set(prediction, first * D);
      for (let s = 0; s < count; s++) {
        for (let i = 0; i < d; i++) {
          for (let o = 0; o < D; o++) {
            jacobians[((first + s) * D + o) * d + i] = tangents[(s * d + i) * D + o]!;
          }
        }
      }
    }
  } finally {
    await program.dispose();
  }
  return { samples: n, inputs: d, outputs: D, points, values, jacobians };
}
