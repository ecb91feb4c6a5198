/** Steps of a training on an executor: the state goes round, and two sets of tensors take turns in holding it. */
import { allocate, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { checkpointed } from "../graph/checkpoint";
import { dataInputs, inputName, type Graph } from "../graph/ir";
import { simplify } from "../graph/simplify";
import type { Executor, Program } from "../runtime/executor";
import { targetName } from "./objective";
import { after, averageName, memoryOf, scalarsOf, stepGraph, type StepOptions } from "./step";

/** Samples of a step: inputs [B, …] and, for each step of the rollout, what should come out. */
export interface Batch {
  readonly input: Tensor;
  readonly targets: readonly Tensor[];
}

export interface StepResult {
  readonly loss: number;
  /** Length of the gradient before clipping. */
  readonly norm: number;
}

/** Parameters and what is remembered of them, by name. */
export type TrainingState = ReadonlyMap<string, Tensor>;

export interface StepperOptions extends StepOptions {
  /** Bound on the results that a step holds: parts of the network are computed twice to stay below. */
  readonly memoryBytes?: number;
}

export class Stepper {
  readonly #options: StepOptions;
  readonly #program: Program;
  readonly #data: string;
  readonly #parameters: readonly string[];
  readonly #scalars: Map<string, Tensor>;
  #state: Map<string, Tensor>;
  #next: Map<string, Tensor>;
  /** How a step was made to fit into memory, a sentence; null where it fits. */
  readonly remark: string | null;
  /** What a step holds at once, inferred. */
  readonly peakBytes: number;

  private constructor(
    options: StepOptions,
    made: { program: Program; data: string; remark: string | null; peakBytes: number },
    initial: ReadonlyMap<string, Tensor>,
    parameters: readonly string[],
  ) {
    this.#options = options;
    this.#program = made.program;
    this.#data = made.data;
    this.remark = made.remark;
    this.peakBytes = made.peakBytes;
    this.#parameters = parameters;
    this.#state = stateFrom(options, initial, parameters);
    this.#next = stateFrom(options, initial, parameters);
    this.#scalars = new Map(
      [...scalarsOf(options, 1, 0).keys()].map((name) => [
        name,
        { dtype: "float64", shape: [], data: new Float64Array(1) },
      ]),
    );
  }

  /**
   * @param network at the batch's size, one data input
   * @param initial parameters; with what is remembered of them where a training goes on
   */
  static async open(
    executor: Executor,
    network: Graph,
    initial: TrainingState,
    options: StepperOptions,
  ): Promise<Stepper> {
    const whole = simplify(stepGraph(new Builder(), network, options));
    const { graph, segments, peakBytes } = checkpointed(
      whole,
      "loss",
      options.memoryBytes ?? Infinity,
    );
    const program = await executor.compile(graph, { sparing: segments > 1 });
    const remark =
      segments > 1
        ? `A step did not fit into the memory allowed: the network is computed twice, in ${segments} segments.`
        : null;
    const parameters = network.inputs.flatMap((value) =>
      value.source.kind === "input" && value.source.role === "parameter" ? [inputName(value)] : [],
    );
    const data = inputName(dataInputs(network)[0]!);
    return new Stepper(options, { program, data, remark, peakBytes }, initial, parameters);
  }

  /**
   * Goes one step. Where loss or gradient are no finite numbers the state stays what it was before.
   * @param step from 1
   */
  async step({ input, targets }: Batch, step: number, rate: number): Promise<StepResult> {
    for (const [name, x] of scalarsOf(this.#options, step, rate)) {
      this.#scalars.get(name)!.data[0] = x;
    }
    const wanted = new Set(this.#program.inputs);
    const outputs = await this.#program.run(
      new Map([
        ...this.#state,
        ...this.#scalars,
        [this.#data, input],
        ...targets
          .map((target, k): [string, Tensor] => [targetName(k), target])
          .filter(([name]) => wanted.has(name)),
      ]),
      new Map([...this.#next].map(([name, tensor]) => [after(name), tensor])),
    );
    const [loss, norm] = ["loss", "norm"].map((name) => Number(outputs.get(name)!.data[0]));
    if (Number.isFinite(loss) && Number.isFinite(norm)) {
      const names = [...this.#state.keys()];
      this.#next = this.#state;
      this.#state = new Map(names.map((name) => [name, outputs.get(after(name))!]));
    }
    return { loss: loss!, norm: norm! };
  }

  /** As it is now: the tensors are overwritten two steps later. */
  get state(): TrainingState {
    return this.#state;
  }

  /** The weights that are judged and kept: the running means where there are such, else the parameters. */
  weights(): Map<string, Tensor> {
    const of = this.#options.average === 0 ? (name: string) => name : averageName;
    return new Map(this.#parameters.map((name) => [name, this.#state.get(of(name))!]));
  }

  async dispose(): Promise<void> {
    await this.#program.dispose();
  }
}

/** Tensors of its own: parameters as given, the running mean begins with them, what is not given with zeros. */
function stateFrom(
  options: StepOptions,
  initial: TrainingState,
  parameters: readonly string[],
): Map<string, Tensor> {
  const state = new Map<string, Tensor>();
  for (const name of parameters) {
    const { dtype, shape } = initial.get(name)!;
    for (const each of [name, ...memoryOf(options, name)]) {
      const start =
        initial.get(each) ?? (each === averageName(name) ? initial.get(name) : undefined);
      const data = allocate(dtype, sizeOf(shape)) as Float32Array;
      if (start !== undefined) data.set(toFloat64(start));
      state.set(each, { dtype, shape, data });
    }
  }
  return state;
}
