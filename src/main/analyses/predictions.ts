/** Predictions of many samples, several a run. */
import { sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { vmap } from "../graph/vmap";
import type { Executor, Program } from "../runtime/executor";
import type { Network } from "./context";
import type { Reals } from "./innerProducts";
import type { SampleNetwork } from "./network";
import { emptyLike, padded, realsOf } from "./orbit";
import { otherInputs, stacked } from "./samples";

/** The network compiled for `chunk` samples a run, its parameters bound. */
export class Predictions {
  readonly #program: Program;
  readonly #size: number;
  readonly #chunk: number;

  private constructor(program: Program, size: number, chunk: number) {
    this.#program = program;
    this.#size = size;
    this.#chunk = chunk;
  }

  static async compile(
    executor: Executor,
    model: Network,
    network: SampleNetwork,
    chunk: number,
  ): Promise<Predictions> {
    const g = new Builder();
    const { input, prediction } = network;
    const x = stacked(g, "$x", input, chunk);
    const [y] = vmap(g, [prediction], new Map([[input, x.values]]), chunk);
    const program = await executor.compile(
      {
        inputs: [x.input, ...otherInputs(network)],
        outputs: [{ name: "y", value: y! }],
      },
      { bind: model.parameters },
    );
    return new Predictions(program, sizeOf(prediction.shape), chunk);
  }

  /** f(x_i) for each sample [n, …], as [n, D] in the executor's precision. `step` is called before each run. */
  async of(samples: Tensor, step: () => void): Promise<Reals> {
    const n = samples.shape[0]!;
    let all: Reals | undefined;
    for (let first = 0; first < n; first += this.#chunk) {
      step();
      const outputs = await this.#program.run(
        new Map([["$x", padded(samples, first, this.#chunk)]]),
      );
      const y = realsOf(outputs.get("y")!);
      all ??= emptyLike(y, n * this.#size);
      const used = Math.min(this.#chunk, n - first);
      all.set(y.subarray(0, used * this.#size), first * this.#size);
    }
    return all!;
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}
