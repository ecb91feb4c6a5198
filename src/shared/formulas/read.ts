/** Formulas and integrands that are known to be right, as TeX. */
import { ExpressionReader } from "../generators/formula";
import {
  aggregate,
  derivative,
  integralOf,
  named,
  overPairs,
  second,
  texAlgebra,
  type NameReader,
  type Tex,
} from "./tex";

const aggregates = ["integral", "mean", "min", "max"] as const;

/** Any name stands for itself: whether it means anything was checked where the formula was read. */
const names: NameReader = (name, reader) => {
  const [, axis] = /^d([xyz])$/.exec(name) ?? [];
  if (axis !== undefined) return derivative(axis, reader.bracket());
  if (name === "pairs") return overPairs(reader.bracket());
  if (name === "other") return second(reader.bracket());
  const found = aggregates.find((one) => one === name);
  return found === undefined ? named(name) : aggregate(found, reader.bracket());
};

const algebra = texAlgebra(names, "names");

function read(text: string): Tex {
  const reader = new ExpressionReader(text, algebra);
  const { expression } = reader.expression();
  reader.end();
  return expression;
}

/**
 * A formula in coordinates, fields or coefficients, for example `-y*exp(-x^2)` or `dx(u)^2/2`.
 * @throws UserError "formula/syntax"
 */
export function texOfFormula(text: string): string {
  return read(text).tex;
}

/**
 * What an integrand stands for: its integral over a grid's domain; its own value where it holds one already, as a mean,
 * or where there is no grid.
 * @throws UserError "formula/syntax"
 */
export function texOfIntegral(text: string, onGrid: boolean): string {
  const found = read(text);
  return onGrid && found.varies ? integralOf(found) : found.tex;
}
