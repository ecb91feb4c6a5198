/** Takes steps and measures: losses before and after, at the images of the sample that the step is on. */
import { sizeOf, type Tensor } from "../../../shared/tensor";
import type { LossId } from "../../training/losses";
import type { AnalysisContext } from "../context";
import type { Direction } from "../directions";
import { LossSurface } from "../lossSurface";
import { activationSize, type SampleNetwork } from "../network";
import { emptyLike, realsOf, slice, tensorOf } from "../orbit";
import { samplesPerRun } from "../samples";

/** A step on one sample, and what it should do to the loss at the elements where it is measured. */
export interface Step {
  /** Position among the preconditioners in use. */
  readonly along: number;
  readonly sample: number;
  readonly elements: readonly number[];
  /** P ∇C_x */
  readonly direction: Direction;
  /** ∇C_xᵀ P ∇C_x */
  readonly self: number;
  /** ∇C_gxᵀ P ∇C_x, one an element. */
  readonly cross: readonly number[];
}

/** One entry of the arrays, to be taken again. */
export interface TakenStep {
  readonly direction: Direction;
  readonly epsilon: number;
  readonly element: number;
  readonly sample: number;
  readonly measured: number;
  readonly base: number;
}

export interface Batch {
  readonly input: Tensor;
  readonly target: Tensor;
}

export class Measurement {
  /** Preconditioners, step sizes, elements, samples. */
  readonly shape: readonly [number, number, number, number];
  readonly predicted: Float64Array;
  readonly measured: Float64Array;
  /** Length ε of each step. */
  readonly epsilon: Float64Array;
  /** C at g·x before any step [G, N]. */
  readonly base: Float64Array;
  /** Those of the wanted entries. */
  readonly taken: TakenStep[] = [];
  readonly #orbit: readonly Batch[];
  readonly #shares: readonly number[];
  readonly #wanted: ReadonlySet<number>;
  readonly #one: LossSurface;
  readonly #all: LossSurface;

  private constructor(
    shape: readonly [number, number, number, number],
    shares: readonly number[],
    orbit: readonly Batch[],
    wanted: ReadonlySet<number>,
    surfaces: readonly [LossSurface, LossSurface],
  ) {
    this.shape = shape;
    this.#shares = shares;
    this.#orbit = orbit;
    this.#wanted = wanted;
    [this.#one, this.#all] = surfaces;
    this.predicted = new Float64Array(sizeOf(shape)).fill(NaN);
    this.measured = this.predicted.slice();
    this.epsilon = this.predicted.slice();
    this.base = new Float64Array(shape[2] * shape[3]).fill(NaN);
  }

  /**
   * @param orbit the samples' images, one batch an element
   * @param wanted entries to keep the steps of
   */
  static async prepare(
    { executor, model, elements, samples }: AnalysisContext,
    network: SampleNetwork,
    loss: LossId,
    preconditioners: number,
    shares: readonly number[],
    orbit: readonly Batch[],
    wanted: ReadonlySet<number>,
  ): Promise<Measurement> {
    const surface = (chunk: number): Promise<LossSurface> =>
      LossSurface.compile(executor, model, network, loss, chunk);
    // A step through an element's own span is measured at that element, the others at the whole orbit.
    const together = samplesPerRun(elements.length, activationSize(network));
    return new Measurement(
      [preconditioners, shares.length, elements.length, samples.length],
      shares,
      orbit,
      wanted,
      [await surface(1), await surface(together)],
    );
  }

  /** @param loss C_x, of which the step should take its share away */
  async take(one: Step, loss: number, before: () => void): Promise<void> {
    const [, sizes, elements, n] = this.shape;
    const { along, sample, direction, self, cross } = one;
    const surface = one.elements.length === 1 ? this.#one : this.#all;
    const images = joined(
      one.elements.map((g) => this.#orbit[g]!),
      sample,
    );
    const [base] = await surface.each([direction], [0], [images], before);
    one.elements.forEach((g, k) => (this.base[g * n + sample] = base![k]!));
    for (const [s, share] of this.#shares.entries()) {
      const epsilon = (share * loss) / self;
      const [moved] = await surface.each([direction], [-epsilon], [images], before);
      one.elements.forEach((g, k) => {
        const place = ((along * sizes + s) * elements + g) * n + sample;
        const measured = moved![k]! - base![k]!;
        this.epsilon[place] = epsilon;
        this.predicted[place] = -epsilon * cross[k]!;
        this.measured[place] = measured;
        if (this.#wanted.has(place)) {
          this.taken.push({ direction, epsilon, element: g, sample, measured, base: base![k]! });
        }
      });
    }
  }

  async dispose(): Promise<void> {
    await this.#one.dispose();
    await this.#all.dispose();
  }
}

/** The images of one sample as one batch. */
function joined(batches: readonly Batch[], sample: number): Batch {
  const side = (of: (batch: Batch) => Tensor): Tensor => {
    const parts = batches.map((batch) => slice(of(batch), sample, 1));
    const first = realsOf(parts[0]!);
    const data = emptyLike(first, parts.length * first.length);
    parts.forEach((part, k) => {
      data.set(realsOf(part), k * first.length);
    });
    return tensorOf(data, [parts.length, ...parts[0]!.shape.slice(1)]);
  };
  return { input: side(({ input }) => input), target: side(({ target }) => target) };
}
