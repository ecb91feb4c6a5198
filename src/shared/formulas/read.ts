/** Formulas and integrands that are known to be right, as TeX. */
import { ExpressionReader } from "../generators/formula";
import {
  aggregate,
  derivative,
  integralOf,
  named,
  overAll,
  overPairs,
  second,
  texAlgebra,
  type NameReader,
  type Tex,
} from "./tex";

const aggregates = ["integral", "mean", "min", "max"] as const;

/** Any name stands for itself: whether it means anything was checked where the formula was read. */
const onGrids: NameReader = (name, reader) => {
  const [, axis] = /^d([xyz])$/.exec(name) ?? [];
  if (axis !== undefined) return derivative(axis, reader.bracket());
  if (name === "pairs") return overPairs(reader.bracket());
  if (name === "other") return second(reader.bracket());
  const found = aggregates.find((one) => one === name);
  return found === undefined ? named(name) : aggregate(found, reader.bracket());
};

/** Of particles an integral is a sum. */
const ofParticles: NameReader = (name, reader) =>
  name === "integral" ? overAll(reader.bracket()) : onGrids(name, reader);

const algebras = {
  grid: texAlgebra(onGrids, "names"),
  particles: texAlgebra(ofParticles, "names"),
};

function read(text: string, states: keyof typeof algebras = "grid"): Tex {
  const reader = new ExpressionReader(text, algebras[states]);
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
  const found = read(text, onGrid ? "grid" : "particles");
  return onGrid && found.varies ? integralOf(found) : found.tex;
}
