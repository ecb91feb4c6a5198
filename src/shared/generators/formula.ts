/**
 * Formulas in the coordinates x, y, z, as people type them: `-y`, `sin(2*pi*x)^2`. They are read by recursive descent
 * into functions that give value and gradient at once (forward differentiation); nothing of the text is ever executed.
 */
import { UserError } from "../errors";

/** The coordinates that formulas may name, in the order of a position's components. */
export const coordinateNames = ["x", "y", "z"] as const;

/** A number at each point of space; `position` lists x first. */
export interface Formula {
  readonly text: string;
  value(position: readonly number[]): number;
  /** ∂/∂x, ∂/∂y … as many as the position has components. */
  gradient(position: readonly number[]): number[];
}

/** A value with its slopes: arithmetic on these is the chain rule. */
interface Dual {
  readonly value: number;
  readonly slope: readonly number[];
}
type Expression = (position: readonly number[]) => Dual;

/** The same number everywhere. */
export function constantFormula(value: number): Formula {
  return { text: String(value), value: () => value, gradient: (position) => position.map(() => 0) };
}

/** @throws UserError "formula/syntax" that marks the position */
export function parseFormula(text: string): Formula {
  const reader = new FormulaReader(text);
  const formula = reader.formula();
  reader.end();
  return formula;
}

/** A function of one number, with its slope. */
export type Unary = (a: number) => readonly [value: number, slope: number];
/** A function of two numbers, with its slope in each. */
export type Binary = (
  a: number,
  b: number,
) => readonly [value: number, inLeft: number, inRight: number];

/** Between two expressions. */
export type Sign = "+" | "-" | "*" | "/" | "^";

/** What a text is read into: one grammar serves formulas in coordinates and integrands over fields. */
export interface Algebra<E> {
  /** @param text as it was typed: pi, 1e-3 */
  number(value: number, text: string): E;
  /**
   * What a name that is no function stands for, undefined where it means nothing; it may read on, as in brackets.
   * @param start where the name stands
   */
  name(name: string, start: number, reader: ExpressionReader<E>): E | undefined;
  /** @param name of the function, "-" for the sign */
  applied(inner: E, f: Unary, name: string): E;
  combined(left: E, right: E, f: Binary, sign: Sign): E;
  /** What formulas are made of, for the advice beside an error. */
  readonly vocabulary: string;
}

/** A name, or a component of what it names: velocity.x. */
const NAME = /^[\p{L}_][\p{L}\p{N}_]*(\.[xyz]{1,2}(?![\p{L}\p{N}_]))?/u;

/** Reads expressions out of a longer text, one after another; a syntax around them reads on with `take`. */
export class ExpressionReader<E> {
  readonly #text: string;
  readonly #algebra: Algebra<E>;
  #at = 0;

  constructor(text: string, algebra: Algebra<E>) {
    this.#text = text;
    this.#algebra = algebra;
  }

  /** The expression that starts here, as far as it goes. */
  expression(): { readonly text: string; readonly expression: E } {
    this.#blanks();
    const start = this.#at;
    const expression = this.#sum();
    return { text: this.#text.slice(start, this.#at).trim(), expression };
  }

  /** An expression in brackets. */
  bracket(): E {
    this.expect("(");
    const inner = this.#sum();
    this.expect(")");
    return inner;
  }

  /** Steps over `piece` if it comes next. */
  take(piece: string): boolean {
    this.#blanks();
    if (!this.#text.startsWith(piece, this.#at)) return false;
    this.#at += piece.length;
    return true;
  }

  /** As `take`, but it must come. */
  expect(piece: string): void {
    if (!this.take(piece)) throw this.problem(`there must be “${piece}”`);
  }

  /** A name of letters, digits and hyphens, if one comes next. */
  word(): string | undefined {
    this.#blanks();
    const [found] = /^\p{L}[\p{L}\p{N}_-]*/u.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }

  /** Whether nothing is left. */
  get done(): boolean {
    this.#blanks();
    return this.#at === this.#text.length;
  }

  end(): void {
    if (!this.done) throw this.problem("nothing more can follow");
  }

  get position(): number {
    return this.#at;
  }

  /** An error at `position`, by default here. */
  problem(sentence: string, position = this.#at): FormulaError {
    return formulaProblem(this.#text, position, sentence, this.#algebra.vocabulary);
  }

  #blanks(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++;
  }

  #sum(): E {
    let left = this.#product();
    for (;;) {
      if (this.take("+"))
        left = this.#algebra.combined(left, this.#product(), (a, b) => [a + b, 1, 1], "+");
      else if (this.take("-") || this.take("−"))
        left = this.#algebra.combined(left, this.#product(), (a, b) => [a - b, 1, -1], "-");
      else return left;
    }
  }

  #product(): E {
    let left = this.#signed();
    for (;;) {
      if (this.take("*") || this.take("·"))
        left = this.#algebra.combined(left, this.#signed(), (a, b) => [a * b, b, a], "*");
      else if (this.take("/"))
        left = this.#algebra.combined(
          left,
          this.#signed(),
          (a, b) => [a / b, 1 / b, -a / b ** 2],
          "/",
        );
      else return left;
    }
  }

  #signed(): E {
    if (this.take("-") || this.take("−"))
      return this.#algebra.applied(this.#signed(), (a) => [-a, -1], "-");
    return this.take("+") ? this.#signed() : this.#power();
  }

  /** Binds closer than a sign before it, and to the right: -x^2 is -(x^2). */
  #power(): E {
    const base = this.#atom();
    return this.take("^") ? this.#algebra.combined(base, this.#signed(), power, "^") : base;
  }

  #atom(): E {
    this.#blanks();
    const start = this.#at;
    if (this.#text.startsWith("(", start)) return this.bracket();
    const [digits] = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(this.#text.slice(start)) ?? [];
    if (digits !== undefined) {
      this.#at += digits.length;
      return this.#algebra.number(Number(digits), digits);
    }
    const [name] = NAME.exec(this.#text.slice(start)) ?? [];
    if (name === undefined) throw this.problem("a number, a coordinate or a bracket is missing");
    this.#at += name.length;
    if (name === "pi" || name === "π") return this.#algebra.number(Math.PI, "pi");
    if (Object.hasOwn(functions, name))
      return this.#algebra.applied(this.bracket(), functions[name]!, name);
    const meant = this.#algebra.name(name, start, this);
    if (meant === undefined)
      throw this.problem(`“${name}” is no coordinate and no function`, start);
    return meant;
  }
}

/** Value and slope of the functions that formulas may use. */
const functions: Readonly<Record<string, Unary>> = {
  sin: (a) => [Math.sin(a), Math.cos(a)],
  cos: (a) => [Math.cos(a), -Math.sin(a)],
  tan: (a) => [Math.tan(a), 1 / Math.cos(a) ** 2],
  exp: (a) => [Math.exp(a), Math.exp(a)],
  log: (a) => [Math.log(a), 1 / a],
  sqrt: (a) => [Math.sqrt(a), 0.5 / Math.sqrt(a)],
  tanh: (a) => [Math.tanh(a), 1 - Math.tanh(a) ** 2],
  abs: (a) => [Math.abs(a), Math.sign(a)],
};

/** aᵇ; the slope in b only matters where b moves, and there a must be positive. */
export function power(a: number, b: number): [number, number, number] {
  return [a ** b, b === 0 ? 0 : b * a ** (b - 1), a > 0 ? a ** b * Math.log(a) : 0];
}

function number(value: number): Expression {
  return (position) => ({ value, slope: position.map(() => 0) });
}

/** @param axis beyond the space's own: the plane z = 0, the line y = z = 0 */
function coordinate(axis: number): Expression {
  return (position) => ({
    value: position[axis] ?? 0,
    slope: position.map((_, i) => (i === axis ? 1 : 0)),
  });
}

function applied(inner: Expression, f: Unary): Expression {
  return (position) => {
    const a = inner(position);
    const [value, slope] = f(a.value);
    return { value, slope: a.slope.map((one) => slope * one) };
  };
}

function combined(left: Expression, right: Expression, f: Binary): Expression {
  return (position) => {
    const [a, b] = [left(position), right(position)];
    const [value, inLeft, inRight] = f(a.value, b.value);
    return { value, slope: a.slope.map((one, i) => inLeft * one + inRight * b.slope[i]!) };
  };
}

/** An error at a place of a formula. */
export class FormulaError extends UserError {
  constructor(
    sentence: string,
    details: { where: string; todo: string },
    /** Characters before it. */
    readonly position: number,
    /** What is wrong there, without the formula itself. */
    readonly reason: string,
  ) {
    super("formula/syntax", sentence, details);
  }
}

/** An error at a place of a formula, which it marks. @param vocabulary what formulas are made of there */
export function formulaProblem(
  text: string,
  position: number,
  sentence: string,
  vocabulary: string,
): FormulaError {
  const marked = `${text.slice(0, position)}▸${text.slice(position)}`;
  return new FormulaError(
    `In “${marked}”: ${sentence}.`,
    {
      where: `character ${position + 1}`,
      todo: `Write formulas of ${vocabulary}, pi and numbers with + - * / ^ and ${Object.keys(functions).join(", ")}.`,
    },
    position,
    sentence,
  );
}

/** A formula in names that mean something only where it is put to use. */
export interface NamedFormula {
  readonly text: string;
  /** Those that it uses, each once, with where they first stand. */
  readonly names: readonly { readonly name: string; readonly at: number }[];
  /** @param values of the names, in their order */
  value(values: readonly number[]): number;
  /** Slopes in the names, in their order. */
  gradient(values: readonly number[]): number[];
}

/** What names mean where a reader is: coordinates, or whatever is found out later. */
interface Scope {
  open: { readonly name: string; readonly at: number }[] | null;
}

function inScope(scope: Scope): Algebra<Expression> {
  return {
    number,
    name(name, at) {
      const known = scope.open?.findIndex((one) => one.name === name);
      if (known !== undefined)
        return coordinate(known < 0 ? scope.open!.push({ name, at }) - 1 : known);
      const axis = coordinateNames.findIndex((one) => one === name);
      return axis < 0 ? undefined : coordinate(axis);
    },
    applied,
    combined,
    vocabulary: coordinateNames.join(", "),
  };
}

/** Reads formulas in the coordinates, or in names that are open. */
export class FormulaReader extends ExpressionReader<Expression> {
  readonly #scope: Scope;

  constructor(text: string) {
    const scope: Scope = { open: null };
    super(text, inScope(scope));
    this.#scope = scope;
  }

  /** The formula that starts here, as far as it goes. */
  formula(): Formula {
    const { text, expression } = this.expression();
    return {
      text,
      value: (position) => expression(position).value,
      gradient: (position) => [...expression(position).slope],
    };
  }

  /** As `formula`, in names that are not known yet. */
  namedFormula(): NamedFormula {
    const names: { readonly name: string; readonly at: number }[] = [];
    this.#scope.open = names;
    const formula = this.formula();
    this.#scope.open = null;
    return { ...formula, names };
  }
}
