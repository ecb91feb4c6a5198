/** What the gradient runs yield besides gradients: losses and predictions, hence the equivariance error. */
import { UserError } from "../../../shared/errors";
import type { Element } from "../../../shared/groups/element";
import type { SampleGradients } from "../gradients";
import { distances, image, nameOfSample, realsOf, tensorOf } from "../orbit";
import type { BatchInput } from "./batchInput";
import type { OrbitPoint } from "./grams";

export class Observations {
  readonly #batch: BatchInput;
  readonly #points = new Map<string, OrbitPoint>();
  readonly #loss: Float64Array;
  readonly #lossX: Float64Array;
  readonly #error: Float64Array;
  /** f(x) [n, D]. */
  readonly #predictionX: Float64Array;

  constructor(batch: BatchInput) {
    const n = batch.input.shape[0]!;
    this.#batch = batch;
    this.#loss = new Float64Array(batch.context.elements.length * n).fill(NaN);
    this.#error = this.#loss.slice();
    this.#lossX = new Float64Array(n).fill(NaN);
    this.#predictionX = new Float64Array(batch.target.data.length);
  }

  /** g·(x, t) for the batch; made once. */
  point(element: Element): OrbitPoint {
    const { context, input, target } = this.#batch;
    let point = this.#points.get(element.id);
    if (point === undefined) {
      point = {
        key: element.id,
        input: image(element, input, context.fields),
        target: image(element, target, context.outputFields),
      };
      this.#points.set(element.id, point);
    }
    return point;
  }

  add(key: string, first: number, result: SampleGradients): void {
    const { context, target, input } = this.#batch;
    const n = input.shape[0]!;
    const count = result.loss.length;
    const size = target.data.length / n;
    if (key === "e") {
      this.#lossX.set(result.loss, first);
      this.#predictionX.set(result.prediction, first * size);
    }
    const g = context.elements.findIndex(({ id }) => id === key);
    if (g < 0) return;
    this.#loss.set(result.loss, g * n + first);
    const shape = [count, ...target.shape.slice(1)];
    const own = this.#predictionX.subarray(first * size, (first + count) * size);
    const moved = image(context.elements[g]!, tensorOf(own, shape), context.outputFields);
    const { difference, norm } = distances(result.prediction, realsOf(moved), count);
    this.#error.set(
      difference.map((d, i) => d / norm[i]!),
      g * n + first,
    );
    this.#batch.onPrediction(g, first, result);
  }

  /** @throws UserError "model/not-finite" naming the sample at whose untransformed state the metric is not defined */
  checkFinite(): void {
    const bad = this.#lossX.findIndex((loss) => !Number.isFinite(loss));
    if (bad < 0) return;
    const name = nameOfSample(this.#batch.samples[bad]!);
    throw new UserError(
      "model/not-finite",
      `The model's loss at ${name} is ${this.#lossX[bad]}, so there is no gradient to compare.`,
      { where: name, todo: "Leave the sample out, or check weights and normalisation." },
    );
  }

  arrays(): Record<string, Float64Array> {
    const n = this.#lossX.length;
    return {
      loss: this.#loss,
      relative_loss: this.#loss.map((loss, k) => loss / this.#lossX[k % n]!),
      equivariance_error: this.#error,
    };
  }
}
