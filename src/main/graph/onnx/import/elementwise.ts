/** Arithmetic, elementary functions, comparisons and logic: mostly the same operator here as there. */
import { isFloat } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import type { OpName } from "../../ops";
import { dtypeOf } from "../tensors";
import type { Call, Converter, Converters } from "./call";

const same =
  (op: OpName, arity: number): Converter =>
  (call) => {
    // Before opset 7 operands of different ranks were aligned by an attribute.
    if (call.opset < 7 && call.flag("broadcast")) throw call.unsupported("broadcasting of opset 6");
    return call.g.node(
      op,
      Array.from({ length: arity }, (_, i) => call.input(i)),
    );
  };

function each(ops: readonly OpName[], arity: number): Converters {
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
      call.inputs.length,
    ),

  /** z = aᵇ in the type of a, computed in floats where either is one. */
  Pow(call) {
    const { g } = call;
    const [a, b] = [call.input(0), call.input(1)];
    if (a.dtype === b.dtype && isFloat(a.dtype)) return g.pow(a, b);
    const wide = isFloat(a.dtype) ? a.dtype : "float64";
    return g.cast(g.pow(g.cast(a, wide), g.cast(b, wide)), a.dtype);
  },

  Mod: (call) => call.g.node("Mod", [call.input(0), call.input(1)], { fmod: call.flag("fmod") }),

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
