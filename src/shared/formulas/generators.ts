/**
 * Generators on fields as TeX. A flow without a matrix on the components carries fields geometrically, X u = −ℒ_ξ u:
 * for scalars −ξ·∇u, for vectors Dξ u − ξ·∇u, for densities −∇·(ξu); see ../generators/generator.ts.
 */
import { textOf } from "./names";
import { texOfFormula } from "./read";

/** A formula as it was typed. */
interface Typed {
  readonly text: string;
}

/** What a user states of one side, clause by clause; see ../generators/own.ts. */
export interface TypedClauses {
  /** A vector field on space. */
  readonly flow?: readonly Typed[];
  /** A matrix on the components. */
  readonly mix?: readonly (readonly Typed[])[];
  readonly shift?: readonly Typed[];
  /** A vector field on a particle's own numbers. */
  readonly field?: readonly Typed[];
}

/**
 * X u with its parts written out.
 * @param name of the generator
 * @param output of the prediction: the input's own clauses where it moves alike, null where it does not move
 */
export function texOfClauses(
  name: string,
  input: TypedClauses,
  output: TypedClauses | null,
): string {
  const index = String.raw`\text{${textOf(name)}}`;
  const own = action(`X_{${index}}`, "", input);
  if (output === input) return own;
  const out = String.raw`X_{${index},\,\mathrm{out}}`;
  const other = output === null ? `${out} = 0` : action(out, "'", output);
  return String.raw`${own},\qquad ${other}`;
}

/** @param mark tells the letters of one side from those of the other */
function action(name: string, mark: string, { flow, mix, shift, field }: TypedClauses): string {
  const [xi, matrix, gained] = [String.raw`\xi${mark}`, `R${mark}`, `c${mark}`];
  const terms = [
    ...(mix === undefined ? [] : [String.raw`+${matrix}\,u`]),
    ...(flow === undefined
      ? []
      : [
          mix === undefined
            ? String.raw`-\mathcal{L}_{${xi}}\,u`
            : String.raw`-(${xi}\cdot\nabla)\,u`,
        ]),
    ...(shift === undefined ? [] : [`+${gained}`]),
    ...(field === undefined ? [] : [`+${matrixTex(column(field))}`]),
  ];
  return [
    String.raw`${name}\,u = ${terms.join("").replace(/^\+/, "")}`,
    ...(flow === undefined ? [] : [`${xi} = ${matrixTex(column(flow))}`]),
    ...(mix === undefined ? [] : [`${matrix} = ${matrixTex(mix.map((row) => row.map(entry)))}`]),
    ...(shift === undefined ? [] : [`${gained} = ${matrixTex(column(shift))}`]),
  ].join(String.raw`,\quad `);
}

function entry({ text }: Typed): string {
  return texOfFormula(text);
}

function column(formulas: readonly Typed[]): string[][] {
  return formulas.map((one) => [entry(one)]);
}

/** In round brackets, row by row. */
export function matrixTex(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.join(" & ")).join(String.raw` \\ `);
  return String.raw`\begin{pmatrix} ${lines} \end{pmatrix}`;
}
