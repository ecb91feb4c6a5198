/** Found motions as homogeneous matrices [[A, b], [0, 0]], in which brackets are commutators. */
import { Matrix } from "ml-matrix";
import type { Generator, Infinitesimal } from "../../../shared/generators/generator";

/** @param motion (A | b), [c, c + 1] */
export function homogeneous(motion: ArrayLike<number>, components: number): Matrix {
  const m = Matrix.zeros(components + 1, components + 1);
  for (let i = 0; i < components; i++) {
    for (let j = 0; j <= components; j++) m.set(i, j, motion[i * (components + 1) + j]!);
  }
  return m;
}

/** Places at which an affine flow has the same slopes. */
const probes = [
  [0, 0, 0],
  [0.7, -0.4, 0.3],
  [-1.3, 0.9, 2.1],
];

/**
 * A generator on fields by what it does to space, with one more dimension for the amplitude: (gu)(p) = u(g⁻¹p) is a left
 * action, so brackets of the matrices are those of the generators. null where that is not all that it does (boosts,
 * densities, matrices on components) or where its flow is not affine.
 * @param flow as it is on these data, with a component an axis
 */
export function spaceMatrix(
  generator: Generator,
  { flow }: Pick<Infinitesimal, "flow">,
  axes: number,
): Matrix | null {
  const m = Matrix.zeros(axes + 2, axes + 2);
  if (generator.id === "amp") {
    m.set(axes, axes, 1);
    return m;
  }
  if (flow?.length !== axes) return null;
  // Fields follow a flow by themselves; what is stated beside it acts on them in its own way.
  if (/\b(mix|shift)\b/.test(generator.formula)) return null;
  const origin = probes[0]!.slice(0, axes);
  for (let i = 0; i < axes; i++) {
    const slopes = flow[i]!.gradient(origin);
    for (const place of probes.slice(1)) {
      const there = flow[i]!.gradient(place.slice(0, axes));
      if (there.some((slope, j) => Math.abs(slope - slopes[j]!) > 1e-12)) return null;
    }
    slopes.forEach((slope, j) => m.set(i, j, slope));
    m.set(i, axes + 1, flow[i]!.value(origin));
  }
  return m;
}
