/** What stands beneath a field while a formula is typed: how it is understood, or the place of what is wrong. */
import { FormulaError } from "../generators/formula";
import { ownGenerators } from "../generators/own";
import { parseIntegrands } from "../physics/integrand";
import { texOfName } from "./names";
import { texOfIntegral } from "./read";

export type Preview =
  /** TeX of one a named formula, in the text's order. */
  | { readonly kind: "read"; readonly formulas: readonly string[] }
  /** @see FormulaError */
  | { readonly kind: "wrong"; readonly position: number; readonly reason: string };

/** What is known of the data that a formula is typed for. */
export interface PreviewContext {
  /** Whether states live on a grid; null before data are chosen. */
  readonly onGrid: boolean | null;
}

/** Of generators, as ../generators/own.ts reads them. */
export function previewGenerators(text: string): Preview {
  return previewOf(() => ownGenerators(text).map(({ tex = "" }) => tex));
}

/** Of quantities and their rates, as ../physics/integrand.ts reads them. */
export function previewQuantities(text: string, { onGrid }: PreviewContext): Preview {
  return previewOf(() =>
    parseIntegrands(text).map(({ name, text: typed, rate }) => {
      const letter = texOfName(name.replaceAll("-", "_"));
      const of = (integrand: string): string => texOfIntegral(integrand, onGrid !== false);
      const balance =
        rate === undefined
          ? ""
          : String.raw`,\qquad \frac{\mathrm{d}}{\mathrm{d}t}${letter} = ${of(rate.text)}`;
      return `${letter} = ${of(typed)}${balance}`;
    }),
  );
}

function previewOf(read: () => readonly string[]): Preview {
  try {
    return { kind: "read", formulas: read() };
  } catch (error) {
    // What else may be wrong has no place in the text; the field's check says it.
    if (!(error instanceof FormulaError)) return { kind: "read", formulas: [] };
    return { kind: "wrong", position: error.position, reason: error.reason };
  }
}
