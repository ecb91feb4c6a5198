/**
 * The parameters of a network while its graph is built: inputs named and laid out as PyTorch would have them, each with
 * the law that its first values follow. Layers of one scope share a prefix, `down.0.conv1.`.
 */
import { fromFloat64, sizeOf, type DType, type Tensor } from "../../../shared/tensor";
import { randomFrom } from "../../../shared/random";
import type { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import type { Law } from "./laws";

interface Drawn {
  readonly name: string;
  readonly value: Value;
  readonly law: Law;
}

export class Weights {
  readonly #drawn: Drawn[];
  readonly #prefix: string;

  constructor(
    readonly g: Builder,
    readonly dtype: DType,
    prefix = "",
    drawn: Drawn[] = [],
  ) {
    this.#prefix = prefix;
    this.#drawn = drawn;
  }

  /** The same parameters with a longer prefix for those that are added. */
  scope(...names: readonly (string | number)[]): Weights {
    const prefix = names.reduce<string>((before, name) => `${before}${name}.`, this.#prefix);
    return new Weights(this.g, this.dtype, prefix, this.#drawn);
  }

  add(name: string, shape: readonly number[], law: Law): Value {
    const full = this.#prefix + name;
    const value = this.g.input(full, { dtype: this.dtype, shape }, "parameter");
    this.#drawn.push({ name: full, value, law });
    return value;
  }

  /** In the order in which they were added. */
  get inputs(): readonly Value[] {
    return this.#drawn.map(({ value }) => value);
  }

  /** First values by name. Each has a sequence of its own, so that a layer does not depend on those before it. */
  draw(seed: number): Map<string, Tensor> {
    return new Map(
      this.#drawn.map(({ name, value: { shape }, law }, i) => [
        name,
        fromFloat64(this.dtype, shape, law(randomFrom(seed, i), sizeOf(shape))),
      ]),
    );
  }
}
