/** Arithmetic, elementary functions, comparisons and logic: mostly the same operator here as there. */
import { isFloat } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import type { OpName } from "../../ops";
import { dtypeOf } from "../tensors";
import type { Call, Converter, Converters } from "./call";

const same =
  (op: OpName, arity: 1 | 2 | 3): Converter =>
  (call) => {
    const inputs =
      arity === 2 ? pair(call) : Array.from({ length: arity }, (_, i) => call.input(i));
    return call.g.node(op, inputs);
  };

/** Both operands. Before opset 7 the second one lay along the first one's axes from `axis` on, by default the last. */
function pair(call: Call): [Value, Value] {
  const [a, b] = [call.input(0), call.input(1)];
  if (call.opset >= 7 || !call.has("axis")) return [a, b];
  const behind = a.shape.length - call.axis(call.int("axis"), a.shape.length) - b.shape.length;
  if (behind < 0) throw call.malformed(`[${b.shape.join(", ")}] reaches beyond the last axis`);
  return [a, call.g.reshape(b, [...b.shape, ...new Array<number>(behind).fill(1)])];
}

function each(ops: readonly OpName[], arity: 1 | 2 | 3): Converters {
  return Object.fromEntries(ops.map((op) => [op, same(op, arity)]));
}

/** Any number of operands, two by two from the left. */
const fold =
  (join: (call: Call, a: Value, b: Value) => Value): Converter =>
  (call) =>
    call.all().reduce((a, b) => join(call, a, b));

export const elementwise: Converters = {
  ...each(
    [
      ...([
        "Abs",
        "Acos",
        "Acosh",
        "Asin",
        "Asinh",
        "Atan",
        "Atanh",
        "Ceil",
        "Cos",
        "Cosh",
        "Erf",
      ] as const),
      ...([
        "Exp",
        "Floor",
        "IsNaN",
        "Log",
        "Neg",
        "Not",
        "Reciprocal",
        "Round",
        "Sign",
        "Sin",
      ] as const),
      ...(["Sinh", "Sqrt", "Tan"] as const),
    ],
    1,
  ),
  ...each(
    [
      ...([
        "Add",
        "And",
        "Div",
        "Equal",
        "Greater",
        "GreaterOrEqual",
        "Less",
        "LessOrEqual",
      ] as const),
      ...(["Mul", "Or", "Sub", "Xor"] as const),
    ],
    2,
  ),
  Where: same("Where", 3),

  Max: fold((call, a, b) => call.g.maximum(a, b)),
  Min: fold((call, a, b) => call.g.minimum(a, b)),
  Sum: fold((call, a, b) => call.g.add(a, b)),
  Mean: (call) =>
    call.g.div(
      call.all().reduce((a, b) => call.g.add(a, b)),
      call.inputs,
    ),

  /** z = aᵇ in the type of a, computed in floats where either is one. */
  Pow(call) {
    const { g } = call;
    const [a, b] = pair(call);
    if (a.dtype === b.dtype && isFloat(a.dtype)) return g.pow(a, b);
    const wide = isFloat(a.dtype) ? a.dtype : "float64";
    return g.cast(g.pow(g.cast(a, wide), g.cast(b, wide)), a.dtype);
  },

  /** Of floats the floored remainder, with the sign of b, is the truncated one, a period further where signs differ. */
  Mod(call) {
    const { g } = call;
    const [a, b] = [call.input(0), call.input(1)];
    const floored = isFloat(a.dtype) && !call.flag("fmod");
    const [rest] = g.node("Mod", [a, b], { fmod: floored || call.flag("fmod") });
    if (!floored) return [rest!];
    return g.where(g.less(g.mul(g.sign(rest!), g.sign(b)), 0), g.add(rest!, b), rest!);
  },

  IsInf(call) {
    const { g } = call;
    const x = call.input(0);
    const infinite = g.node("IsInf", [x])[0]!;
    const [negative, positive] = [
      call.flag("detect_negative", true),
      call.flag("detect_positive", true),
    ];
    if (negative && positive) return infinite;
    if (!negative && !positive) return g.zeros(infinite);
    const side = positive ? g.greater(x, 0) : g.less(x, 0);
    return g.node("And", [infinite, side]);
  },

  Cast: (call) => call.g.cast(call.input(0), dtypeOf(call.int("to"), call.origin)),
  CastLike: (call) => call.g.cast(call.input(0), call.input(1).dtype),
};
