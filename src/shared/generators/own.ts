/**
 * Generators that the user states by formulas:
 *
 *     swirl: flow (-y, x); double: mix [2, 0; 0, 2] shift (0, 1) out-shift (0, 0); spin: flow (-y, x) out none
 *
 * `flow` is the vector field ξ on space, a formula an axis, x first; `mix` the matrix on the channels, rows divided by
 * semicolons; `shift` one formula a channel. Where a flow comes without a mix, the fields follow it geometrically. The
 * prediction transforms as the input does, clause by clause, unless `out-flow`, `out-mix` or `out-shift` replace one, or
 * `out none` says that it does not. On states of particles `field (q2, -q1)` is a vector field on a particle's own
 * numbers; see ownOnStates.ts.
 */
import { texOfClauses } from "../formulas/generators";
import { FormulaReader, type Formula, type NamedFormula } from "./formula";
import {
  atRest,
  carried,
  unfit,
  type Generator,
  type Infinitesimal,
  type MixTerm,
  type Side,
} from "./generator";
import { bindOnState } from "./ownOnStates";

interface Clauses {
  flow?: readonly Formula[];
  mix?: readonly (readonly Formula[])[];
  shift?: readonly Formula[];
  field?: readonly NamedFormula[];
}

/**
 * The generators in the text, in its order; none in an empty one.
 * @throws UserError "formula/syntax" that marks the position
 */
export function ownGenerators(text: string): Generator[] {
  const reader = new FormulaReader(text);
  const generators: Generator[] = [];
  while (!reader.done) {
    const start = reader.position;
    const id = reader.word();
    if (id === undefined) throw reader.problem("a generator begins with its name");
    if (generators.some((other) => other.id === id)) {
      throw reader.problem(`the name “${id}” is used twice`, start);
    }
    reader.expect(":");
    generators.push(read(reader, id));
    if (!reader.done) reader.expect(";");
  }
  return generators;
}

function read(reader: FormulaReader, id: string): Generator {
  const input: Clauses = {};
  const output: Clauses = {};
  let invariant = false;
  const start = reader.position;
  for (;;) {
    reader.take(",");
    const place = reader.position;
    const word = reader.word();
    if (word === undefined) break;
    const outgoing = word.startsWith("out");
    const side = outgoing ? output : input;
    const clause = word.replace(/^out-/, "");
    if (clause === "flow") side.flow = list(reader, () => reader.formula());
    else if (clause === "shift") side.shift = list(reader, () => reader.formula());
    else if (clause === "mix") side.mix = matrix(reader);
    else if (clause === "field") side.field = list(reader, () => reader.namedFormula());
    else if (word === "out" && reader.word() === "none") invariant = true;
    else {
      throw reader.problem(
        "here can stand flow (…), mix […; …], shift (…), field (…), the same with out- before it, or out none",
        place,
      );
    }
  }
  if (Object.keys(input).length === 0) {
    throw reader.problem("flow (…), mix […; …], shift (…) or field (…) is missing", start);
  }
  const own = { ...input, ...output };
  const curls = input.flow?.some((formula) =>
    formula.gradient([0.1, 0.2, 0.3]).some((s) => s !== 0),
  );
  return {
    id,
    label: id,
    formula: describe(input),
    tex: texOfClauses(id, input, invariant ? null : Object.keys(output).length === 0 ? input : own),
    flow: input.flow ?? null,
    leavesBox: curls === true,
    on(side) {
      if (side.steps > 0 && invariant) return atRest;
      const { layout } = side;
      const clauses = side.steps === 0 ? input : own;
      return layout === undefined
        ? bind(id, clauses, side)
        : bindOnState(id, clauses, { ...side, layout });
    },
  };
}

function list<F>(reader: FormulaReader, one: () => F): F[] {
  reader.expect("(");
  const formulas = [one()];
  while (reader.take(",")) formulas.push(one());
  reader.expect(")");
  return formulas;
}

function matrix(reader: FormulaReader): Formula[][] {
  reader.expect("[");
  const rows: Formula[][] = [];
  do {
    const row = [reader.formula()];
    while (reader.take(",")) row.push(reader.formula());
    rows.push(row);
  } while (reader.take(";"));
  reader.expect("]");
  return rows;
}

function bind(id: string, { flow, mix, shift, field }: Clauses, side: Side): Infinitesimal {
  const { axes, channels, fields } = side;
  if (field !== undefined) {
    throw unfit(
      id,
      "a field (…) moves the numbers of a state, and these are fields on a grid",
      "Write flow (…), mix […; …] or shift (…).",
    );
  }
  const what = side.steps === 0 ? "the input" : "the prediction";
  const todo =
    "Give as many formulas as there are; state the prediction's with out- before the word.";
  if (flow !== undefined && flow.length !== axes) {
    throw unfit(id, `its flow has ${flow.length} components, but ${what} has ${axes} axes`, todo);
  }
  if (
    mix?.some((row) => row.length !== channels) === true ||
    (mix !== undefined && mix.length !== channels)
  ) {
    throw unfit(
      id,
      `its mix is ${mix!.length} × ${mix!.map((row) => row.length).join("/")}, but ${what} has ${channels} channels`,
      todo,
    );
  }
  if (shift !== undefined && shift.length !== channels) {
    throw unfit(
      id,
      `its shift has ${shift.length} formulas, but ${what} has ${channels} channels`,
      todo,
    );
  }
  const moved = flow === undefined ? atRest : carried(flow, fields);
  const terms: MixTerm[] = (mix ?? []).flatMap((row, to) =>
    row.flatMap((formula, from) =>
      formula.text === "0" ? [] : [{ to, from, factor: formula.value }],
    ),
  );
  return {
    flow: moved.flow,
    mix: mix === undefined ? moved.mix : terms,
    shift: (shift ?? []).flatMap((formula, to) =>
      formula.text === "0" ? [] : [{ to, value: formula.value }],
    ),
  };
}

function describe({ flow, mix, shift, field }: Clauses): string {
  const texts = (formulas: readonly { readonly text: string }[]): string =>
    formulas.map(({ text }) => text).join(", ");
  return [
    ...(flow === undefined ? [] : [`flow (${texts(flow)})`]),
    ...(mix === undefined ? [] : [`mix [${mix.map(texts).join("; ")}]`]),
    ...(shift === undefined ? [] : [`shift (${texts(shift)})`]),
    ...(field === undefined ? [] : [`field (${texts(field)})`]),
  ].join(", ");
}
