/** The fields that a run's pages show, kept with it so that it can be read where the data are not. */
import { sizeOf, type Tensor } from "../../shared/tensor";
import type { ResultArray, StatesContext } from "./context";
import type { Reals } from "./innerProducts";
import { realsOf, tensorOf } from "./orbit";

/** Above this a run would become a second copy of the data; fewer samples are kept then, or none. */
const MOST_BYTES = 32 * 2 ** 20;

/** Collects, element by element, the fields of some samples of each batch; `MOST_BYTES` bounds how many. */
export class KeptFields {
  readonly #context: StatesContext;
  readonly #batches: readonly (readonly number[])[];
  /** Positions within a batch, the same in each. */
  readonly #positions: readonly number[];
  readonly #predictions: Float32Array;
  readonly #outputShape: readonly number[];

  /**
   * @param outputShape of one prediction
   * @param batches positions of each batch's samples; all of one size
   */
  constructor(
    context: StatesContext,
    outputShape: readonly number[],
    batches: readonly (readonly number[])[],
  ) {
    this.#context = context;
    this.#batches = batches;
    this.#outputShape = outputShape;
    const size = batches[0]!.length;
    const bytes =
      4 *
      batches.length *
      (sizeOf(context.input.shape.slice(1)) +
        sizeOf(this.#outputShape) * (1 + context.elements.length));
    const count = context.fields === null ? 0 : Math.min(size, Math.floor(MOST_BYTES / bytes));
    this.#positions = Array.from({ length: count }, (_, k) => Math.floor((k * size) / count));
    this.#predictions = new Float32Array(
      batches.length * context.elements.length * count * sizeOf(this.#outputShape),
    );
  }

  /** f(g·x) of a batch's samples from `first` on, [count, D]. */
  add(batch: number, element: number, first: number, prediction: Reals): void {
    const size = sizeOf(this.#outputShape);
    const count = this.#positions.length;
    this.#positions.forEach((position, k) => {
      const row = position - first;
      if (row < 0 || (row + 1) * size > prediction.length) return;
      const place = ((batch * this.#context.elements.length + element) * count + k) * size;
      this.#predictions.set(prediction.subarray(row * size, (row + 1) * size), place);
    });
  }

  /** `kept`, `field_input`, `field_target` where there are targets, `field_prediction`; nothing where nothing is kept. */
  arrays(): Record<string, ResultArray> {
    const { input, target, elements } = this.#context;
    const count = this.#positions.length;
    if (count === 0) return {};
    const batched = this.#batches.length > 1;
    const lead = batched ? [this.#batches.length] : [];
    const batchAxis = batched ? ["batch"] : [];
    const names = axesOfField(this.#outputShape.length);
    const chosen = this.#batches.flatMap((batch) => this.#positions.map((k) => batch[k]!));
    const field = (samples: Tensor, description: string): ResultArray => {
      const shape = samples.shape.slice(1);
      const size = sizeOf(shape);
      const data = new Float32Array(chosen.length * size);
      chosen.forEach((sample, k) => {
        data.set(realsOf(samples).subarray(sample * size, (sample + 1) * size), k * size);
      });
      return {
        tensor: tensorOf(data, [...lead, count, ...shape]),
        axes: [...batchAxis, "kept", ...axesOfField(shape.length)],
        unit: "",
        description,
      };
    };
    return {
      kept: {
        tensor: {
          dtype: "int32",
          shape: [...lead, count],
          data: Int32Array.from(this.#batches.flatMap(() => this.#positions)),
        },
        axes: [...batchAxis, "kept"],
        unit: "",
        description: "Positions in the batch of the samples whose fields are kept",
      },
      field_input: field(input, "States x"),
      ...(target === null ? {} : { field_target: field(target, "Targets") }),
      field_prediction: {
        tensor: tensorOf(this.#predictions, [
          ...lead,
          elements.length,
          count,
          ...this.#outputShape,
        ]),
        axes: [...batchAxis, "element", "kept", ...names],
        unit: "",
        description: "Predictions f(g·x) of the network",
      },
    };
  }
}

function axesOfField(rank: number): string[] {
  return ["channel", ...["z", "y", "x"].slice(4 - rank)].slice(0, rank);
}
