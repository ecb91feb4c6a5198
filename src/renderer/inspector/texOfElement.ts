/** The picked generator or quantity of a run as TeX: what was found from its numbers, what was named from its name. */
import { componentMotions } from "../../shared/charts/discoverNumbers";
import { elementsOf } from "../../shared/charts/elements";
import { shownScale, texOfCombination, texOfMotion } from "../../shared/formulas/linear";
import { matrixTex } from "../../shared/formulas/generators";
import { texOfName, texOfValue } from "../../shared/formulas/names";
import { texOfIntegral } from "../../shared/formulas/read";
import { UserError } from "../../shared/errors";
import { defaultOptions, generatorByName, generatorNames } from "../../shared/generators/catalogue";
import { ownGenerators } from "../../shared/generators/own";
import type { RunRecord, RunResult } from "../../shared/run";
import { toFloat64 } from "../../shared/tensor";

/** Null where a run has no such thing, or it is better looked at as a picture. */
export function texOfElement(run: RunResult, id: string): string | null {
  const { record } = run;
  switch (record.analysis) {
    case "discover":
      return texOfFound(run, id);
    case "lie-derivative":
      return readable(() => texOfGenerator(record, id));
    case "conservation":
      return readable(() => texOfQuantity(record, id));
    default:
      return null;
  }
}

/** A run of another version may hold what this one does not read; its own words stand there then. */
function readable(read: () => string | null): string | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function texOfFound(run: RunResult, id: string): string | null {
  const k = elementsOf(run.record).indexOf(id);
  const letter = String.raw`X_{${k + 1}} \propto `;
  const motion = componentMotions(run)[k];
  const { names = [] } = run.record.summary as { names?: readonly string[] };
  const array = run.arrays["generators"];
  if (k < 0 || array === undefined) return null;
  const body =
    motion !== undefined
      ? texOfMotion(motion.matrix, motion.columns, motion.names)
      : texOfCombination(
          toFloat64(array).subarray(k * names.length, (k + 1) * names.length),
          names,
        );
  return body === null ? null : letter + body;
}

/** More numbers of an output are left to the run's file. */
const MOST_OUTPUTS = 4;

/** How the value moves along a found generator, where that was found along: Ḟ = A F + c; null elsewhere. */
export function texOfValueAction(run: RunResult, id: string): string | null {
  const actions = run.arrays["output_generators"];
  const generators = run.arrays["generators"];
  const k = elementsOf(run.record).indexOf(id);
  if (actions === undefined || generators === undefined || k < 0) return null;
  const [count = 0, outputs = 0, width = 0] = actions.shape;
  if (k >= count || outputs > MOST_OUTPUTS) return null;
  const one = toFloat64(generators).subarray(
    (k * generators.data.length) / count,
    ((k + 1) * generators.data.length) / count,
  );
  const shown = componentMotions(run)[k]?.matrix ?? one;
  const scale = shownScale(shown);
  const action = toFloat64(actions).subarray(k * outputs * width, (k + 1) * outputs * width);
  const text = (value: number): string =>
    texOfValue(Math.abs(value * scale) < TRACE ? 0 : value * scale);
  const rows = Array.from({ length: outputs }, (_, i) => [
    ...action.subarray(i * width, (i + 1) * width),
  ]);
  const a = matrixTex(rows.map((row) => row.slice(0, outputs).map(text)));
  const c = matrixTex(rows.map((row) => [text(row[outputs]!)]));
  const shifts = rows.some((row) => text(row[outputs]!) !== "0");
  return String.raw`\dot{F} = ${a}\,F${shifts ? `+${c}` : ""}`;
}

/** Below it a factor is rounding or estimation error, as in linear.ts. */
const TRACE = 5e-3;

/** A form of more rows than this is left to the run's file. */
const MOST_ROWS = 6;

/**
 * The quadratic form that the found motions, or their linear parts, keep: as a sum of squares where it is one, which
 * has room where a matrix has not; null where there is none, or it is too large to read.
 */
export function texOfForm({ analysis, summary }: RunRecord): string | null {
  const { form, names = [] } = summary as {
    form?: { matrix: readonly (readonly number[])[]; kept_by?: string } | null;
    names?: readonly string[];
  };
  if (analysis !== "discover" || form === null || form === undefined) return null;
  if (form.matrix.length > MOST_ROWS) return null;
  const { matrix } = form;
  const about = form.kept_by === "motions about the point";
  if (!about && names.length === matrix.length && isDiagonal(matrix)) {
    const terms = matrix.flatMap((row, i) => squareTex(row[i]!, names[i]!));
    return terms.join("").replace(/^\+/, "");
  }
  const digits = matrix.length > WIDE ? 2 : 3;
  const rows = matrix.map((row) => row.map((value) => texOfValue(value, digits)));
  return about
    ? String.raw`(x-x_{0})^{\top} ${matrixTex(rows)}\, (x-x_{0})`
    : String.raw`x^{\top} ${matrixTex(rows)}\, x`;
}

/** Entries of more rows than this have room for two digits. */
const WIDE = 3;

function isDiagonal(matrix: readonly (readonly number[])[]): boolean {
  const all = matrix.flatMap((row, i) => row.map((value, j) => ({ value, off: i !== j })));
  const size = Math.max(...all.map(({ value }) => Math.abs(value)));
  return all.every(({ value, off }) => !off || Math.abs(value) < TRACE * size);
}

/** +a x², nothing where a is none. */
function squareTex(factor: number, name: string): string[] {
  if (Math.abs(factor) < TRACE) return [];
  const size = texOfValue(Math.abs(factor));
  // A power binds to the name and its index together.
  const square = `${texOfName(name)}^{2}`;
  return [`${factor < 0 ? "-" : "+"}${size === "1" ? "" : String.raw`${size}\,`}${square}`];
}

function texOfGenerator({ parameters, summary }: RunRecord, id: string): string | null {
  const { generators = [] } = summary as { generators?: readonly { id: string; tex?: string }[] };
  const said = generators.find((one) => one.id === id)?.tex;
  if (said !== undefined) return said;
  // Runs of earlier versions only name them.
  const own = ownGenerators(String(parameters["own"] ?? "")).find((one) => one.id === id);
  if (own !== undefined) return own.tex ?? null;
  return generatorNames.includes(id) ? (generatorByName(id, defaultOptions).tex ?? null) : null;
}

function texOfQuantity({ summary, data }: RunRecord, id: string): string | null {
  const { quantities = [] } = summary as {
    quantities?: readonly { id: string; formula?: string }[];
  };
  const formula = quantities.find((one) => one.id === id)?.formula;
  if (formula === undefined) return null;
  // Components of a vector are called velocityx in formulas.
  const vectors = [...data.fields.matchAll(/vector:([\p{L}\p{N}_-]+)/gu)].map(([, name]) => name!);
  const text = vectors.reduce(
    (so, name) =>
      so.replace(
        new RegExp(`(?<![\\p{L}\\p{N}_])${name}([xyz])(?![\\p{L}\\p{N}_])`, "gu"),
        `${name}_$1`,
      ),
    formula,
  );
  return `I = ${texOfIntegral(text, typeof summary["volume"] === "number")}`;
}
