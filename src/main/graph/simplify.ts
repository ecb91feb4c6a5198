/**
 * A graph rebuilt through a fresh builder: what no output needs is gone, equal nodes are one, constants are
 * folded and moves cancelled (rewrite.ts), also across values that different builders had made. The result
 * depends on the structure of the graph alone, so the same network gives the same bytes.
 */
import { Builder } from "./builder";
import type { Graph } from "./ir";
import { rebuild } from "./rebuild";

/** The same inputs and outputs, by name and in order; an input that nothing reads any more stays. */
export function simplify(graph: Graph): Graph {
  return rebuild(graph, new Builder(), () => undefined);
}
