/**
 * The residual CNN with regular representations: every channel has a copy for each element of the group, in the order
 * (channel, element). Free weights are a kernel a pair of channels; what convolves is all its images, made inside the
 * graph, so a step of training moves free weights and can never leave the equivariant networks.
 */
import { d4cnn as definition } from "../../../shared/architectures/d4cnn";
import { channelCount, type FieldSpec } from "../../../shared/fields/spec";
import { groupByName } from "../../../shared/groups/catalogue";
import { groupFits } from "../../../shared/groups/fits";
import type { Group } from "../../../shared/groups/group";
import { fromFloat64, toFloat64, type Tensor } from "../../../shared/tensor";
import type { Value } from "../../graph/ir";
import { architecture, assertOdd, assertReach, edgesOf, unfit } from "./architecture";
import { convolved, groupNorm, perChannel, type Activation, type Edges } from "./layers";
import { ofFanIn } from "./laws";
import { fieldMoves, orbitTable, regularMoves } from "./orbits";
import { channelsIn, type NetworkStates } from "./states";
import { tower } from "./tower";
import type { Weights } from "./weights";

/** Larger kernels have tables of images beyond ten megabytes. */
const LARGEST_KERNEL = 7;

export const d4cnn = architecture(definition, (w, x, settings, states) => {
  const { width, depth, kernel, activation, norm } = settings;
  assertOdd(kernel);
  assertReach(x.shape.slice(2), kernel);
  if (kernel > LARGEST_KERNEL) {
    throw unfit(
      "kernel",
      `A kernel of ${kernel} points has too large a table of images.`,
      `Take ${LARGEST_KERNEL} or less.`,
    );
  }
  const group = groupByName(settings.symmetry);
  const { input, output } = fieldsOf(states, group);
  const edges = edgesOf(states, settings.edges);
  const size = group.elements.length;
  const images = {
    input: orbitTable(group, fieldMoves(input, channelsIn(states)), channelsIn(states), kernel),
    middle: orbitTable(group, regularMoves(group), size, kernel),
    output: orbitTable(group, fieldMoves(output, states.outputChannels), states.outputChannels, kernel), // prettier-ignore
  };
  return tower(w, x, {
    depth,
    activation: activation as Activation,
    first: (scope, h) => lift(scope, h, images.input, { out: width, size, kernel, edges }),
    middle: (scope, h) => regular(scope, h, images.middle, { out: width, size, kernel, edges }),
    last: (scope, h) => lower(scope, h, images.output, output, { size, kernel, edges }),
    norm: norm === "group" ? (scope, h) => groupNorm(scope, h, size) : undefined,
  });
});

interface Layer {
  /** Channels, without their copies. */
  readonly out: number;
  /** Elements of the group. */
  readonly size: number;
  readonly kernel: number;
  readonly edges: Edges;
}

/** Fields [N, I, H, W] to copies [N, out·G, H, W]; `weight` [out, I, k, k]. */
function lift(w: Weights, x: Value, images: Tensor, { out, size, kernel, edges }: Layer): Value {
  const { g } = w;
  const channels = x.shape[1]!;
  const fan = channels * kernel ** 2;
  const weight = w.add("weight", [out, channels, kernel, kernel], ofFanIn(fan));
  const bias = w.add("bias", [out], ofFanIn(fan));
  const all = g.matmul(g.reshape(weight, [out, fan]), table(w, images));
  const kernels = g.reshape(all, [out * size, channels, kernel, kernel]);
  return g.add(convolved(w, x, kernels, edges), onCopies(w, bias, size));
}

/** Copies to copies; `weight` [out, in, G, k, k]. */
function regular(w: Weights, x: Value, images: Tensor, { out, size, kernel, edges }: Layer): Value {
  const { g } = w;
  const channels = x.shape[1]! / size;
  const own = size * kernel ** 2;
  const weight = w.add("weight", [out, channels, size, kernel, kernel], ofFanIn(channels * own));
  const bias = w.add("bias", [out], ofFanIn(channels * own));
  const all = g.matmul(g.reshape(weight, [out * channels, own]), table(w, images));
  const apart = g.reshape(all, [out, channels, size, size, kernel ** 2]);
  const ordered = g.transpose(apart, [0, 2, 1, 3, 4]);
  const kernels = g.reshape(ordered, [out * size, channels * size, kernel, kernel]);
  return g.add(convolved(w, x, kernels, edges), onCopies(w, bias, size));
}

/**
 * Copies to fields; `weight` [in, out, k, k]: what a copy adds to the fields is the image of what the first one adds.
 * Only scalars and densities have a bias: a constant vector has a direction.
 */
function lower(
  w: Weights,
  x: Value,
  images: Tensor,
  fields: FieldSpec,
  { size, kernel, edges }: Omit<Layer, "out">,
): Value {
  const { g } = w;
  const channels = x.shape[1]! / size;
  const out = channelCount(fields);
  const points = kernel ** 2;
  const fan = channels * size * points;
  const weight = w.add("weight", [channels, out, kernel, kernel], ofFanIn(fan));
  const all = g.matmul(g.reshape(weight, [channels, out * points]), table(w, images));
  const apart = g.reshape(all, [channels, size, out, points]);
  const kernels = g.reshape(g.transpose(apart, [2, 0, 1, 3]), [out, channels * size, kernel, kernel]); // prettier-ignore
  const made = convolved(w, x, kernels, edges);
  const free = fields.flatMap(({ kind, channels: own }) =>
    kind === "scalar" || kind === "density" ? own : [],
  );
  if (free.length === 0) return made;
  const bias = w.add("bias", [free.length], ofFanIn(fan));
  const places = new Float64Array(free.length * out);
  free.forEach((channel, i) => (places[i * out + channel] = 1));
  const onto = g.constant(fromFloat64(w.dtype, [free.length, out], places));
  return g.add(made, perChannel(w, g.matmul(g.reshape(bias, [1, free.length]), onto), 4));
}

/** A bias a channel, the same on all its copies. */
function onCopies(w: Weights, bias: Value, size: number): Value {
  const { g } = w;
  const [out] = bias.shape as [number];
  return perChannel(
    w,
    g.reshape(g.expand(g.reshape(bias, [out, 1]), [out, size]), [out * size]),
    4,
  );
}

function table({ g, dtype }: Weights, images: Tensor): Value {
  return g.constant(
    images.dtype === dtype ? images : fromFloat64(dtype, images.shape, toFloat64(images)),
  );
}

/** @throws UserError "architecture/settings" where the group cannot act on the states */
function fieldsOf(states: NetworkStates, group: Group): { input: FieldSpec; output: FieldSpec } {
  const { fields, grid, outputChannels } = states;
  const same = outputChannels === channelsIn(states) ? fields : undefined;
  const outgoing = states.outputFields ?? same;
  for (const spec of [fields, outgoing]) {
    const fit = groupFits(group, spec, grid);
    if (!fit.fits) {
      throw unfit("symmetry", `${group.label} cannot be built in: ${lowered(fit.reason)}`, "Choose another group, or state what the channels are."); // prettier-ignore
    }
  }
  return { input: fields!, output: outgoing! };
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
