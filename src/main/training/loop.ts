/** A plain gradient loop: AdamW over shuffled batches with a cosine-decayed rate. */
import { permutation, randomFrom } from "../../shared/random";
import { allocate, sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { checkpointed } from "../graph/checkpoint";
import { dataInputs, inputName, type Graph } from "../graph/ir";
import { simplify } from "../graph/simplify";
import type { Executor } from "../runtime/executor";
import { adamWDefaults, adamWStep, after, momentNames, type AdamWOptions } from "./adamw";
import type { LossId } from "./losses";

export interface TrainingOptions {
  readonly loss: LossId;
  /** [N, …] each. */
  readonly input: Tensor;
  readonly target: Tensor;
  readonly batch: number;
  readonly steps: number;
  /** At the start; it falls to zero along half a cosine. */
  readonly rate: number;
  readonly optimiser?: AdamWOptions;
  readonly seed: number;
  readonly onStep?: (step: number, loss: number) => void;
  /** Bound on the results that a step holds: parts of the network are computed twice to stay below. */
  readonly memoryBytes?: number;
  /** Told how a step was made to fit into memory, a sentence. */
  readonly onRemark?: (remark: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Parameters after `steps` steps from `initial`.
 * @param network the network at a batch size, one data input
 * @throws what `signal` throws when aborted
 */
export async function train(
  executor: Executor,
  network: (batch: number) => Graph,
  initial: ReadonlyMap<string, Tensor>,
  options: TrainingOptions,
): Promise<Map<string, Tensor>> {
  const { beta1, beta2 } = options.optimiser ?? adamWDefaults;
  const graph = network(options.batch);
  const data = dataInputs(graph)[0]!;
  const whole = simplify(adamWStep(new Builder(), graph, options.loss, options.optimiser));
  const { graph: fitting, segments } = checkpointed(whole, "loss", options.memoryBytes ?? Infinity);
  if (segments > 1) {
    options.onRemark?.(
      `A step did not fit into the memory allowed: the network is computed twice, in ${segments} segments.`,
    );
  }
  const program = await executor.compile(fitting, { sparing: segments > 1 });
  const scalar = (x: number): Tensor => ({ dtype: "float32", shape: [], data: Float32Array.of(x) });
  let state = zeros(initial);
  // Two sets by turns: a step may write the next state while it still reads this one, and never allocates.
  let next = zeros(initial);
  for (const [name, { data }] of initial) {
    (state.get(name)!.data as Float32Array).set(data as Float32Array);
  }
  const order = epochs(options.input.shape[0]!, options.batch, options.seed);
  try {
    for (let step = 1; step <= options.steps; step++) {
      options.signal?.throwIfAborted();
      const chosen = order.next().value;
      const rate = 0.5 * options.rate * (1 + Math.cos((Math.PI * (step - 1)) / options.steps));
      const outputs = await program.run(
        new Map([
          ...state,
          [inputName(data), rows(options.input, chosen)],
          ["$target", rows(options.target, chosen)],
          ["$rate", scalar(rate)],
          ["$correction1", scalar(1 - beta1 ** step)],
          ["$correction2", scalar(1 - beta2 ** step)],
        ]),
        new Map([...next].map(([name, tensor]) => [after(name), tensor])),
      );
      [next, state] = [
        state,
        new Map([...state.keys()].map((name) => [name, outputs.get(after(name))!])),
      ];
      options.onStep?.(step, Number(outputs.get("loss")!.data[0]));
    }
  } finally {
    await program.dispose();
  }
  return new Map([...initial.keys()].map((name) => [name, state.get(name)!]));
}

/** Room for each parameter and its moments. */
function zeros(parameters: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    [...parameters].flatMap(([name, { dtype, shape }]) =>
      [name, ...momentNames(name)].map((each): [string, Tensor] => [
        each,
        { dtype, shape, data: allocate(dtype, sizeOf(shape)) },
      ]),
    ),
  );
}

/** Batches of a fresh shuffle each epoch; a remainder is left out of its epoch. */
function* epochs(samples: number, batch: number, seed: number): Generator<number[], never> {
  const random = randomFrom(seed);
  for (;;) {
    const order = permutation(random, samples);
    for (let i = 0; i + batch <= samples; i += batch) yield order.slice(i, i + batch);
  }
}

function rows(tensor: Tensor, chosen: readonly number[]): Tensor {
  const row = sizeOf(tensor.shape.slice(1));
  const data = allocate(tensor.dtype, row * chosen.length) as Float32Array;
  chosen.forEach((from, to) => {
    data.set((tensor.data as Float32Array).subarray(from * row, (from + 1) * row), to * row);
  });
  return { dtype: tensor.dtype, shape: [chosen.length, ...tensor.shape.slice(1)], data };
}
