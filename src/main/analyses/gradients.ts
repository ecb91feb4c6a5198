/** Loss gradients of single samples with respect to all parameters, several samples a run. */
import { sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { checkpointed } from "../graph/checkpoint";
import { grad } from "../graph/grad";
import type { Graph } from "../graph/ir";
import { simplify } from "../graph/simplify";
import { vmap } from "../graph/vmap";
import type { Executor, Program } from "../runtime/executor";
import type { LossId } from "../training/losses";
import type { Network } from "./context";
import type { Reals } from "./innerProducts";
import { lossOf, type SampleNetwork } from "./network";
import { emptyLike, padded, realsOf, slice, tensorOf } from "./orbit";
import { otherInputs, stacked } from "./samples";

/** Vectors of parameter space side by side: for each parameter an array [count, size], in the model's order. */
export interface Columns {
  readonly count: number;
  readonly parts: readonly Reals[];
}

/** Memory that the columns hold. */
export function bytesOf(columns: Columns): number {
  return columns.parts.reduce((sum, part) => sum + part.byteLength, 0);
}

export interface SampleGradients {
  readonly columns: Columns;
  /** [count] */
  readonly loss: Float64Array;
  /** [count, D] */
  readonly prediction: Reals;
  /** ∂ℓ/∂prediction [count, D], in the variables of the loss. */
  readonly residual: Reals;
  /** What the loss compared, prediction and target in its variables: [count, D]. */
  readonly compared: Reals;
  readonly goal: Reals;
}

/**
 * ∇θℓ(f(x_i), t_i) for `chunk` samples: vmap of the gradient of one sample's loss.
 * Inputs `$x` [chunk, …] and `$t` [chunk, …] beside the parameters; outputs `loss` [chunk], the prediction `y`, the
 * loss's slope `r` [chunk, …] in what it compares, and one gradient [chunk, …] a parameter, named `d0`, `d1` … in their
 * order; where the loss has variables of its own also what it compares, `p` and `q`.
 */
export function gradientGraph(network: SampleNetwork, loss: LossId, chunk: number): Graph {
  const g = new Builder();
  const { input, prediction, compared, parameters } = network;
  const target = g.input("$t", prediction);
  const single = lossOf(g, network, loss, target);
  const gradients = grad(g, single, [compared, ...parameters]);
  const own = compared === prediction ? [] : [compared, network.comparedTarget(g, target)];
  const x = stacked(g, "$x", input, chunk);
  const t = stacked(g, "$t", target, chunk);
  const many = vmap(
    g,
    [single, prediction, ...gradients, ...own],
    new Map([
      [input, x.values],
      [target, t.values],
    ]),
    chunk,
  );
  return {
    inputs: [x.input, t.input, ...otherInputs(network)],
    outputs: many.map((value, k) => ({
      name: nameOf(k, parameters.length),
      value,
    })),
  };
}

/** Of the outputs of `gradientGraph`, in their order. */
function nameOf(k: number, parameters: number): string {
  return ["loss", "y", "r"][k] ?? ["p", "q"][k - 3 - parameters] ?? `d${k - 3}`;
}

/** A compiled `gradientGraph` with the model's parameters bound. */
export class Gradients {
  readonly #program: Program;
  /** Of the parameters. */
  readonly #shapes: readonly (readonly number[])[];
  readonly #sizes: readonly number[];
  readonly chunk: number;
  /** What a reader of the results should know; null for nothing. */
  readonly remark: string | null;

  private constructor(
    program: Program,
    shapes: readonly (readonly number[])[],
    chunk: number,
    remark: string | null,
  ) {
    this.#program = program;
    this.#shapes = shapes;
    this.#sizes = shapes.map(sizeOf);
    this.chunk = chunk;
    this.remark = remark;
  }

  /**
   * @param memoryBytes bound on the results that one run holds: parts of the network are computed twice to stay below,
   * and between runs none of it is kept
   */
  static async compile(
    executor: Executor,
    model: Network,
    network: SampleNetwork,
    loss: LossId,
    chunk: number,
    memoryBytes = Infinity,
  ): Promise<Gradients> {
    const whole = simplify(gradientGraph(network, loss, chunk));
    const { graph, segments } = checkpointed(whole, "loss", memoryBytes);
    const program = await executor.compile(graph, {
      bind: model.parameters,
      sparing: Number.isFinite(memoryBytes),
    });
    return new Gradients(
      program,
      network.parameters.map((value) => value.shape),
      chunk,
      segments === 1
        ? null
        : `A gradient did not fit into the memory allowed: the network was computed twice, in ${segments} segments.`,
    );
  }

  /**
   * Gradients of samples first … first + count − 1; `step` is called between runs and may throw to stop.
   * @param into columns of as many samples that nobody reads any more: they are written over
   */
  async of(
    input: Tensor,
    target: Tensor,
    first: number,
    count: number,
    step: () => void,
    into?: Columns,
  ): Promise<SampleGradients> {
    const loss = new Float64Array(count);
    const outputs = new Map<string, Reals>();
    let parts = into?.parts ?? [];
    for (let done = 0; done < count; done += this.chunk) {
      step();
      const made = await this.#program.run(
        new Map([
          ["$x", padded(input, first + done, this.chunk)],
          ["$t", padded(target, first + done, this.chunk)],
        ]),
        count - done < this.chunk ? undefined : this.#places(parts, done),
      );
      const used = Math.min(this.chunk, count - done);
      const take = (name: string): Reals => realsOf(made.get(name)!);
      if (done === 0 && into === undefined) {
        parts = this.#sizes.map((size, k) => emptyLike(take(`d${k}`), count * size));
      }
      loss.set(take("loss").subarray(0, used), done);
      for (const name of ["y", "r", "p", "q"].filter((each) => made.has(each))) {
        const values = take(name);
        const size = values.length / this.chunk;
        const all = outputs.get(name) ?? emptyLike(values, count * size);
        all.set(values.subarray(0, used * size), done * size);
        outputs.set(name, all);
      }
      this.#sizes.forEach((size, k) => {
        const gradient = take(`d${k}`);
        if (gradient.buffer !== parts[k]!.buffer) {
          parts[k]!.set(gradient.subarray(0, used * size), done * size);
        }
      });
    }
    const [prediction, residual] = [outputs.get("y")!, outputs.get("r")!];
    return {
      ...{ loss, prediction, residual, columns: { count, parts } },
      compared: outputs.get("p") ?? prediction,
      goal: outputs.get("q") ?? realsOf(slice(target, first, count)),
    };
  }

  /** Where a whole chunk's gradients belong, from sample `done` on; nothing as long as there are no columns. */
  #places(parts: readonly Reals[], done: number): Map<string, Tensor> {
    return new Map(
      parts.map((part, k) => {
        const size = this.#sizes[k]!;
        const place = part.subarray(done * size, (done + this.chunk) * size);
        return [`d${k}`, tensorOf(place, [this.chunk, ...this.#shapes[k]!])];
      }),
    );
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}
