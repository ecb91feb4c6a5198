/**
 * Generators on fields as TeX. A flow without a matrix on the components carries fields geometrically, X u = −ℒ_ξ u:
 * for scalars −ξ·∇u, for vectors Dξ u − ξ·∇u, for densities −∇·(ξu); see ../generators/generator.ts.
 */
import { texOfFormula } from "./read";

/** A formula as it was typed. */
interface Typed {
  readonly text: string;
}

/** What a user states of one side: a flow on space, a matrix on the components, a shift; see ../generators/own.ts. */
export interface TypedClauses {
  readonly flow?: readonly Typed[];
  readonly mix?: readonly (readonly Typed[])[];
  readonly shift?: readonly Typed[];
}

/** X u with its parts written out. @param output of the prediction where that moves otherwise, null where it stays */
export function texOfClauses(input: TypedClauses, output?: TypedClauses | null): string {
  const own = action("X", "", input);
  if (output === undefined) return own;
  return [
    own,
    output === null
      ? String.raw`X_{\mathrm{out}} = 0`
      : action(String.raw`X_{\mathrm{out}}`, "'", output),
  ].join(String.raw`,\qquad `);
}

/** @param mark tells the letters of one side from those of the other */
function action(name: string, mark: string, { flow, mix, shift }: TypedClauses): string {
  const [xi, matrix, gained] = [String.raw`\xi${mark}`, `R${mark}`, `c${mark}`];
  const moved =
    flow === undefined
      ? ""
      : mix === undefined
        ? String.raw`-\mathcal{L}_{${xi}}\,u`
        : String.raw`-(${xi}\cdot\nabla)\,u`;
  const terms = `${mix === undefined ? "" : String.raw`${matrix}\,u`}${moved}`;
  const shifted = shift === undefined ? "" : terms === "" ? gained : `+${gained}`;
  return [
    `${name}\\,u = ${terms}${shifted}`,
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
