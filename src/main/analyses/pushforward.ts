/** Directions of state space pushed through the network: how its prediction changes when a state moves along each. */
import { sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import type { Graph } from "../graph/ir";
import { jvp } from "../graph/jvp";
import { simplify } from "../graph/simplify";
import { vmap } from "../graph/vmap";
import type { Executor, Program } from "../runtime/executor";
import type { Network } from "./context";
import type { Reals } from "./innerProducts";
import { activationSize, type SampleNetwork } from "./network";
import { emptyLike, padded, realsOf, tensorOf } from "./orbit";
import { otherInputs, samplesPerRun, stacked } from "./samples";

/** How many samples and directions one run takes. */
export interface RunSize {
  readonly samples: number;
  readonly directions: number;
}

const FLOAT32_BYTES = 4;

/** @param directions of each of `n` samples; as many at once as memory allows, for activations are made once a run */
export function runSize(
  network: SampleNetwork,
  n: number,
  directions: number,
  memoryBytes: number,
): RunSize {
  const numbers = activationSize(network);
  const fitting = Math.floor(memoryBytes / (FLOAT32_BYTES * numbers)) - 1;
  const width = Math.max(1, Math.min(directions, fitting));
  return { samples: samplesPerRun(n, numbers * (1 + width)), directions: width };
}

/**
 * f(x_i) and Df(x_i)[v] for several samples and directions: vmap over samples of vmap over directions of jvp. What does
 * not depend on the direction, the network's activations and the slopes at its kinks, is computed once a sample.
 * Inputs `$x` [samples, …] and `$v` [samples, directions, …] beside the parameters; outputs `y` and `dy`.
 */
function pushforwardGraph(network: SampleNetwork, { samples, directions }: RunSize): Graph {
  const g = new Builder();
  const { input, prediction } = network;
  const [, ...sample] = input.shape;
  const x = stacked(g, "$x", input, samples);
  const v = g.input("$v", { dtype: input.dtype, shape: [samples, directions, ...sample] });
  const one = g.input("v", input);
  const some = g.input("vs", { dtype: input.dtype, shape: [directions, ...input.shape] });
  const [tangent] = jvp(g, [prediction], [input], [one]);
  const [tangents] = vmap(g, [tangent!], new Map([[one, some]]), directions);
  const [y, dy] = vmap(
    g,
    [prediction, tangents!],
    new Map([
      [input, x.values],
      [some, g.reshape(v, [samples, directions, ...input.shape])],
    ]),
    samples,
  );
  const size = sizeOf(prediction.shape);
  return {
    inputs: [x.input, v, ...otherInputs(network)],
    outputs: [
      { name: "y", value: g.reshape(y!, [samples, size]) },
      { name: "dy", value: g.reshape(dy!, [samples, directions, size]) },
    ],
  };
}

export interface Pushed {
  /** f(x_i), [n, D] */
  readonly prediction: Reals;
  /** Df(x_i)[v_k], [n, K, D] */
  readonly tangents: Reals;
}

/** A compiled `pushforwardGraph` with the model's parameters bound. */
export class Pushforward {
  readonly #program: Program;
  readonly #size: RunSize;
  /** D, elements of one output sample. */
  readonly #outputSize: number;

  private constructor(program: Program, size: RunSize, outputSize: number) {
    this.#program = program;
    this.#size = size;
    this.#outputSize = outputSize;
  }

  static async compile(
    executor: Executor,
    model: Network,
    network: SampleNetwork,
    size: RunSize,
  ): Promise<Pushforward> {
    const graph = simplify(pushforwardGraph(network, size));
    const program = await executor.compile(graph, { bind: model.parameters });
    return new Pushforward(program, size, sizeOf(network.prediction.shape));
  }

  /** Runs that `of` makes. */
  runs(samples: number, directions: number): number {
    return Math.ceil(samples / this.#size.samples) * Math.ceil(directions / this.#size.directions);
  }

  /**
   * @param states [n, …]
   * @param directions [n, K, …]
   * @param step is called before each run and may throw to stop
   */
  async of(states: Tensor, directions: Tensor, step: () => void): Promise<Pushed> {
    const [n = 0, k = 0, ...sample] = directions.shape;
    const d = this.#outputSize;
    let prediction: Reals | undefined;
    let tangents: Reals | undefined;
    for (let i = 0; i < n; i += this.#size.samples) {
      const x = padded(states, i, this.#size.samples);
      const here = Math.min(this.#size.samples, n - i);
      for (let j = 0; j < k; j += this.#size.directions) {
        step();
        const v = this.#block(realsOf(directions), n, k, i, j, sizeOf(sample));
        const shape = [this.#size.samples, this.#size.directions, ...sample];
        const outputs = await this.#program.run(
          new Map([
            ["$x", x],
            ["$v", tensorOf(v, shape)],
          ]),
        );
        const [y, dy] = [realsOf(outputs.get("y")!), realsOf(outputs.get("dy")!)];
        prediction ??= emptyLike(y, n * d);
        tangents ??= emptyLike(dy, n * k * d);
        prediction.set(y.subarray(0, here * d), i * d);
        const width = Math.min(this.#size.directions, k - j);
        for (let s = 0; s < here; s++) {
          const from = s * this.#size.directions * d;
          tangents.set(dy.subarray(from, from + width * d), ((i + s) * k + j) * d);
        }
      }
    }
    return { prediction: prediction!, tangents: tangents! };
  }

  /** One run's directions: those of samples i … and directions j …, filled up with zeros. */
  #block(all: Reals, n: number, k: number, i: number, j: number, size: number): Reals {
    const { samples, directions } = this.#size;
    const block = emptyLike(all, samples * directions * size);
    for (let s = 0; s < Math.min(samples, n - i); s++) {
      const from = ((i + s) * k + j) * size;
      const width = Math.min(directions, k - j);
      block.set(all.subarray(from, from + width * size), s * directions * size);
    }
    return block;
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}
