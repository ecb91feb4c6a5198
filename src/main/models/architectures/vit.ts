/** Patches as tokens with learned positions, layers of attention and perceptron, tokens as patches again. */
import { vit as definition } from "../../../shared/architectures/vit";
import { sizeOf } from "../../../shared/tensor";
import type { Value } from "../../graph/ir";
import { architecture, unfit } from "./architecture";
import { activated, layerNorm, linear, perChannel, type Activation } from "./layers";
import { normal, ofFanIn } from "./laws";
import type { Weights } from "./weights";

/** A perceptron's hidden layer, in widths of the network. */
const EXPANSION = 4;
/** Spread of positions at the start, as vision transformers have it. */
const POSITIONS = 0.02;

export const vit = architecture(definition, (w, x, settings, states) => {
  const { patch, width, depth, heads } = settings;
  const activation = settings.activation as Activation;
  const { g } = w;
  assertDivides(x.shape.slice(2), patch, width, heads);
  const tokens = tokensOf(w.scope("patches"), x, patch, width);
  const positions = w.add("positions", [1, tokens.shape[1]!, width], normal(POSITIONS));
  let h = g.add(tokens, positions);
  for (let i = 0; i < depth; i++) {
    const block = w.scope("blocks", i);
    h = g.add(h, attention(block.scope("attention"), layerNorm(block.scope("norm1"), h), heads));
    const seen = layerNorm(block.scope("norm2"), h);
    const hidden = linear(block.scope("mlp", 0), seen, EXPANSION * width);
    h = g.add(h, linear(block.scope("mlp", 1), activated(w, hidden, activation), width));
  }
  const taps = sizeOf(x.shape.slice(2).map(() => patch));
  const out = linear(w.scope("head"), layerNorm(w.scope("norm"), h), states.outputChannels * taps);
  return fieldsOf(w, out, x.shape.slice(2), patch, states.outputChannels);
});

/** [N, C, …grid] to [N, tokens, width] by a convolution whose steps are as long as its kernel. */
function tokensOf(w: Weights, x: Value, patch: number, width: number): Value {
  const { g } = w;
  const [n, channels, ...grid] = x.shape as [number, number, ...number[]];
  const taps = grid.map(() => patch);
  const fan = channels * sizeOf(taps);
  const weight = w.add("weight", [width, channels, ...taps], ofFanIn(fan));
  const bias = w.add("bias", [width], ofFanIn(fan));
  const embedded = g.add(g.conv(x, weight, { strides: taps }), perChannel(w, bias, x.shape.length));
  const count = sizeOf(grid.map((points) => points / patch));
  return g.transpose(g.reshape(embedded, [n, width, count]), [0, 2, 1]);
}

/** Multi-head self-attention of [N, T, D]; `qkv.weight` [3D, D] holds queries, keys and values in this order. */
function attention(w: Weights, x: Value, heads: number): Value {
  const { g } = w;
  const [n, tokens, width] = x.shape as [number, number, number];
  const size = width / heads;
  const joint = linear(w.scope("qkv"), x, 3 * width);
  const [query, key, value] = [0, 1, 2].map((i) => {
    const part = g.slice(joint, [{ axis: 2, start: i * width, end: (i + 1) * width }]);
    return g.transpose(g.reshape(part, [n, tokens, heads, size]), [0, 2, 1, 3]);
  }) as [Value, Value, Value];
  const scores = g.mul(g.matmul(query, g.transposeLast(key)), 1 / Math.sqrt(size));
  const read = g.transpose(g.matmul(g.softmax(scores, 3), value), [0, 2, 1, 3]);
  return linear(w.scope("out"), g.reshape(read, [n, tokens, width]), width);
}

/** [N, tokens, C·patch…] to [N, C, …grid]. */
function fieldsOf(
  { g }: Weights,
  x: Value,
  grid: readonly number[],
  patch: number,
  channels: number,
): Value {
  const [n] = x.shape as [number];
  const counts = grid.map((points) => points / patch);
  const apart = g.reshape(x, [n, ...counts, channels, ...grid.map(() => patch)]);
  const rank = grid.length;
  const woven = grid.flatMap((_, axis) => [1 + axis, 2 + rank + axis]);
  return g.reshape(g.transpose(apart, [0, 1 + rank, ...woven]), [n, channels, ...grid]);
}

function assertDivides(grid: readonly number[], patch: number, width: number, heads: number): void {
  const odd = grid.find((points) => points % patch !== 0);
  if (odd !== undefined) {
    throw unfit(
      "patch",
      `${odd} points do not divide into patches of ${patch}.`,
      "Take a patch that divides every axis.",
    );
  }
  if (width % heads !== 0) {
    throw unfit(
      "heads",
      `A width of ${width} does not divide into ${heads} heads.`,
      "Take a number of heads that divides the width.",
    );
  }
}
