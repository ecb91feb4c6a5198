/** Linear candidates on a map whose Jacobians are known. */
import { combined, type Family } from "./families";
import { elementaryGram, gramOf, type OutputAction } from "./gram";
import type { Layout } from "../../../shared/states/layout";
import type { Linearised } from "../../data/fit/map";
import type { Problem } from "./problem";
import { Trial } from "./trial";

/** One map and layout; what does not depend on the family or on how values shift is computed once. */
export class LinearProblems {
  readonly #map: Linearised;
  readonly #layout: Layout;
  /** Over all samples. */
  readonly #elementary = new Map<"moves" | "invariant" | "free", Float64Array>();

  constructor(map: Linearised, layout: Layout) {
    this.#map = map;
    this.#layout = layout;
  }

  of(family: Family, output: OutputAction): Problem {
    const [map, layout] = [this.#map, this.#layout];
    const trial = new Trial(map, layout, output);
    return {
      candidates: family.basis.length,
      samples: map.samples,
      gram: (samples, step) =>
        gramOf(map, family, layout, output, samples, this.#gram(output, samples, step)),
      tried: (v) => trial.of(combined(family, layout.components, v)),
    };
  }

  #gram(output: OutputAction, samples: readonly number[], step: () => void): Float64Array {
    const made = (): Float64Array => elementaryGram(this.#map, this.#layout, output, samples, step);
    if (samples.length < this.#map.samples) return made();
    const key = output === "rate" || output === "state" ? "moves" : output;
    const known = this.#elementary.get(key) ?? made();
    this.#elementary.set(key, known);
    return known;
  }
}
