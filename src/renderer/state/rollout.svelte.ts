/** What a checkpoint predicts, as it is looked at: asked for anew when something else is chosen, the last one kept meanwhile. */
import { toErrorRecord, type ErrorRecord } from "../../shared/errors";
import { sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import type { RolloutRequest } from "../../shared/training/training";

/** States one after another, each of `shape`. */
export interface Rollout {
  readonly request: Omit<RolloutRequest, "study">;
  /** Of one state, [C, H, W] or less. */
  readonly shape: readonly number[];
  readonly input: Float64Array;
  readonly truth: readonly Float64Array[];
  readonly prediction: readonly Float64Array[];
  /** ‖p − t‖/‖t‖ of each step, and the same of staying with the input; NaN where they are different things. */
  readonly errors: readonly number[];
  readonly still: readonly number[];
}

interface Answer {
  readonly input: Tensor;
  readonly truth: Tensor;
  readonly prediction: Tensor;
}

export class RolloutView {
  #shown = $state.raw<Rollout | null>(null);
  #failed = $state.raw<ErrorRecord | null>(null);
  #asking = $state(false);
  /** The last question: an answer to an older one is too late. */
  #last = "";

  get shown(): Rollout | null {
    return this.#shown;
  }

  get failed(): ErrorRecord | null {
    return this.#failed;
  }

  get asking(): boolean {
    return this.#asking;
  }

  /** @param of the state of the data's file: of another one the answer is another */
  async look(
    request: Omit<RolloutRequest, "study">,
    ask: (request: Omit<RolloutRequest, "study">) => Promise<Answer>,
    of = "",
  ): Promise<void> {
    const question = JSON.stringify([request, of]);
    if (question === this.#last) return;
    this.#last = question;
    this.#asking = true;
    try {
      const answer = await ask(request);
      if (this.#last !== question) return;
      this.#shown = rolloutOf(request, answer);
      this.#failed = null;
    } catch (error) {
      if (this.#last !== question) return;
      this.#failed = toErrorRecord(error);
    }
    this.#asking = false;
  }

  /** Asks the same again after a failure. */
  forget(): void {
    this.#last = "";
  }
}

export function rolloutOf(request: Rollout["request"], answer: Answer): Rollout {
  const [input, truth, prediction] = [answer.input, answer.truth, answer.prediction].map(states);
  const start = input![0]!;
  return {
    request,
    shape: answer.prediction.shape.slice(1),
    input: start,
    truth: truth!,
    prediction: prediction!,
    errors: truth!.map((state, k) => distance(prediction![k]!, state)),
    still: truth!.map((state) => distance(start, state)),
  };
}

function states({ shape, data }: Tensor): Float64Array[] {
  const size = sizeOf(shape.slice(1));
  return Array.from({ length: shape[0]! }, (_, k) =>
    toFloat64({ data: data.subarray(k * size, (k + 1) * size) }),
  );
}

function distance(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return NaN;
  let [difference, norm] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}
