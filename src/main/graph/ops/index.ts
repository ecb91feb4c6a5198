/** Every primitive operator. Whatever is added here, the tests ask for its domain and check its rule. */
import type { OpRule } from "../rule";
import { Elu, LeakyRelu, Relu, Sigmoid, Softplus, Tanh } from "./activation";
import { Abs, Add, Div, Max, Min, Mod, Mul, Neg, Reciprocal, Sub } from "./arithmetic";
import { Cast } from "./cast";
import {
  And,
  Equal,
  Greater,
  GreaterOrEqual,
  IsInf,
  IsNaN,
  Less,
  LessOrEqual,
  Not,
  Or,
  Where,
  Xor,
} from "./compare";
import { Conv } from "./conv";
import { ConvTranspose } from "./convTranspose";
import { ConvWeight } from "./convWeight";
import { Erf, Exp, Log, Pow, Sqrt } from "./exponential";
import { Gather, GatherElements, GatherND } from "./gather";
import { MatMul } from "./matmul";
import { Concat, Expand, Reshape, Slice, Transpose } from "./movement";
import { Pad } from "./pad";
import { AveragePool, MaxPool } from "./pool";
import { ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum } from "./reduce";
import { Resize } from "./resize";
import { Ceil, Floor, Round, Sign } from "./rounding";
import { ArgMax, ArgMin, CumSum } from "./scan";
import { ScatterElements, ScatterND } from "./scatter";
import { LogSoftmax, Softmax } from "./softmax";
import { TopK } from "./topK";
import { Acos, Acosh, Asin, Asinh, Atan, Atanh, Cos, Cosh, Sin, Sinh, Tan } from "./trigonometric";

export const ops = {
  Abs,
  Acos,
  Acosh,
  Add,
  And,
  ArgMax,
  ArgMin,
  Asin,
  Asinh,
  Atan,
  Atanh,
  AveragePool,
  Cast,
  Ceil,
  Concat,
  Conv,
  ConvTranspose,
  ConvWeight,
  Cos,
  Cosh,
  CumSum,
  Div,
  Elu,
  Equal,
  Erf,
  Exp,
  Expand,
  Floor,
  Gather,
  GatherElements,
  GatherND,
  Greater,
  GreaterOrEqual,
  IsInf,
  IsNaN,
  LeakyRelu,
  Less,
  LessOrEqual,
  Log,
  LogSoftmax,
  MatMul,
  Max,
  MaxPool,
  Min,
  Mod,
  Mul,
  Neg,
  Not,
  Or,
  Pad,
  Pow,
  Reciprocal,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  Relu,
  Reshape,
  Resize,
  Round,
  ScatterElements,
  ScatterND,
  Sigmoid,
  Sign,
  Sin,
  Sinh,
  Slice,
  Softmax,
  Softplus,
  Sqrt,
  Sub,
  Tan,
  Tanh,
  TopK,
  Transpose,
  Where,
  Xor,
} satisfies Record<string, OpRule>;

export type OpName = keyof typeof ops;

/** The rule of an operator, its attributes seen as any. */
export function ruleOf(op: OpName): OpRule {
  return ops[op];
}
