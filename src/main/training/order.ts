/**
 * What each step trains on, as a function of seed and step alone: nothing is remembered, so a training that goes on makes
 * the same choices as one that was never stopped.
 */
import type { Element } from "../../shared/groups/element";
import { integerBelow, permutation, randomFrom } from "../../shared/random";

/** Unrelated sequences of one seed. */
const stream = { shuffle: (epoch: number) => 2 * epoch, move: (step: number) => 2 * step + 1 };

export class Order {
  readonly #samples: readonly number[];
  readonly #batch: number;
  readonly #seed: number;
  #shuffled: { epoch: number; order: readonly number[] } | null = null;

  /** @param batch at most as many as there are samples */
  constructor(samples: readonly number[], batch: number, seed: number) {
    this.#samples = samples;
    this.#batch = batch;
    this.#seed = seed;
  }

  /** What does not fill a batch is left out of its epoch. */
  get stepsPerEpoch(): number {
    return Math.floor(this.#samples.length / this.#batch);
  }

  /** Samples of a step. @param step from 0 */
  samples(step: number): number[] {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (this.#shuffled?.epoch !== epoch) {
      const random = randomFrom(this.#seed, stream.shuffle(epoch));
      this.#shuffled = { epoch, order: permutation(random, this.#samples.length) };
    }
    const first = (step % this.stepsPerEpoch) * this.#batch;
    return this.#shuffled.order
      .slice(first, first + this.#batch)
      .map((position) => this.#samples[position]!);
  }

  /** The element that moves each sample of a step. @param step from 0 */
  elements(step: number, elements: readonly Element[]): Element[] {
    const random = randomFrom(this.#seed, stream.move(step));
    return Array.from(
      { length: this.#batch },
      () => elements[integerBelow(random, elements.length)]!,
    );
  }
}
