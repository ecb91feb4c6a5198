/**
 * Less memory for more arithmetic: the forward pass of a gradient's graph is cut into segments, of which only what
 * later ones read is kept; the rest is computed again when the way back comes to it (Griewank and Walther 2000,
 * ACM TOMS 26, 19; Chen et al. 2016, arXiv:1604.06174). Every number stays what it was.
 */
import { topologicalOrder, type Graph, type Node, type Value } from "./ir";
import { bytesOf, holderOf, peakBytes } from "./liveness";
import { recomputed } from "./recompute";

export interface Checkpointed {
  readonly graph: Graph;
  /** Inferred, as `peakBytes`; above what was asked for where no number of segments goes below it. */
  readonly peakBytes: number;
  /** Into which the forward pass was cut; 1: nothing is computed twice. */
  readonly segments: number;
}

/** Tried in turn. Few compute least twice; about √(layers) hold least. */
const SEGMENTS = [2, 3, 4, 6, 8, 12, 16];
/** A cut may move by this share of a segment, to where fewer bytes cross it. */
const SLACK = 0.3;

/**
 * The graph itself where its results fit into `bytes`; else with as few segments as make them fit, or with those that
 * hold least.
 * @param forward name of the output that ends the forward pass: the loss
 */
export function checkpointed(graph: Graph, forward: string, bytes: number): Checkpointed {
  let best: Checkpointed = { graph, peakBytes: peakBytes(graph), segments: 1 };
  const loss = graph.outputs.find(({ name }) => name === forward);
  if (loss === undefined) throw new Error(`the graph has no output ${forward}`);
  const order = topologicalOrder([loss.value]);
  for (const segments of SEGMENTS) {
    if (best.peakBytes <= bytes) break;
    const cut = recomputed(graph, segmentsOf(order, segments));
    const peak = peakBytes(cut);
    if (peak < best.peakBytes) best = { graph: cut, peakBytes: peak, segments };
  }
  return best;
}

/** The segment of each node: equal shares of the bytes that they make, cut where few bytes cross. */
function segmentsOf(order: readonly Node[], count: number): Map<Node, number> {
  const crossing = bytesAcross(order);
  let total = 0;
  const made = order.map(({ outputs }) => {
    for (const output of outputs) total += bytesOf(output);
    return total;
  });
  const cuts = Array.from({ length: count - 1 }, (_, k) => {
    const share = (total * (k + 1)) / count;
    const slack = (SLACK * total) / count;
    let cut = made.findIndex((sum) => sum >= share);
    made.forEach((sum, i) => {
      if (Math.abs(sum - share) <= slack && crossing[i]! < crossing[cut]!) cut = i;
    });
    return cut;
  });
  return new Map(order.map((node, i) => [node, cuts.filter((cut) => cut < i).length]));
}

/** After each node, the bytes of results up to there that later nodes read. */
function bytesAcross(order: readonly Node[]): number[] {
  const change = order.map(() => 0);
  const place = new Map(order.map((node, i) => [node, i]));
  const lastRead = new Map<Value, number>();
  order.forEach(({ inputs }, i) => {
    for (const input of inputs) lastRead.set(holderOf(input), i);
  });
  for (const [value, end] of lastRead) {
    if (value.source.kind !== "node") continue;
    change[place.get(value.source.node)!]! += bytesOf(value);
    change[end]! -= bytesOf(value);
  }
  let held = 0;
  return change.map((bytes) => (held += bytes));
}
