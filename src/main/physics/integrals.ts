/**
 * Integrals of formulas over fields, ΔV·Σ f: exact to rounding for band-limited f of point values on a periodic grid; for
 * cell averages exact where f is linear. Derivatives are spectral along periodic axes and of fourth order up to walls.
 */
import {
  coordinateNames,
  type Binary,
  type Sign,
  type Unary,
} from "../../shared/generators/formula";
import {
  integrandProblem,
  type Aggregate,
  type Integrand,
  type Term,
} from "../../shared/physics/integrand";
import { spectral } from "../fields/derivative";
import { derivatives } from "../fields/generators/derivatives";
import { channelOf, type Layout } from "./layout";
import { pairsOf } from "./pairs";
import { outflow } from "./walls";

/** Of n states at once: one number for all, one a state, or one a point of each. */
type Values =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "states"; readonly values: Float64Array }
  | { readonly kind: "field"; readonly values: Float64Array };

export interface Integrals {
  /** I, one a state. */
  readonly value: Float64Array;
  /** ΔV·Σ|f|, the size that I could have: what a drift is held against. Computed when it is asked for. */
  readonly size: Float64Array;
}

/** A block of states whose channels and their derivatives are made once for all integrands. */
export class StateBlock {
  readonly n: number;
  readonly layout: Layout;
  readonly #states: ArrayLike<number>;
  readonly #made = new Map<string, Float64Array>();
  #pairs: [StateBlock, StateBlock] | undefined;

  /** @param states [n, …], as they lie */
  constructor(states: ArrayLike<number>, n: number, layout: Layout) {
    this.#states = states;
    this.n = n;
    this.layout = layout;
  }

  channel(channel: number): Float64Array {
    return this.#once(`${channel}`, () => channelOf(this.#states, this.n, this.layout, channel));
  }

  /** ∂ of a channel, x being axis 0. */
  slope(channel: number, axis: number): Float64Array {
    return this.#once(`${channel} ${axis}`, () => this.derivative(this.channel(channel), axis));
  }

  derivative(values: Float64Array, axis: number): Float64Array {
    const grid = this.layout.grid!;
    const at = grid.size.length - 1 - axis;
    return grid.periodic[at]!
      ? spectral(values, [this.n, ...grid.size], at + 1, grid.length[at]!)
      : derivatives(values, this.n, grid)[axis]!;
  }

  /** Positions from the grid's centre, the same in every state. */
  coordinate(axis: number): Float64Array {
    return this.#once(`at ${axis}`, () => {
      const { size, length } = this.layout.grid!;
      const at = size.length - 1 - axis;
      const points = size[at]!;
      const stride = size.slice(at + 1).reduce((product, one) => product * one, 1);
      return Float64Array.from({ length: this.n * this.layout.sites }, (_, i) => {
        const j = Math.floor(i / stride) % points;
        return ((j - (points - 1) / 2) * length[at]!) / points;
      });
    });
  }

  /** A particle's own number, the same in every state; undefined where there is none of that name. */
  constant(name: string): Float64Array | undefined {
    const own = this.layout.constants.get(name);
    if (own === undefined) return undefined;
    return this.#once(`of ${name}`, () =>
      Float64Array.from({ length: this.n * own.length }, (_, i) => own[i % own.length]!),
    );
  }

  /** Every two particles as sites of a block: of the first of the two, and of the second. */
  pairs(): readonly [first: StateBlock, second: StateBlock] {
    this.#pairs ??= pairsOf(this.layout, this.n, (channel) => this.channel(channel)).map(
      ({ states, layout }) => new StateBlock(states, this.n, layout),
    ) as [StateBlock, StateBlock];
    return this.#pairs;
  }

  #once(key: string, make: () => Float64Array): Float64Array {
    let found = this.#made.get(key);
    if (found === undefined) this.#made.set(key, (found = make()));
    return found;
  }
}

/** Each channel by the fields' own name and its shortest, `velocity.x or vx`, then the constants. */
function known({ names, channels, constants }: Layout): string {
  const all = [...names];
  const told = Array.from({ length: channels }, (_, channel) => {
    const own = all.filter(([, at]) => at === channel).map(([name]) => name);
    return own.length > 1 ? `${own[0]!} or ${own.at(-1)!}` : own.join("");
  });
  return [...told, ...constants.keys()].join(", ");
}

/**
 * @param coefficients numbers that the formula may name
 * @throws UserError "formula/syntax" that marks a name that is no channel, or a derivative off a grid
 */
export function checkIntegrand(
  integrand: Integrand,
  layout: Layout,
  coefficients: Readonly<Record<string, number>>,
): void {
  const { names, grid, sites, constants } = layout;
  const axes = grid?.size.length ?? 0;
  const visit = (term: Term, within: "pairs" | null): void => {
    switch (term.kind) {
      case "number":
        return;
      case "name": {
        const axis = coordinateNames.findIndex((one) => one === term.name);
        if (names.has(term.name) || constants.has(term.name)) return;
        if (Object.hasOwn(coefficients, term.name)) return;
        if (axis >= 0 && axis < axes) return;
        throw integrandProblem(
          integrand,
          term.start,
          `“${term.name}” is no channel (there are ${known(layout)}) and no coefficient`,
        );
      }
      case "derivative":
        if (term.axis >= axes) {
          throw integrandProblem(
            integrand,
            term.start,
            axes === 0
              ? "these states lie on no grid, so there are no derivatives"
              : `the grid has ${axes} ${axes === 1 ? "axis" : "axes"} only`,
          );
        }
        return visit(term.inner, within);
      case "pairs":
        if (grid === null && sites > 1 && within === null) return visit(term.inner, "pairs");
        throw integrandProblem(
          integrand,
          term.start,
          within === null
            ? "these states are not several particles, so there are no pairs"
            : "there are no pairs of pairs",
        );
      case "other":
        if (within === "pairs") return visit(term.inner, within);
        throw integrandProblem(
          integrand,
          term.start,
          "“other” is the second particle of a pair, so it stands inside pairs(…)",
        );
      case "combined":
        visit(term.left, within);
        return visit(term.right, within);
      default:
        return visit(term.inner, within);
    }
  };
  visit(integrand.term, null);
}

/** Of each state of the block. A formula that is no field, as of integral or max, is its own value. */
export function integralsOf(
  { term }: Integrand,
  block: StateBlock,
  coefficients: Readonly<Record<string, number>>,
): Integrals {
  const { n, layout } = block;
  const result = evaluate(term, block, coefficients);
  if (result.kind === "field") {
    const { volume } = layout;
    const values = weighted(result.values, layout);
    return {
      value: sums(values, n, layout.sites, volume),
      get size() {
        return sums(values.map(Math.abs), n, layout.sites, volume);
      },
    };
  }
  const value = result.kind === "states" ? result.values : new Float64Array(n).fill(result.value);
  return {
    value,
    get size() {
      return sizesOf(term, block, coefficients);
    },
  };
}

/**
 * What flows out through walls, ∮ f·n dS.
 * @param flux components, x first; those of periodic axes do not matter
 */
export function outflowOf(
  flux: readonly Integrand[],
  block: StateBlock,
  coefficients: Readonly<Record<string, number>>,
): Float64Array {
  const { n, layout } = block;
  const { grid, sites, walls } = layout;
  const total = new Float64Array(n);
  if (grid === null) return total;
  flux.slice(0, grid.size.length).forEach(({ term }, component) => {
    const axis = grid.size.length - 1 - component;
    if (grid.periodic[axis]!) return;
    const values = spread(evaluate(term, block, coefficients), n, sites);
    outflow(values, n, grid, axis, walls).forEach((out, i) => (total[i]! += out));
  });
  return total;
}

/** Of what is one number already: what its summands could add up to, so that kinetic and potential do not cancel. */
function sizesOf(
  term: Term,
  block: StateBlock,
  coefficients: Readonly<Record<string, number>>,
): Float64Array {
  const { n, layout } = block;
  const absolute = (values: Values, sites: number, factor: number): Float64Array =>
    sums(spread(values, n, sites).map(Math.abs), n, sites, factor);
  if (term.kind === "combined" && (term.sign === "+" || term.sign === "-")) {
    const [left, right] = [term.left, term.right].map((one) => sizesOf(one, block, coefficients));
    return left!.map((size, i) => size + right![i]!);
  }
  if (term.kind === "aggregate" && term.of === "integral") {
    const inner = spread(evaluate(term.inner, block, coefficients), n, layout.sites);
    const field: Values = { kind: "field", values: weighted(inner, layout) };
    return absolute(field, layout.sites, layout.volume);
  }
  if (term.kind === "pairs") {
    const [first, second] = block.pairs();
    return absolute(evaluate(term.inner, first, coefficients, second), first.layout.sites, 1);
  }
  return spread(evaluate(term, block, coefficients), n, 1).map(Math.abs);
}

/** @param other the second of each pair, inside `pairs` */
function evaluate(
  term: Term,
  block: StateBlock,
  coefficients: Readonly<Record<string, number>>,
  other?: StateBlock,
): Values {
  const at = (inner: Term): Values => evaluate(inner, block, coefficients, other);
  const { layout, n } = block;
  switch (term.kind) {
    case "number":
      return term;
    case "name": {
      const channel = layout.names.get(term.name);
      if (channel !== undefined) return { kind: "field", values: block.channel(channel) };
      const constant = block.constant(term.name);
      if (constant !== undefined) return { kind: "field", values: constant };
      const coefficient = coefficients[term.name];
      if (coefficient !== undefined) return { kind: "number", value: coefficient };
      const axis = coordinateNames.findIndex((one) => one === term.name);
      return { kind: "field", values: block.coordinate(axis) };
    }
    case "derivative": {
      const { inner, axis } = term;
      const channel = inner.kind === "name" ? layout.names.get(inner.name) : undefined;
      if (channel !== undefined) return { kind: "field", values: block.slope(channel, axis) };
      const values = at(inner);
      return values.kind === "field"
        ? { kind: "field", values: block.derivative(values.values, axis) }
        : { kind: "number", value: 0 };
    }
    case "aggregate": {
      const inner = at(term.inner);
      if (inner.kind !== "field") return inner;
      return { kind: "states", values: aggregated(term.of, inner.values, n, layout) };
    }
    case "pairs": {
      const [first, second] = block.pairs();
      const { sites } = first.layout;
      const values = spread(evaluate(term.inner, first, coefficients, second), n, sites);
      return { kind: "states", values: sums(values, n, sites, 1) };
    }
    case "other":
      return evaluate(term.inner, other!, coefficients, block);
    case "applied":
      return mapped(at(term.inner), term.f);
    case "combined":
      return joined(at(term.left), at(term.right), term, n, layout.sites);
  }
}

function aggregated(of: Aggregate, values: Float64Array, n: number, layout: Layout): Float64Array {
  const { sites, volume, weights } = layout;
  if (of === "min") return extremes(values, n, sites, Math.min);
  if (of === "max") return extremes(values, n, sites, Math.max);
  const points = weights?.reduce((sum, weight) => sum + weight, 0) ?? sites;
  const factor = of === "integral" ? volume : 1 / points;
  return sums(weighted(values, layout), n, sites, factor);
}

/** Each point's share. */
function weighted(values: Float64Array, { weights, sites }: Layout): Float64Array {
  return weights === null ? values : values.map((value, i) => value * weights[i % sites]!);
}

/** factor · Σ of each state's values. */
function sums(values: Float64Array, n: number, sites: number, factor: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = i * sites; k < (i + 1) * sites; k++) sum += values[k]!;
    out[i] = sum * factor;
  }
  return out;
}

/** The least or greatest of each state's values. */
function extremes(
  values: Float64Array,
  n: number,
  sites: number,
  take: (a: number, b: number) => number,
): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let held = values[i * sites]!;
    for (let k = i * sites + 1; k < (i + 1) * sites; k++) held = take(held, values[k]!);
    return held;
  });
}

function mapped(inner: Values, f: Unary): Values {
  return inner.kind === "number"
    ? { kind: "number", value: f(inner.value)[0] }
    : { kind: inner.kind, values: inner.values.map((a) => f(a)[0]) };
}

/** Pointwise; what is one a state or one number in all is the same at every point. */
function joined(
  left: Values,
  right: Values,
  { f, sign }: Extract<Term, { kind: "combined" }>,
  n: number,
  sites: number,
): Values {
  if (left.kind === "number" && right.kind === "number")
    return { kind: "number", value: f(left.value, right.value)[0] };
  const field = left.kind === "field" || right.kind === "field";
  const [a, b] = [spread(left, n, field ? sites : 1), spread(right, n, field ? sites : 1)];
  return { kind: field ? "field" : "states", values: arithmetic(a, b, f, sign) };
}

/**
 * The arithmetic by itself: the functions of formulas give slopes too, in a list of their own for every point, which
 * cost half of a rollout's time.
 */
function arithmetic(a: Float64Array, b: Float64Array, f: Binary, sign: Sign): Float64Array {
  const out = new Float64Array(a.length);
  switch (sign) {
    case "+":
      for (let i = 0; i < out.length; i++) out[i] = a[i]! + b[i]!;
      return out;
    case "-":
      for (let i = 0; i < out.length; i++) out[i] = a[i]! - b[i]!;
      return out;
    case "*":
      for (let i = 0; i < out.length; i++) out[i] = a[i]! * b[i]!;
      return out;
    case "/":
      for (let i = 0; i < out.length; i++) out[i] = a[i]! / b[i]!;
      return out;
    case "^":
      for (let i = 0; i < out.length; i++) out[i] = f(a[i]!, b[i]!)[0];
      return out;
  }
}

/** [n, sites] */
function spread(values: Values, n: number, sites: number): Float64Array {
  if (values.kind === "field") return values.values;
  if (values.kind === "number") return new Float64Array(n * sites).fill(values.value);
  if (sites === 1) return values.values;
  const out = new Float64Array(n * sites);
  values.values.forEach((value, i) => out.fill(value, i * sites, (i + 1) * sites));
  return out;
}
