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

/** Reads formulas out of a longer text, one after another; a syntax around them reads on with `take`. */
export class FormulaReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The formula that starts here, as far as it goes. */
  formula(): Formula {
    this.#blanks();
    const start = this.#at;
    const expression = this.#sum();
    const text = this.#text.slice(start, this.#at).trim();
    return {
      text,
      value: (position) => expression(position).value,
      gradient: (position) => [...expression(position).slope],
    };
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
  problem(sentence: string, position = this.#at): UserError {
    const marked = `${this.#text.slice(0, position)}▸${this.#text.slice(position)}`;
    return new UserError("formula/syntax", `In “${marked}”: ${sentence}.`, {
      where: `character ${position + 1}`,
      todo: `Write formulas of ${coordinateNames.join(", ")}, pi and numbers with + - * / ^ and ${Object.keys(functions).join(", ")}.`,
    });
  }

  #blanks(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++;
  }

  #sum(): Expression {
    let left = this.#product();
    for (;;) {
      if (this.take("+")) left = combined(left, this.#product(), (a, b) => [a + b, 1, 1]);
      else if (this.take("-") || this.take("−"))
        left = combined(left, this.#product(), (a, b) => [a - b, 1, -1]);
      else return left;
    }
  }

  #product(): Expression {
    let left = this.#signed();
    for (;;) {
      if (this.take("*") || this.take("·"))
        left = combined(left, this.#signed(), (a, b) => [a * b, b, a]);
      else if (this.take("/"))
        left = combined(left, this.#signed(), (a, b) => [a / b, 1 / b, -a / b ** 2]);
      else return left;
    }
  }

  #signed(): Expression {
    if (this.take("-") || this.take("−")) return applied(this.#signed(), (a) => [-a, -1]);
    return this.take("+") ? this.#signed() : this.#power();
  }

  /** Binds closer than a sign before it, and to the right: -x^2 is -(x^2). */
  #power(): Expression {
    const base = this.#atom();
    return this.take("^") ? combined(base, this.#signed(), power) : base;
  }

  #atom(): Expression {
    if (this.take("(")) {
      const inner = this.#sum();
      this.expect(")");
      return inner;
    }
    const start = this.#at;
    const [digits] = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(this.#text.slice(start)) ?? [];
    if (digits !== undefined) {
      this.#at += digits.length;
      return number(Number(digits));
    }
    const [name] = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(this.#text.slice(start)) ?? [];
    if (name === undefined) throw this.problem("a number, a coordinate or a bracket is missing");
    this.#at += name.length;
    if (name === "pi" || name === "π") return number(Math.PI);
    const axis = coordinateNames.findIndex((coordinate) => coordinate === name);
    if (axis >= 0) return coordinate(axis);
    if (!Object.hasOwn(functions, name)) {
      throw this.problem(`“${name}” is no coordinate and no function`, start);
    }
    this.expect("(");
    const argument = this.#sum();
    this.expect(")");
    return applied(argument, functions[name]!);
  }
}

/** Value and slope of the functions that formulas may use. */
const functions: Readonly<Record<string, (a: number) => [value: number, slope: number]>> = {
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
function power(a: number, b: number): [number, number, number] {
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

function applied(
  inner: Expression,
  f: (a: number) => readonly [value: number, slope: number],
): Expression {
  return (position) => {
    const a = inner(position);
    const [value, slope] = f(a.value);
    return { value, slope: a.slope.map((one) => slope * one) };
  };
}

function combined(
  left: Expression,
  right: Expression,
  f: (a: number, b: number) => readonly [value: number, inLeft: number, inRight: number],
): Expression {
  return (position) => {
    const [a, b] = [left(position), right(position)];
    const [value, inLeft, inRight] = f(a.value, b.value);
    return { value, slope: a.slope.map((one, i) => inLeft * one + inRight * b.slope[i]!) };
  };
}
