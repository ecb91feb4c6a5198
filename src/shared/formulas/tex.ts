/**
 * Formulas as TeX, read by the same grammar as those that are computed: what is shown is what was understood, brackets
 * by the order of operations and not as they were typed.
 */
import type { Algebra, ExpressionReader, Sign } from "../generators/formula";
import { texOfName, texOfNumber } from "./names";

/** How tightly an expression holds together; what holds less than its place asks for stands in brackets. */
const binding = { sum: 1, sign: 2, derivative: 3, product: 4, power: 5, atom: 6 } as const;

/** An expression as TeX. */
export interface Tex {
  readonly tex: string;
  readonly binds: number;
  /** Whether it has a value at each point of a field; sums and means over it have one in all. */
  readonly varies: boolean;
  /** A function that takes its power before its argument, as sin²(x); absent for all else. */
  readonly raised?: (exponent: string) => string;
}

/** What a name that is no function stands for, undefined where it means nothing; see `Algebra.name`. */
export type NameReader = (name: string, reader: ExpressionReader<Tex>) => Tex | undefined;

/** The grammar's operations on TeX. @param vocabulary for the advice beside an error */
export function texAlgebra(name: NameReader, vocabulary: string): Algebra<Tex> {
  return {
    number: (_, text) => constant(texOfNumber(text)),
    name: (found, _, reader) => name(found, reader),
    applied,
    combined,
    vocabulary,
  };
}

function constant(tex: string): Tex {
  return { tex, binds: tex.includes("\\cdot") ? binding.product : binding.atom, varies: false };
}

/** A channel, a coordinate, a coefficient. */
export function named(name: string): Tex {
  return { tex: texOfName(name), binds: binding.atom, varies: true };
}

/** ∂ of all that follows it. @param axis x, y or z */
export function derivative(axis: string, inner: Tex): Tex {
  const of = inner.binds === binding.derivative ? inner.tex : atLeast(binding.atom, inner);
  return {
    tex: String.raw`\partial_{${axis}} ${of}`,
    binds: binding.derivative,
    varies: inner.varies,
  };
}

/** One number of a field. */
export function aggregate(of: "integral" | "mean" | "min" | "max", inner: Tex): Tex {
  const tex =
    of === "integral"
      ? integralOf(inner)
      : of === "mean"
        ? String.raw`\left\langle ${inner.tex} \right\rangle`
        : `\\${of}\\left(${inner.tex}\\right)`;
  return { tex, binds: of === "integral" ? binding.sum : binding.atom, varies: false };
}

/** Σ over all particles. */
export function overAll(inner: Tex): Tex {
  const tex = String.raw`\sum ${atLeast(binding.sign, inner)}`;
  return { tex, binds: binding.sum, varies: false };
}

/** Σ over every two particles, the second of which has a dash. */
export function overPairs(inner: Tex): Tex {
  const tex = String.raw`\sum_{\text{pairs}} ${atLeast(binding.sign, inner)}`;
  return { tex, binds: binding.sum, varies: false };
}

/** The second particle's. */
export function second(inner: Tex): Tex {
  return { tex: `${atLeast(binding.atom, inner)}'`, binds: binding.power, varies: inner.varies };
}

/** ∫ over the domain, whatever its dimension. */
export function integralOf(inner: Tex): string {
  return String.raw`\int ${atLeast(binding.sign, inner)}\,\mathrm{d}V`;
}

/** In brackets where it holds less than is asked for. */
function atLeast(level: number, { tex, binds }: Tex): string {
  return binds >= level ? tex : String.raw`\left(${tex}\right)`;
}

/** Functions that TeX knows by the names they are typed by. */
const upright = new Set(["sin", "cos", "tan", "tanh", "log"]);

function applied(inner: Tex, _: unknown, name: string): Tex {
  const { varies } = inner;
  switch (name) {
    case "-":
      return { tex: `-${atLeast(binding.derivative, inner)}`, binds: binding.sign, varies };
    case "sqrt":
      return { tex: String.raw`\sqrt{${inner.tex}}`, binds: binding.atom, varies };
    case "abs":
      return { tex: String.raw`\left|${inner.tex}\right|`, binds: binding.atom, varies };
    case "exp":
      return { tex: `e^{${inner.tex}}`, binds: binding.power, varies };
  }
  const f = upright.has(name) ? `\\${name}` : String.raw`\operatorname{${name}}`;
  const argument = String.raw`\left(${inner.tex}\right)`;
  return {
    tex: `${f}${argument}`,
    binds: binding.power,
    varies,
    raised: (exponent) => `${f}^{${exponent}}${argument}`,
  };
}

function combined(left: Tex, right: Tex, _: unknown, sign: Sign): Tex {
  const varies = left.varies || right.varies;
  switch (sign) {
    case "+":
      return { tex: `${left.tex}+${summand(right)}`, binds: binding.sum, varies };
    case "-":
      return {
        tex: `${left.tex}-${atLeast(binding.derivative, right)}`,
        binds: binding.sum,
        varies,
      };
    case "*":
      return { tex: product(left, right), binds: binding.product, varies };
    case "/":
      return {
        tex: String.raw`\frac{${left.tex}}{${right.tex}}`,
        // Holds like a product, so that its power has brackets.
        binds: binding.product,
        varies,
      };
    case "^": {
      const tex =
        left.raised !== undefined && /^\d+$/.test(right.tex)
          ? left.raised(right.tex)
          : `${atLeast(binding.atom, left)}^{${right.tex}}`;
      return { tex, binds: binding.power, varies };
    }
  }
}

/** After a plus a sum needs no brackets, a sign does. */
function summand(right: Tex): string {
  return right.binds === binding.sum && !right.tex.startsWith("-")
    ? right.tex
    : atLeast(binding.derivative, right);
}

/**
 * Side by side, with a dot where two numbers would run together. A derivative may only come last, or the other factor
 * would seem to be differentiated too.
 */
function product(left: Tex, right: Tex): string {
  const first = left.binds === binding.sign ? left.tex : atLeast(binding.product, left);
  const second = atLeast(binding.derivative, right);
  return /^[\d.]/.test(second)
    ? String.raw`${first}\cdot ${second}`
    : String.raw`${first}\,${second}`;
}
