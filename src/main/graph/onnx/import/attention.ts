/** Attention and rotary positions as operators of their own, since opset 23. */
import type { Value } from "../../ir";
import type { Call, Converter, Converters } from "./call";

/** [N, S, heads·D] as [N, heads, S, D]; a tensor of four axes is so already. */
function apart(call: Call, x: Value, heads: string): Value {
  const { g } = call;
  if (x.shape.length === 4) return x;
  const count = call.int(heads);
  const [n, s, width] = x.shape as [number, number, number];
  return g.transpose(g.reshape(x, [n, s, count, width / count]), [0, 2, 1, 3]);
}

/** Groups of query heads share one head of keys and values. */
function repeatedHeads({ g }: Call, x: Value, heads: number): Value {
  const factor = heads / x.shape[1]!;
  return factor === 1 ? x : g.node("Resize", [x], { factors: [1, factor, 1, 1] })[0]!;
}

/**
 * softmax(softcap(scale·QKᵀ + mask))V, [N, heads, S, D] each. Keys and values of the past come in front and are
 * returned with the present ones; the fourth output is the product at the stage that its mode names.
 */
const Attention: Converter = (call) => {
  const { g } = call;
  if (call.optional(6) !== undefined) throw call.unsupported("padded keys (input 7)");
  const flat = call.input(0).shape.length === 3;
  const q = apart(call, call.input(0), "q_num_heads");
  const withPast = (x: Value, past: Value | undefined): Value =>
    past === undefined ? x : g.concat([past, x], 2);
  const key = withPast(apart(call, call.input(1), "kv_num_heads"), call.optional(4));
  const value = withPast(apart(call, call.input(2), "kv_num_heads"), call.optional(5));
  const heads = q.shape[1]!;
  const [k, v] = [repeatedHeads(call, key, heads), repeatedHeads(call, value, heads)];
  const scale = call.has("scale") ? call.float("scale") : 1 / Math.sqrt(q.shape[3]!);
  // Split between both factors, as the standard has it, for the range of half precision.
  const scores = g.matmul(g.mul(q, Math.sqrt(scale)), g.transposeLast(g.mul(k, Math.sqrt(scale))));
  const masked = withMask(call, scores);
  const cap = call.float("softcap", 0);
  const capped = cap === 0 ? masked : g.mul(g.tanh(g.div(masked, cap)), cap);
  const weights = g.softmax(capped, 3);
  const y = g.matmul(weights, v);
  const [n, , s, width] = y.shape as [number, number, number, number];
  const stages = [scores, masked, capped, weights];
  return [
    flat ? g.reshape(g.transpose(y, [0, 2, 1, 3]), [n, s, heads * width]) : y,
    key,
    value,
    stages[call.int("qk_matmul_output_mode", 0)]!,
  ];
};

/** What must not be seen gets −∞: where a bool mask is false, and ahead of each query if it is causal. */
function withMask(call: Call, scores: Value): Value {
  const { g } = call;
  const mask = call.optional(3);
  const hidden = -Infinity;
  let result = scores;
  if (mask !== undefined)
    result = mask.dtype === "bool" ? g.where(mask, result, hidden) : g.add(result, mask);
  if (!call.flag("is_causal")) return result;
  const [queries, keys] = scores.shape.slice(2) as [number, number];
  const past = call.optional(4)?.shape[2] ?? 0;
  const row = g.indices(
    Array.from({ length: queries }, (_, i) => i + past),
    [queries, 1],
  );
  const column = g.indices(Array.from({ length: keys }, (_, i) => i));
  return g.where(g.greater(column, row), hidden, result);
}

/**
 * Pairs of features turned by the angles of their position: (a, b) → (a cos − b sin, a sin + b cos). Pairs are
 * neighbours if interleaved, else element i of either half.
 */
const RotaryEmbedding: Converter = (call) => {
  const { g } = call;
  const given = call.input(0);
  const flat = given.shape.length === 3;
  const x = apart(call, given, "num_heads");
  const [n, heads, s, width] = x.shape as [number, number, number, number];
  const turned = call.int("rotary_embedding_dim", 0) || width;
  const half = turned / 2;
  const positions = call.optional(3);
  const table = (index: number): Value => {
    const cache = call.input(index);
    const rows = positions === undefined ? cache : g.gather(cache, positions, 0);
    return g.reshape(g.slice(rows, [{ axis: 2, end: half }]), [n, 1, s, half]);
  };
  const [cosine, sine] = [table(1), table(2)];
  const interleaved = call.flag("interleaved");
  const step = interleaved ? 2 : 1;
  const part = (i: number): Value =>
    g.slice(x, [
      interleaved
        ? { axis: 3, start: i, end: turned, step }
        : { axis: 3, start: i * half, end: (i + 1) * half },
    ]);
  const [a, b] = [part(0), part(1)];
  const pair = [g.sub(g.mul(a, cosine), g.mul(b, sine)), g.add(g.mul(a, sine), g.mul(b, cosine))];
  const rotated = interleaved
    ? g.reshape(
        g.concat(
          pair.map((each) => g.reshape(each, [n, heads, s, half, 1])),
          4,
        ),
        [n, heads, s, turned],
      )
    : g.concat(pair, 3);
  const rest = g.slice(x, [{ axis: 3, start: turned }]);
  const y = turned === width ? rotated : g.concat([rotated, rest], 3);
  return flat ? g.reshape(g.transpose(y, [0, 2, 1, 3]), given.shape) : y;
};

export const attention: Converters = { Attention, RotaryEmbedding };
