/**
 * Integrands over fields, as people type them: `rho*(vx^2+vy^2)/2`, `(dx(vy)-dy(vx))^2/2`, `u^3/6-dx(u)^2/2000`.
 * Names are channels or constants; dx, dy, dz are derivatives of whatever stands in their brackets; integral, mean, min
 * and max make one number of a field. Of particles, pairs sums over every two, whose second is meant by other:
 * `pairs(-1/sqrt((x-other(x))^2+(y-other(y))^2))`. Here they are only read; src/main/physics evaluates them on states.
 */
import {
  coordinateNames,
  ExpressionReader,
  formulaProblem,
  power,
  type Algebra,
  type Binary,
  type Sign,
  type Unary,
} from "../generators/formula";

export const aggregates = ["integral", "mean", "min", "max"] as const;
export type Aggregate = (typeof aggregates)[number];

const derivatives = ["dx", "dy", "dz"] as const;

/** What was read, a tree. */
export type Term =
  | { readonly kind: "number"; readonly value: number }
  /** A channel, a constant or a coordinate: what it is turns out when the fields are known. */
  | { readonly kind: "name"; readonly name: string; readonly start: number }
  /** Along axis 0 (x), 1 (y) or 2 (z). */
  | {
      readonly kind: "derivative";
      readonly axis: number;
      readonly inner: Term;
      readonly start: number;
    }
  | { readonly kind: "aggregate"; readonly of: Aggregate; readonly inner: Term }
  /** Σ over pairs of particles, each pair once; inside, `other` stands for the second of the two. */
  | { readonly kind: "pairs"; readonly inner: Term; readonly start: number }
  | { readonly kind: "other"; readonly inner: Term; readonly start: number }
  | { readonly kind: "applied"; readonly f: Unary; readonly inner: Term }
  | {
      readonly kind: "combined";
      readonly f: Binary;
      readonly sign: Sign;
      readonly left: Term;
      readonly right: Term;
    };

export interface Integrand {
  /** As it was typed. */
  readonly text: string;
  readonly term: Term;
  /** The whole text that it was read from, in which places are counted. */
  readonly source: string;
}

/** What integrands are made of, for the advice beside an error. */
const vocabulary = `the fields’ channels, ${coordinateNames.join(", ")}, ${derivatives.join(", ")}, ${aggregates.join(", ")}, of particles pairs, other`;

const terms: Algebra<Term> = {
  number: (value) => ({ kind: "number", value }),
  name(name, start, reader) {
    const axis = derivatives.findIndex((one) => one === name);
    if (axis >= 0) return { kind: "derivative", axis, inner: reader.bracket(), start };
    const aggregate = aggregates.find((one) => one === name);
    if (aggregate !== undefined)
      return { kind: "aggregate", of: aggregate, inner: reader.bracket() };
    if (name === "pairs" || name === "other") {
      return { kind: name, inner: reader.bracket(), start };
    }
    return { kind: "name", name, start };
  },
  applied: (inner, f) => ({ kind: "applied", f, inner }),
  combined(left, right, f, sign) {
    // Squares are what most integrands are made of, and a product is far cheaper than a power.
    const square = f === power && right.kind === "number" && right.value === 2;
    return square
      ? { kind: "combined", f: times, sign: "*", left, right: left }
      : { kind: "combined", f, sign, left, right };
  },
  vocabulary,
};

const times: Binary = (a, b) => [a * b, b, a];

/** @throws UserError "formula/syntax" that marks the position */
export function parseIntegrand(text: string): Integrand {
  const reader = new ExpressionReader(text, terms);
  const { expression, text: typed } = reader.expression();
  reader.end();
  return { text: typed, term: expression, source: text };
}

export interface NamedIntegrand extends Integrand {
  readonly name: string;
  /** Of dI/dt, after the word rate. */
  readonly rate?: Integrand;
  /** What carries it, a component an axis, after the word flux. */
  readonly flux?: readonly Integrand[];
}

/**
 * `H: (p^2+q^2)/2; square: u^2 rate -2*nu*dx(u)^2; mass: rho flux (rho*vx, rho*vy)`, none in an empty text.
 * @throws UserError "formula/syntax" that marks the position
 */
export function parseIntegrands(text: string): NamedIntegrand[] {
  const reader = new ExpressionReader(text, terms);
  const found: NamedIntegrand[] = [];
  while (!reader.done) {
    const start = reader.position;
    const name = reader.word();
    if (name === undefined) throw reader.problem("a quantity begins with its name and a colon");
    if (found.some((other) => other.name === name))
      throw reader.problem(`the name “${name}” is used twice`, start);
    reader.expect(":");
    const { expression, text: typed } = reader.expression();
    const integrand = { name, text: typed, term: expression, source: text };
    found.push({
      ...integrand,
      ...(reader.take("rate") ? { rate: next(reader, text) } : {}),
      ...(reader.take("flux") ? { flux: components(reader, text) } : {}),
    });
    if (!reader.done) reader.expect(";");
  }
  return found;
}

function next(reader: ExpressionReader<Term>, source: string): Integrand {
  const { expression, text } = reader.expression();
  return { text, term: expression, source };
}

/** `(rho*vx, rho*vy)`. */
function components(reader: ExpressionReader<Term>, source: string): Integrand[] {
  reader.expect("(");
  const found = [next(reader, source)];
  while (reader.take(",")) found.push(next(reader, source));
  reader.expect(")");
  return found;
}

/** The sentence of an error at a place of an integrand. */
export function integrandProblem({ source }: Integrand, position: number, sentence: string): Error {
  return formulaProblem(source, position, sentence, vocabulary);
}

/** Names that an integrand uses. */
export function namesIn(term: Term): string[] {
  switch (term.kind) {
    case "number":
      return [];
    case "name":
      return [term.name];
    case "combined":
      return [...namesIn(term.left), ...namesIn(term.right)];
    default:
      return namesIn(term.inner);
  }
}

/**
 * How formulas call the channels: p, vx and vy of a vector v or velocity, v.x as files have it, and v_x too; u, or
 * u0, u1 …, where nobody named them; T.xx and Txx of a tensor T. Of a channel's names the first is that of the fields,
 * the last the shortest. A channel that holds minus a component is called by the component.
 * @param count of channels
 */
export function channelNames(
  stored: readonly { readonly name: string }[] | null,
  count: number,
): Map<string, number> {
  const labels = stored?.map(({ name }) => ({ name: name.replace(/^−/u, "") }));
  const names = new Map<string, number>();
  const plain = (name: string): string => name.replace(/[^\p{L}\p{N}_]/gu, "_");
  const put = (name: string, channel: number): void => {
    if (!names.has(name)) names.set(name, channel);
  };
  const add = (name: string, channel: number): void => put(plain(name), channel);
  for (let channel = 0; channel < count; channel++) {
    const name = labels?.[channel]?.name;
    if (name === undefined) {
      if (count === 1) add("u", channel);
      add(`u${channel}`, channel);
      continue;
    }
    const [, whole, axis] = /^(.+)\.([xyz]{1,2})$/.exec(name) ?? [];
    if (whole !== undefined && axis !== undefined) put(`${plain(whole)}.${axis}`, channel);
    add(name, channel);
    add(name.replace(".", ""), channel);
  }
  // vx for velocity.x, unless something else may be meant.
  labels?.forEach(({ name }, channel) => {
    const [, initial, component] = /^(\p{L})[^.]*\.([xyz]{1,2})$/u.exec(name) ?? [];
    if (initial === undefined || component === undefined) return;
    const alike = labels.filter((other) => other.name.startsWith(initial));
    const one = alike.every((other) => other.name.split(".")[0] === name.split(".")[0]);
    if (one && channel < count) add(`${initial}${component}`, channel);
  });
  return names;
}
