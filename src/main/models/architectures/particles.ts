/**
 * What a symmetry of space lets a network of particles know, and how predictions are read from it. Under shifts only
 * differences of positions; under turns and reflections beside, only lengths and scalar products, and a predicted vector
 * is a sum of vectors with invariant factors (Satorras et al. 2021, arXiv:2102.09844; Villar et al. 2021,
 * arXiv:2106.06610).
 */
import { showFieldSpec, type ChannelGroup, type FieldSpec } from "../../../shared/fields/spec";
import type { Value } from "../../graph/ir";
import { unfit } from "./architecture";
import { linear } from "./layers";
import { channelsIn, type NetworkStates } from "./states";
import type { Weights } from "./weights";

/** What vectors are read from; undefined where they are numbers like others. */
interface Space {
  /** x_i − x_j, [N, P, P, d]. */
  readonly differences: Value;
  /** The particles' own vectors [N, P, A, d], positions not among them; undefined where there are none. */
  readonly vectors: Value | undefined;
}

export interface Known {
  /** Of a particle, [N, P, …]. */
  readonly node: Value | undefined;
  /** Of a pair, [N, P, P, …]. */
  readonly pair: Value | undefined;
  readonly space: Space | undefined;
}

/** Near encounters count: with the square of the distance its logarithm, which a perceptron cannot make well. */
const NEAREST = 0.01;

/** @throws UserError "architecture/settings" where the fields do not have what the symmetry needs */
export function known(
  w: Weights,
  x: Value,
  { symmetry, positions, prediction }: { symmetry: string; positions: string; prediction: string },
  states: NetworkStates,
): Known {
  if (symmetry === "none") return { node: x, pair: undefined, space: undefined };
  const { g } = w;
  const fields = states.fields ?? [];
  const place = positionsOf(fields, positions, symmetry);
  assertChange(states, place, prediction);
  const difference = differences(w, channels(w, x, [place]));
  const rest = Array.from({ length: channelsIn(states) }, (_, c) => c).filter(
    (c) => !place.channels.includes(c),
  );
  if (symmetry === "translations") {
    const node = rest.length === 0 ? undefined : picked(w, x, rest);
    return { node, pair: difference, space: undefined };
  }
  const own = fields.filter((group) => group.kind === "vector" && group !== place);
  const flat = fields.filter(({ kind }) => kind !== "vector");
  const pseudo = [...fields, ...(states.outputFields ?? [])].find(
    ({ kind }) => kind === "pseudoscalar",
  );
  if (pseudo !== undefined) {
    throw unfit(
      "symmetry",
      `${pseudo.name} changes its sign under reflections, and lengths and scalar products do not.`,
      "Take translations (--symmetry translations).",
    );
  }
  const tensor = [...fields, ...(states.outputFields ?? [])].find(({ kind }) => kind === "tensor");
  if (tensor !== undefined) {
    throw unfit(
      "symmetry",
      `${tensor.name} is a tensor, and these networks turn vectors only.`,
      "Take translations (--symmetry translations).",
    );
  }
  const vectors = own.length === 0 ? undefined : channels(w, x, own);
  const invariants = [
    ...(flat.length === 0
      ? []
      : [
          picked(
            w,
            x,
            flat.flatMap((group) => group.channels),
          ),
        ]),
    ...(vectors === undefined ? [] : [products(w, vectors, vectors)]),
  ];
  const square = g.sum(g.mul(difference, difference), [3], true);
  const pairs = [square, g.log(g.add(square, NEAREST))];
  if (vectors !== undefined) pairs.push(...pairProducts(w, vectors, difference));
  return {
    node: invariants.length === 0 ? undefined : g.concat(invariants, 2),
    pair: g.concat(pairs, 3),
    space: { differences: difference, vectors },
  };
}

/**
 * The prediction from what particles know in the end.
 * @param h [N, P, width] @param messages [N, P, P, width], each times its share in the mean
 */
export function readOut(
  w: Weights,
  h: Value,
  messages: Value,
  space: Space | undefined,
  states: NetworkStates,
): Value {
  const { outputChannels } = states;
  if (space === undefined) return linear(w.scope("decoder"), h, outputChannels);
  const { g } = w;
  const fields = outputFieldsOf(states);
  const flat = fields.filter(({ kind }) => kind !== "vector");
  const vectors = fields.filter(({ kind }) => kind === "vector");
  const scope = w.scope("decoder");
  const parts: Value[] = [];
  const order: number[] = [];
  if (flat.length > 0) {
    order.push(...flat.flatMap((group) => group.channels));
    parts.push(linear(scope.scope("scalars"), h, order.length));
  }
  if (vectors.length > 0) {
    order.push(...vectors.flatMap((group) => group.channels));
    parts.push(vectorSums(scope, h, messages, space, vectors.length));
  }
  const joined = g.concat(parts, 2);
  const back = Array.from({ length: outputChannels }, (_, c) => order.indexOf(c));
  return picked(w, joined, back);
}

/** Σ_j β(m_ij)(x_i − x_j) + Σ_a α_a(h_i) v_i^a for each predicted vector, [N, P, count·d]. */
function vectorSums(
  w: Weights,
  h: Value,
  messages: Value,
  { differences: difference, vectors }: Space,
  count: number,
): Value {
  const { g } = w;
  const [n, particles, , dimension] = difference.shape as [number, number, number, number];
  const factors = g.transpose(unbiased(w.scope("pairs"), messages, count), [0, 1, 3, 2]);
  // [N, P, count, P] × [N, P, P, d].
  let sums = g.matmul(factors, difference);
  if (vectors !== undefined) {
    const own = vectors.shape[2]!;
    const mixing = g.reshape(linear(w.scope("own"), h, count * own), [n, particles, count, own]);
    sums = g.add(sums, g.matmul(mixing, vectors));
  }
  return g.reshape(sums, [n, particles, count * dimension]);
}

/** A linear layer without bias: a bias would let a particle add up differences to those that it does not hear. */
function unbiased(w: Weights, x: Value, out: number): Value {
  const inner = x.shape.at(-1)!;
  const bound = 1 / Math.sqrt(inner);
  const weight = w.add("weight", [out, inner], (random, length) =>
    Float64Array.from({ length }, () => bound * (2 * random() - 1)),
  );
  return w.g.matmul(x, w.g.transposeLast(weight));
}

/** Channels of one value along its last axis, in the given order. */
function picked({ g }: Weights, x: Value, order: readonly number[]): Value {
  const all = order.length === x.shape.at(-1) && order.every((c, i) => c === i);
  return all ? x : g.gather(x, g.indices(order), x.shape.length - 1);
}

/** Vectors of the groups, [N, P, groups, d]. */
function channels({ g }: Weights, x: Value, groups: readonly ChannelGroup[]): Value {
  const [n, particles] = x.shape as [number, number];
  const dimension = groups[0]!.channels.length;
  const order = g.indices(groups.flatMap((group) => group.channels));
  return g.reshape(g.gather(x, order, 2), [n, particles, groups.length, dimension]);
}

/** x_i − x_j of positions [N, P, 1, d]. */
function differences({ g }: Weights, place: Value): Value {
  return g.sub(place, g.transpose(place, [0, 2, 1, 3]));
}

/** Scalar products of each particle's own vectors, [N, P, A·A]. */
function products({ g }: Weights, a: Value, b: Value): Value {
  const [n, particles, count] = a.shape as [number, number, number];
  return g.reshape(g.matmul(a, g.transposeLast(b)), [n, particles, count * b.shape[2]!]);
}

/** Scalar products of a pair's vectors with their difference and with each other, [N, P, P, …]. */
function pairProducts({ g }: Weights, vectors: Value, difference: Value): Value[] {
  const [n, particles, count, dimension] = vectors.shape as [number, number, number, number];
  // [N, P, P, d] × [N, P, d, A], the receiver's vectors; the sender's are along the other axis of pairs.
  const received = g.matmul(difference, g.transposeLast(vectors));
  const turned = g.transpose(difference, [0, 2, 1, 3]);
  const sent = g.transpose(g.matmul(turned, g.transposeLast(vectors)), [0, 2, 1, 3]);
  const flat = g.reshape(vectors, [n, particles * count, dimension]);
  const all = g.reshape(g.matmul(flat, g.transposeLast(flat)), [n, particles, count, particles, count]); // prettier-ignore
  const mutual = g.reshape(g.transpose(all, [0, 1, 3, 2, 4]), [n, particles, particles, count ** 2]); // prettier-ignore
  return [received, sent, mutual];
}

/** Names of positions in the usual notations. */
const usual = ["q", "x", "r", "position", "positions", "pos"];

function positionsOf(fields: FieldSpec, name: string, symmetry: string): ChannelGroup {
  const vectors = fields.filter(({ kind }) => kind === "vector");
  const found =
    name === ""
      ? (vectors.find((group) => usual.includes(group.name)) ?? vectors[0])
      : vectors.find((group) => group.name === name);
  if (found !== undefined) return found;
  throw unfit(
    name === "" ? "symmetry" : "positions",
    name === ""
      ? `No field is known to be a vector, and ${symmetry === "euclidean" ? "turns" : "shifts"} need positions.`
      : `There is no vector field ${name}${fields.length === 0 ? "" : ` in ${showFieldSpec(fields)}`}.`,
    "State the fields, as --fields vector:q,vector:p, or take no symmetry of space (--symmetry none).",
  );
}

function outputFieldsOf(states: NetworkStates): FieldSpec {
  const { fields, outputFields, outputChannels } = states;
  const found = outputFields ?? (outputChannels === channelsIn(states) ? fields : undefined);
  if (found !== undefined) return found;
  throw unfit("symmetry", "What the prediction’s channels are is not known.", "State them (--output-fields on the command line)."); // prettier-ignore
}

/** A position that is predicted must move with those that are given. */
function assertChange(states: NetworkStates, place: ChannelGroup, prediction: string): void {
  const same = outputFieldsOf(states).some(({ name }) => name === place.name);
  if (prediction === "change" || !same) return;
  throw unfit(
    "prediction",
    `Predicting ${place.name} itself breaks the symmetry under shifts, which predicting its change keeps.`,
    "Predict the change (--prediction change), or take no symmetry of space (--symmetry none).",
  );
}
