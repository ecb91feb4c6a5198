/** How good a network is on samples that it is not trained on: its loss, and its error beside that of predicting no change. */
import { toFloat64, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { dataInputs, inputName, type Graph } from "../graph/ir";
import { simplify } from "../graph/simplify";
import type { OwnVariables } from "../models/prepared";
import type { Executor, Program } from "../runtime/executor";
import { lossPerSample, type LossId } from "./losses";
import { comparedOf, targetName } from "./objective";
import type { Samples } from "./samples";

export interface Judgement {
  /** Mean of the single-step loss, in the network's variables. */
  readonly loss: number;
  /** Mean of ‖p − t‖/‖t‖ over the samples, in the data's units. */
  readonly relativeError: number;
}

export class Validation {
  readonly #program: Program;
  readonly #data: string;
  readonly #batch: number;
  readonly #samples: Samples;
  readonly #indices: readonly number[];

  private constructor(program: Program, given: ValidationOptions & { data: string }) {
    this.#program = program;
    this.#data = given.data;
    this.#batch = given.batch;
    this.#samples = given.samples;
    this.#indices = given.indices;
  }

  /** @param network at a batch's size, one data input */
  static async open(
    executor: Executor,
    network: Graph,
    options: ValidationOptions,
  ): Promise<Validation> {
    const g = new Builder();
    const prediction = network.outputs[0]!.value;
    const target = g.input(targetName(0), prediction);
    const compared = comparedOf(network, options.own);
    const [input] = dataInputs(network);
    const wanted = options.own?.target(g, target, input!) ?? target;
    const graph = simplify({
      inputs: [...network.inputs, target],
      outputs: [
        { name: "loss", value: lossPerSample(g, options.loss, compared, wanted) },
        { name: "error", value: lossPerSample(g, "relative-l2", prediction, target) },
      ],
    });
    const data = inputName(input!);
    return new Validation(await executor.compile(graph), { ...options, data });
  }

  /** @param signal is looked at between batches */
  async judge(weights: ReadonlyMap<string, Tensor>, signal?: AbortSignal): Promise<Judgement> {
    let [loss, error] = [0, 0];
    for (let first = 0; first < this.#indices.length; first += this.#batch) {
      signal?.throwIfAborted();
      const part = this.#indices.slice(first, first + this.#batch);
      // One program fits every batch: the last sample fills up what is missing.
      const filled = Array.from({ length: this.#batch }, (_, i) => part[Math.min(i, part.length - 1)]!); // prettier-ignore
      const { input, targets } = await this.#samples.read(filled);
      const outputs = await this.#program.run(
        new Map([...weights, [this.#data, input], [targetName(0), targets[0]!]]),
      );
      const sum = (name: string): number =>
        toFloat64(outputs.get(name)!)
          .subarray(0, part.length)
          .reduce((total, x) => total + x, 0);
      loss += sum("loss");
      error += sum("error");
    }
    const count = this.#indices.length;
    return { loss: loss / count, relativeError: error / count };
  }

  /** Mean of ‖x − t‖/‖t‖; null where input and target are different things. */
  async identityError(): Promise<number | null> {
    let total = 0;
    for (const index of this.#indices) {
      const { input, targets } = await this.#samples.read([index]);
      const [target] = targets as [Tensor];
      if (input.shape.join() !== target.shape.join()) return null;
      const [x, t] = [input, target].map(toFloat64);
      let [difference, norm] = [0, 0];
      t!.forEach((value, i) => {
        difference += (x![i]! - value) ** 2;
        norm += value ** 2;
      });
      total += Math.sqrt(difference / norm);
    }
    return total / this.#indices.length;
  }

  async dispose(): Promise<void> {
    await this.#program.dispose();
  }
}

export interface ValidationOptions {
  readonly loss: LossId;
  readonly batch: number;
  readonly samples: Samples;
  readonly indices: readonly number[];
  /** Where the loss is taken; absent: in the data's variables. */
  readonly own?: OwnVariables;
}
