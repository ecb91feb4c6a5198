/**
 * Predictions put back onto what a step should have kept, as operators of the graph: the field nearest to the
 * prediction, in Σ(y − u)², that has the input's ∫u, ∫u², or both. With means over the grid points,
 *
 *     linear     y = u + ⟨x⟩ − ⟨u⟩
 *     scaling    y = u ⟨x⟩/⟨u⟩
 *     quadratic  y = u √(⟨x²⟩/⟨u²⟩)
 *     joint      y = ⟨x⟩ + (u − ⟨u⟩) √(⟨(x − ⟨x⟩)²⟩/⟨(u − ⟨u⟩)²⟩)
 *
 * where x is the input and u the prediction; squares of a vector's components are summed, so that the projection
 * commutes with rotations. Linear and quadratic: Baez et al. 2024, arXiv:2410.17445, with the means in place of nodal
 * sums. The zero-frequency correction of Dong et al. 2025, arXiv:2511.16573, adds ĉ₀(x) − ĉ₀(u), which on a uniform grid
 * is the linear projection.
 */
import type { Repair } from "../../shared/analyses/conservation";
import type { Builder } from "../graph/builder";
import type { Value } from "../graph/ir";

export type Projection = Exclude<Repair, "none" | "group-average">;

export interface ProjectionPlan {
  readonly projection: Projection;
  /** Channels that share a conserved square: one list a field, contiguous and ascending; others are left alone. */
  readonly fields: readonly (readonly number[])[];
  /** Axis of the channels, and those of the sites, in states with a batch axis. */
  readonly channelAxis: number;
  readonly siteAxes: readonly number[];
}

/** Where nothing is there to be scaled, zero stays zero instead of becoming 0/0. */
const NOTHING = 1e-30;

/** @param x the input @param u the prediction, of the same shape [B, …] */
export function projected(g: Builder, x: Value, u: Value, plan: ProjectionPlan): Value {
  const { channelAxis, fields } = plan;
  const count = u.shape[channelAxis]!;
  const parts: Value[] = [];
  const cut = (value: Value, start: number, end: number): Value =>
    start === 0 && end === count ? value : g.slice(value, [{ axis: channelAxis, start, end }]);
  let next = 0;
  for (const channels of [...fields].sort((a, b) => a[0]! - b[0]!)) {
    const [first, end] = [channels[0]!, channels.at(-1)! + 1];
    if (first > next) parts.push(cut(u, next, first));
    parts.push(projectedField(g, cut(x, first, end), cut(u, first, end), plan));
    next = end;
  }
  if (next < count) parts.push(cut(u, next, count));
  return parts.length === 1 ? parts[0]! : g.concat(parts, channelAxis);
}

function projectedField(
  g: Builder,
  x: Value,
  u: Value,
  { projection, channelAxis, siteAxes }: ProjectionPlan,
): Value {
  const mean = (value: Value): Value => g.mean(value, siteAxes, true);
  if (projection === "linear" || projection === "zero-frequency") {
    // The mean of the small difference loses far less in single precision than the difference of two means: 1e-8 of a
    // mean instead of 1e-7.
    return g.add(u, mean(g.sub(x, u)));
  }
  const square = (value: Value): Value =>
    g.mean(g.mul(value, value), [channelAxis, ...siteAxes], true);
  const ratio = (from: Value, to: Value): Value =>
    g.sqrt(g.div(square(to), g.maximum(square(from), NOTHING)));
  switch (projection) {
    case "scaling":
      return g.mul(u, g.div(mean(x), mean(u)));
    case "quadratic":
      return g.mul(u, ratio(u, x));
    case "joint": {
      const about = (value: Value): Value => g.sub(value, mean(value));
      const [there, here] = [about(x), about(u)];
      const moved = g.add(u, mean(g.sub(x, u)));
      return g.add(moved, g.mul(here, g.sub(ratio(here, there), 1)));
    }
  }
}
