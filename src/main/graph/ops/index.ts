/** Every primitive operator. Whatever is added here, the tests ask for its domain and check its rule. */
import type { OpRule } from "../rule";
import { Add, Div, Mul, Neg, Sub } from "./arithmetic";
import { Cast } from "./cast";
import { MatMul } from "./matmul";
import { Concat, Expand, Reshape, Slice, Transpose } from "./movement";
import { ReduceSum } from "./reduce";

export const ops = {
  Add,
  Cast,
  Concat,
  Div,
  Expand,
  MatMul,
  Mul,
  Neg,
  ReduceSum,
  Reshape,
  Slice,
  Sub,
  Transpose,
} satisfies Record<string, OpRule>;

/** Operators whose files are on their way. */
type ComingOp = "Conv" | "ConvTranspose" | "Pad" | "MaxPool" | "AveragePool" | "Resize";

export type OpName = keyof typeof ops | ComingOp;

/** The rule of an operator, its attributes seen as any. */
export function ruleOf(op: OpName): OpRule {
  const rule = (ops as Partial<Record<OpName, OpRule>>)[op];
  if (rule === undefined) throw new Error(`no rule for ${op}`);
  return rule;
}
