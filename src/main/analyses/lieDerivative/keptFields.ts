/** States, predictions and Lie derivatives of some samples, kept with the run so that its page can show them. */
import { sizeOf } from "../../../shared/tensor";
import type { ResultArray, StatesContext } from "../context";
import { gather, realsOf, tensorOf } from "../orbit";
import type { LieStep } from "./derivative";

/** Above this a run would become a second copy of the data; fewer samples are kept then, or none. */
const MOST_BYTES = 32 * 2 ** 20;

/** Collects evenly spaced samples; `MOST_BYTES` bounds how many. */
export class KeptLieFields {
  readonly #context: StatesContext;
  readonly #positions: readonly number[];
  readonly #shape: readonly number[];
  readonly #generators: number;
  readonly #prediction: Float32Array;
  readonly #field: Float32Array;

  constructor(context: StatesContext, generators: number, outputShape: readonly number[]) {
    const n = context.samples.length;
    const size = sizeOf(outputShape);
    const bytes = 4 * (sizeOf(context.input.shape.slice(1)) + (1 + generators) * size);
    const count = context.grid === null ? 0 : Math.min(n, Math.floor(MOST_BYTES / bytes));
    this.#context = context;
    this.#generators = generators;
    this.#shape = outputShape;
    this.#positions = Array.from({ length: count }, (_, k) => Math.floor((k * n) / count));
    this.#prediction = new Float32Array(count * size);
    this.#field = new Float32Array(generators * count * size);
  }

  /** @param first position of the block's first sample */
  add(first: number, { prediction, field }: LieStep): void {
    const size = sizeOf(this.#shape);
    const count = this.#positions.length;
    this.#positions.forEach((position, place) => {
      const row = position - first;
      if (row < 0 || (row + 1) * size > prediction.length) return;
      this.#prediction.set(prediction.subarray(row * size, (row + 1) * size), place * size);
      for (let k = 0; k < this.#generators; k++) {
        const from = (row * this.#generators + k) * size;
        this.#field.set(field.subarray(from, from + size), (k * count + place) * size);
      }
    });
  }

  /** `kept`, `kept_input`, `kept_output` and `lie_field`; nothing where nothing is kept. */
  arrays(): Record<string, ResultArray> {
    const count = this.#positions.length;
    if (count === 0) return {};
    const axes = (rank: number): string[] =>
      ["channel", ...["z", "y", "x"].slice(4 - rank)].slice(0, rank);
    const { input } = this.#context;
    const states = gather(input, this.#positions);
    return {
      kept: {
        tensor: { dtype: "int32", shape: [count], data: Int32Array.from(this.#positions) },
        axes: ["kept"],
        unit: "",
        description: "Positions in the run of the samples whose fields are kept",
      },
      kept_input: {
        tensor: tensorOf(Float32Array.from(realsOf(states)), states.shape),
        axes: ["kept", ...axes(states.shape.length - 1)],
        unit: "",
        description: "States x, in the network's variables",
      },
      kept_output: {
        tensor: tensorOf(this.#prediction, [count, ...this.#shape]),
        axes: ["kept", ...axes(this.#shape.length)],
        unit: "",
        description: "Predictions f(x)",
      },
      lie_field: {
        tensor: tensorOf(this.#field, [this.#generators, count, ...this.#shape]),
        axes: ["generator", "kept", ...axes(this.#shape.length)],
        unit: "",
        description: "L f(x) = Df(x)[X x] − X f(x), a field",
      },
    };
  }
}
