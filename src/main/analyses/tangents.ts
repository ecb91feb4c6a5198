/**
 * Directions of parameter space pushed through the network: what a step along each would change in the output, in the
 * variables that losses compare.
 */
import { sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { hoisted } from "../graph/hoist";
import { inputName, type Graph } from "../graph/ir";
import { jacobianTimes } from "../graph/jacobian";
import { simplify } from "../graph/simplify";
import type { Executor, Program } from "../runtime/executor";
import type { Network } from "./context";
import type { Columns } from "./gradients";
import type { Reals } from "./innerProducts";
import type { SampleNetwork } from "./network";
import { emptyLike, realsOf, slice, tensorOf } from "./orbit";
import { otherInputs } from "./samples";

/**
 * J(x) v_d for one sample x and `width` directions at once: the network's activations are computed once, and a
 * convolution's tangent is one convolution with width · C_out channels beside one over width samples.
 * Inputs: the network's own [1, …] and one direction [width, …] a parameter, named `$v0`, `$v1` …; output `dy` [width, D].
 */
export function tangentGraph(network: SampleNetwork, width: number): Graph {
  const g = new Builder();
  const { input, compared, parameters } = network;
  const many = parameters.map((value, k) =>
    g.input(`$v${k}`, { dtype: value.dtype, shape: [width, ...value.shape] }),
  );
  const [pushed] = jacobianTimes(g, [compared], parameters, many);
  return {
    inputs: [input, ...many, ...otherInputs(network)],
    outputs: [{ name: "dy", value: g.reshape(pushed!, [width, sizeOf(compared.shape)]) }],
  };
}

/** What one sample's tangents need of it. */
export interface Primal {
  readonly input: ReadonlyMap<string, Tensor>;
  readonly kept: ReadonlyMap<string, Tensor>;
}

/**
 * A compiled `tangentGraph` with the model's parameters bound. What depends on the sample alone, the network's own pass,
 * is a program of its own, run once a sample and not once a run.
 */
export class Tangents {
  /** Null where nothing of the network's own pass is worth keeping. */
  readonly #once: Program | null;
  readonly #each: Program;
  readonly #network: SampleNetwork;
  readonly width: number;
  /** D, elements of one output sample. */
  readonly outputSize: number;

  private constructor(once: Program | null, each: Program, network: SampleNetwork, width: number) {
    this.#once = once;
    this.#each = each;
    this.#network = network;
    this.width = width;
    this.outputSize = sizeOf(network.compared.shape);
  }

  static async compile(
    executor: Executor,
    model: Network,
    network: SampleNetwork,
    width: number,
  ): Promise<Tangents> {
    const graph = simplify(tangentGraph(network, width));
    const directions = new Set(network.parameters.map((_, k) => `$v${k}`));
    const { once, each } = hoisted(graph, directions);
    // Memory that is kept between runs grows by doubling: 480 MiB of a U-Net's coherence, so 377, for a tenth less time.
    const options = { bind: model.parameters, sparing: true };
    const first = once.outputs.length === 0 ? null : await executor.compile(once, options);
    return new Tangents(first, await executor.compile(each, options), network, width);
  }

  /**
   * J(x_m) v for every direction and sample.
   * @returns [directions, n · D] row-major, in the executor's precision
   */
  async push(directions: Columns, samples: Tensor, step: () => void): Promise<Reals> {
    const n = samples.shape[0]!;
    const d = this.outputSize;
    let pushed: Reals | undefined;
    let primal: Primal | undefined;
    for (let m = 0; m < n; m++) {
      step();
      primal = await this.primal(slice(samples, m, 1), primal);
      for (let first = 0; first < directions.count; first += this.width) {
        if (first > 0) step();
        const dy = await this.along(primal, directions, first);
        pushed ??= emptyLike(dy, directions.count * n * d);
        const used = Math.min(this.width, directions.count - first);
        for (let c = 0; c < used; c++) {
          pushed.set(dy.subarray(c * d, (c + 1) * d), ((first + c) * n + m) * d);
        }
      }
    }
    return pushed!;
  }

  /** @param spent of a sample that nobody asks for any more: it is written over */
  async primal(sample: Tensor, spent?: Primal): Promise<Primal> {
    const input = new Map([[inputName(this.#network.input), sample]]);
    const kept = await this.#once?.run(input, spent?.kept);
    return { input, kept: kept ?? new Map<string, Tensor>() };
  }

  /** J(x) v for `width` directions from `first` on, beyond the last for zeros: [width, D]. */
  async along({ input, kept }: Primal, directions: Columns, first: number): Promise<Reals> {
    const feeds = new Map([...input, ...kept]);
    directions.parts.forEach((_, k) => feeds.set(`$v${k}`, this.#part(directions, k, first)));
    return realsOf((await this.#each.run(feeds)).get("dy")!);
  }

  /** Directions first … first + width − 1 of one parameter, filled up with zeros. */
  #part(directions: Columns, k: number, first: number): Tensor {
    const { shape } = this.#network.parameters[k]!;
    const size = sizeOf(shape);
    const part = directions.parts[k]!;
    const rest = part.subarray(first * size, (first + this.width) * size);
    if (rest.length === this.width * size) return tensorOf(rest, [this.width, ...shape]);
    const full = emptyLike(part, this.width * size);
    full.set(rest);
    return tensorOf(full, [this.width, ...shape]);
  }

  async dispose(): Promise<void> {
    await this.#once?.dispose();
    await this.#each.dispose();
  }
}
