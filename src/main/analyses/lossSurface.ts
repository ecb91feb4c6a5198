/** Losses at moved parameters: the network with its parameters as inputs. */
import type { Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { inputName, type Graph } from "../graph/ir";
import { simplify } from "../graph/simplify";
import { vmap } from "../graph/vmap";
import type { Executor, Program } from "../runtime/executor";
import type { LossId } from "../training/losses";
import type { Network } from "./context";
import { lossOf, type SampleNetwork } from "./network";
import { padded, realsOf, tensorOf } from "./orbit";
import { otherInputs, stacked } from "./samples";
import type { Direction } from "./directions";

/** Losses [chunk] of samples `$x` and targets `$t` [chunk, …], the parameters as inputs. */
function lossGraph(network: SampleNetwork, loss: LossId, chunk: number): Graph {
  const g = new Builder();
  const { input, prediction } = network;
  const target = g.input("$t", prediction);
  const x = stacked(g, "$x", input, chunk);
  const t = stacked(g, "$t", target, chunk);
  const single = lossOf(g, network, loss, target);
  const [many] = vmap(
    g,
    [single],
    new Map([
      [input, x.values],
      [target, t.values],
    ]),
    chunk,
  );
  return {
    inputs: [x.input, t.input, ...otherInputs(network)],
    outputs: [{ name: "loss", value: many! }],
  };
}

/** A compiled `lossGraph`, evaluated around the model's own parameters. */
export class LossSurface {
  readonly #program: Program;
  readonly #chunk: number;
  readonly #names: readonly string[];
  readonly #base: readonly Tensor[];

  private constructor(program: Program, chunk: number, names: string[], base: Tensor[]) {
    this.#program = program;
    this.#chunk = chunk;
    this.#names = names;
    this.#base = base;
  }

  static async compile(
    executor: Executor,
    model: Network,
    network: SampleNetwork,
    loss: LossId,
    chunk: number,
  ): Promise<LossSurface> {
    const program = await executor.compile(simplify(lossGraph(network, loss, chunk)));
    const names = network.parameters.map(inputName);
    const base = names.map((name) => model.parameters.get(name)!);
    return new LossSurface(program, chunk, names, base);
  }

  /** Mean loss of each batch at θ + Σ steps_k · directions_k. */
  async at(
    directions: readonly Direction[],
    steps: readonly number[],
    batches: readonly { input: Tensor; target: Tensor }[],
    step: () => void,
  ): Promise<number[]> {
    const losses = await this.each(directions, steps, batches, step);
    return losses.map((all) => all.reduce((sum, loss) => sum + loss, 0) / all.length);
  }

  /**
   * Losses of the samples of each batch there. The parameters' sum is made in float64, so that small steps are not
   * lost, and rounded once for a float32 executor.
   */
  async each(
    directions: readonly Direction[],
    steps: readonly number[],
    batches: readonly { input: Tensor; target: Tensor }[],
    step: () => void,
  ): Promise<Float64Array[]> {
    const parameters = this.#base.map((tensor, k) => {
      const moved = Float64Array.from(tensor.data as Float32Array);
      directions.forEach((direction, a) => {
        const part = direction[k]!;
        for (let i = 0; i < moved.length; i++) moved[i]! += steps[a]! * part[i]!;
      });
      return tensorOf(moved, tensor.shape);
    });
    const found: Float64Array[] = [];
    for (const { input, target } of batches) {
      const n = input.shape[0]!;
      const losses = new Float64Array(n);
      for (let first = 0; first < n; first += this.#chunk) {
        step();
        const outputs = await this.#program.run(
          new Map([
            ["$x", padded(input, first, this.#chunk)],
            ["$t", padded(target, first, this.#chunk)],
            ...this.#names.map((name, k): [string, Tensor] => [name, parameters[k]!]),
          ]),
        );
        const loss = realsOf(outputs.get("loss")!);
        losses.set(loss.subarray(0, Math.min(this.#chunk, n - first)), first);
      }
      found.push(losses);
    }
    return found;
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}
