/** What a run of discovery says in numbers: the algebra, and each generator. Empty for other runs. */
import { showNumber } from "../charts/scale";
import type { RunRecord } from "../run";
import type { Facts, ShowNumber } from "./facts";

interface Found {
  readonly dimension: number;
  readonly algebra: string | null;
  readonly trivial: number;
  readonly gap: { readonly ratio: number | null };
  readonly half_angle_degrees: number | null;
  readonly structure: {
    readonly closure: number;
    readonly derived: number;
    readonly centre: number;
    readonly killing: { readonly plus: number; readonly minus: number; readonly zero: number };
  } | null;
  readonly form: {
    /** Absent in runs of older versions. */
    readonly kept_by?: string;
    readonly signature: readonly [number, number];
    readonly matrix: readonly (readonly number[])[];
  } | null;
  readonly fixed_point: readonly number[] | null;
  readonly fit: {
    readonly of: string;
    /** Of polynomials; null for kernels. */
    readonly degree: number | null;
    readonly residual: number;
  } | null;
  readonly generators: readonly {
    readonly id: string;
    readonly defect: number;
    readonly interval: { readonly low: number; readonly high: number };
    readonly residual: number;
    /** null where the values should stay, so that all they do is broken. */
    readonly share_broken: number | null;
    /** Absent in runs of older versions. */
    readonly grid_error?: number;
  }[];
}

function foundIn({ analysis, summary }: RunRecord): Found | null {
  return analysis === "discover" ? (summary as unknown as Found) : null;
}

/** @param show how the host writes numbers */
export function algebraFacts(record: RunRecord, show: ShowNumber = showNumber): Facts {
  const found = foundIn(record);
  if (found === null) return [];
  const facts: Facts = [
    ["Dimension", String(found.dimension)],
    ["Algebra", found.algebra ?? (found.dimension === 0 ? "none" : "not known by name")],
  ];
  if (found.gap.ratio !== null) facts.push(["Gap in the spectrum", show(found.gap.ratio)]);
  if (found.half_angle_degrees !== null) {
    facts.push(["Angle between halves", `${show(found.half_angle_degrees)}°`]);
  }
  if (found.structure !== null) {
    const { closure, derived, centre, killing } = found.structure;
    facts.push(
      ["Bracket leaves the span by", show(closure)],
      ["Derived algebra, centre", `${derived}, ${centre}`],
      ["Killing form (+, −, 0)", `${killing.plus}, ${killing.minus}, ${killing.zero}`],
    );
  }
  if (found.form !== null) {
    const [plus, minus] = found.form.signature;
    const kept = `Signature of the ${keptForm(record)}`;
    facts.push([kept, `${plus}, ${minus}`]);
  }
  if (found.fixed_point !== null) {
    facts.push(["Point that stays", found.fixed_point.map((x) => show(x)).join(", ")]);
  }
  if (found.fit !== null) {
    const { of, degree, residual } = found.fit;
    const by = degree === null ? "kernels" : `degree ${degree}`;
    facts.push([`Fit of ${of}`, `${by}, off by ${show(residual)}`]);
  }
  if (found.trivial > 0) facts.push(["Trivial directions", String(found.trivial)]);
  return facts;
}

/** What to call the quadratic form: translations keep none, their linear parts any. */
export function keptForm({ summary }: RunRecord): string {
  const { form } = summary as { form?: Found["form"] };
  switch (form?.kept_by) {
    case "linear parts":
      return "form that the linear parts keep";
    case "motions about the point":
      return "form kept about the point that stays";
    default:
      return "kept form";
  }
}

/** Of the generator with that id. */
export function generatorFacts(record: RunRecord, id: string): Facts {
  const generator = foundIn(record)?.generators.find((one) => one.id === id);
  if (generator === undefined) return [];
  const { defect, interval, residual, share_broken: share, grid_error: grid = 0 } = generator;
  return [
    ["Relative defect", showNumber(defect)],
    ["95 % interval", `${showNumber(interval.low)} … ${showNumber(interval.high)}`],
    ...(grid > 0 ? ([["The grid’s own error", showNumber(grid)]] as Facts) : []),
    ["‖L F‖ / ‖F‖", showNumber(residual)],
    ...(share === null ? [] : ([["Share broken", showNumber(share)]] as Facts)),
  ];
}
