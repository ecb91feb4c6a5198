/**
 * Rounds of messages between all pairs of particles, h_i ← h_i + φ(h_i, mean_j ψ(h_i, h_j, e_ij)), where the chosen
 * symmetry of space decides what a particle and a pair are known by.
 */
import { messagePassing as definition } from "../../../shared/architectures/messagePassing";
import { fromFloat64 } from "../../../shared/tensor";
import type { Value } from "../../graph/ir";
import { architecture, unfit } from "./architecture";
import { activated, linear, type Activation } from "./layers";
import { ofFanIn } from "./laws";
import { known, readOut } from "./particles";
import type { Weights } from "./weights";

/** More have so many pairs that one sample fills the memory. */
const MOST_PARTICLES = 1024;

export const messagePassing = architecture(definition, (w, x, settings, states) => {
  const { width, depth } = settings;
  const activation = settings.activation as Activation;
  const { g } = w;
  const particles = x.shape[1]!;
  if (particles > MOST_PARTICLES) {
    throw unfit(
      "architecture",
      `${particles} particles have too many pairs for messages between all of them.`,
      `Take data of ${MOST_PARTICLES} or fewer.`,
    );
  }
  const { node, pair, space } = known(w, x, settings, states);
  const weights = others(w, particles);
  let h = node === undefined ? undefined : linear(w.scope("encoder"), node, width);
  let messages: Value | undefined;
  for (let i = 0; i < depth; i++) {
    const round = w.scope("rounds", i);
    const raw = joint(round.scope("message", 0), pairParts(w, h, pair), width);
    const hidden = activated(w, raw, activation);
    messages = activated(w, linear(round.scope("message", 1), hidden, width), activation);
    const heard = g.sum(g.mul(messages, weights), [2]);
    const both = h === undefined ? [heard] : [h, heard];
    const inner = activated(w, joint(round.scope("update", 0), both, width), activation);
    const change = linear(round.scope("update", 1), inner, width);
    h = h === undefined ? change : g.add(h, change);
  }
  return readOut(w, h!, g.mul(messages!, weights), space, states);
});

/** What a message is made of: the receiver [N, P, 1, …], the sender [N, 1, P, …], the pair [N, P, P, …]. */
function pairParts({ g }: Weights, h: Value | undefined, pair: Value | undefined): Value[] {
  const ends: Value[] = [];
  if (h !== undefined) {
    const [n, particles, width] = h.shape as [number, number, number];
    ends.push(g.reshape(h, [n, particles, 1, width]), g.reshape(h, [n, 1, particles, width]));
  }
  return pair === undefined ? ends : [...ends, pair];
}

/** A linear layer of several values joined along the last axis, each multiplied before it is spread over the pairs. */
function joint(w: Weights, parts: readonly Value[], out: number): Value {
  const { g } = w;
  const sizes = parts.map((part) => part.shape.at(-1)!);
  const fan = sizes.reduce((sum, size) => sum + size, 0);
  const weight = w.add("weight", [out, fan], ofFanIn(fan));
  const bias = w.add("bias", [out], ofFanIn(fan));
  let start = 0;
  return parts.reduce((sum, part, i) => {
    const own = g.slice(weight, [{ axis: 1, start, end: (start += sizes[i]!) }]);
    return g.add(sum, g.matmul(part, g.transposeLast(own)));
  }, bias);
}

/** The share of each particle in a mean over the others, [1, P, P, 1]: a particle sends itself nothing. */
function others({ g, dtype }: Weights, particles: number): Value {
  const share = 1 / Math.max(1, particles - 1);
  const shares = Float64Array.from({ length: particles ** 2 }, (_, i) =>
    Math.floor(i / particles) === i % particles ? 0 : share,
  );
  return g.constant(fromFloat64(dtype, [1, particles, particles, 1], shares));
}
