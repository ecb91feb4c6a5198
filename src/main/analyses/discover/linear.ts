/** Linear candidates on a map whose Jacobians are known. */
import { combined, type Family } from "./families";
import { gramOf, type OutputAction } from "./gram";
import type { Layout } from "./layout";
import type { Linearised } from "./linearised";
import type { Problem } from "./problem";
import { Trial } from "./trial";

export function linearProblem(
  map: Linearised,
  family: Family,
  layout: Layout,
  output: OutputAction,
): Problem {
  const trial = new Trial(map, layout, output);
  return {
    candidates: family.basis.length,
    samples: map.samples,
    gram: (samples, step) => gramOf(map, family, layout, output, samples, step),
    tried: (v) => trial.of(combined(family, layout.components, v)),
  };
}
