/** Normalisations, written out: y = (x − mean)/√(variance + ε)·scale + bias over the axes that each one means. */
import { sizeOf } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import type { Call, Converter, Converters } from "./call";

/** Zero mean and unit variance over `axes`, with the mean and 1/√(variance + ε). */
function standardised(
  { g }: Call,
  x: Value,
  axes: readonly number[],
  epsilon: number,
): { y: Value; mean: Value; inverse: Value } {
  const mean = g.mean(x, axes, true);
  const centred = g.sub(x, mean);
  const deviation = g.sqrt(g.add(g.mean(g.mul(centred, centred), axes, true), epsilon));
  return { y: g.div(centred, deviation), mean, inverse: g.reciprocal(deviation) };
}

/** One number a channel, over [N, C, …]. */
function perChannel({ g }: Call, values: Value, rank: number): Value {
  return g.reshape(values, [1, sizeOf(values.shape), ...new Array<number>(rank - 2).fill(1)]);
}

const from = (first: number, rank: number): number[] =>
  Array.from({ length: rank - first }, (_, i) => first + i);

const BatchNormalization: Converter = (call) => {
  const { g } = call;
  const training = call.flag("training_mode") || (call.opset < 14 && call.outputs > 1);
  if (training && !(call.training && call.opset >= 14))
    throw call.unsupported("it is in training mode, export after model.eval()");
  if (call.opset < 9 && call.int("spatial", 1) === 0) throw call.unsupported("spatial = 0");
  const x = call.input(0);
  const rank = x.shape.length;
  const [scale, bias] = [1, 2].map((i) => perChannel(call, call.input(i), rank));
  const [mean, variance] = [call.input(3), call.input(4)];
  const epsilon = call.float("epsilon", 1e-5);
  if (training) {
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const own = g.mean(x, axes, true);
    const centred = g.sub(x, own);
    const spread = g.mean(g.mul(centred, centred), axes, true);
    const momentum = call.float("momentum", 0.9);
    /** Running statistics follow those of the batch, of which ONNX takes the population variance. */
    const followed = (running: Value, now: Value): Value =>
      g.add(g.mul(running, momentum), g.mul(g.reshape(now, running.shape), 1 - momentum));
    const y = g.div(centred, g.sqrt(g.add(spread, epsilon)));
    return [g.add(g.mul(y, scale!), bias!), followed(mean, own), followed(variance, spread)];
  }
  call.buffers.push(mean, variance);
  const deviation = g.sqrt(g.add(perChannel(call, variance, rank), epsilon));
  return g.add(g.mul(g.div(g.sub(x, perChannel(call, mean, rank)), deviation), scale!), bias!);
};

const InstanceNormalization: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const rank = x.shape.length;
  const { y } = standardised(call, x, from(2, rank), call.float("epsilon", 1e-5));
  return g.add(
    g.mul(y, perChannel(call, call.input(1), rank)),
    perChannel(call, call.input(2), rank),
  );
};

const LayerNormalization: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const rank = x.shape.length;
  const first = call.axis(call.int("axis", -1), rank);
  const { y, mean, inverse } = standardised(
    call,
    x,
    from(first, rank),
    call.float("epsilon", 1e-5),
  );
  const scaled = g.mul(y, call.input(1));
  const bias = call.optional(2);
  return [bias === undefined ? scaled : g.add(scaled, bias), mean, inverse];
};

/** Scale and bias are per group in opset 18, per channel since 21. */
const GroupNormalization: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const [n, c, ...space] = x.shape as [number, number, ...number[]];
  const groups = call.int("num_groups");
  const grouped = g.reshape(x, [n, groups, c / groups, ...space]);
  const { y } = standardised(
    call,
    grouped,
    from(2, grouped.shape.length),
    call.float("epsilon", 1e-5),
  );
  const perGroup = call.opset < 21;
  const rank = x.shape.length;
  const parameter = (i: number): Value =>
    perChannel(call, call.input(i), perGroup ? rank + 1 : rank);
  const normalised = perGroup ? y : g.reshape(y, x.shape);
  return g.reshape(g.add(g.mul(normalised, parameter(1)), parameter(2)), x.shape);
};

/** x/√(mean x² + ε)·scale. */
const RMSNormalization: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const axes = from(call.axis(call.int("axis", -1), x.shape.length), x.shape.length);
  const square = g.add(g.mean(g.mul(x, x), axes, true), call.float("epsilon", 1e-5));
  return g.mul(g.div(x, g.sqrt(square)), call.input(1));
};

/** Zero mean and unit variance without parameters; its ε is fixed by the standard's reference. */
const MeanVarianceNormalization: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const axes = call.axes(call.ints("axes") ?? [0, 2, 3], x.shape.length);
  const centred = g.sub(x, g.mean(x, axes, true));
  const deviation = g.sqrt(g.mean(g.mul(centred, centred), axes, true));
  return g.div(centred, g.add(deviation, 1e-9));
};

/** Local response normalisation: x/(bias + α/size·Σ x² over neighbouring channels)^β. */
const LRN: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const size = call.int("size");
  const [c, rank] = [x.shape[1]!, x.shape.length];
  const pads = new Array<number>(2 * rank).fill(0);
  pads[1] = Math.floor((size - 1) / 2);
  pads[rank + 1] = Math.ceil((size - 1) / 2);
  const squares = g.pad(g.mul(x, x), pads);
  const sum = Array.from({ length: size }, (_, i) =>
    g.slice(squares, [{ axis: 1, start: i, end: i + c }]),
  ).reduce((a, b) => g.add(a, b));
  const base = g.add(g.mul(sum, call.float("alpha", 1e-4) / size), call.float("bias", 1));
  return g.div(x, g.pow(base, call.float("beta", 0.75)));
};

/** x/‖x‖ₚ along an axis. */
const LpNormalization: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const axis = call.axis(call.int("axis", -1), x.shape.length);
  const one = call.int("p", 2) === 1;
  const sum = g.sum(one ? g.abs(x) : g.mul(x, x), [axis], true);
  return g.div(x, one ? sum : g.sqrt(sum));
};

export const normalisation: Converters = {
  BatchNormalization,
  InstanceNormalization,
  LayerNormalization,
  GroupNormalization,
  RMSNormalization,
  MeanVarianceNormalization,
  LRN,
  LpNormalization,
};
