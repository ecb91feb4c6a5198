/**
 * What algebra the found motions form, in a name and in words. They are taken as homogeneous matrices [[A, b], [0, 0]],
 * so that translations count. The name follows from what is independent of coordinates (structure.ts); rotations in
 * skewed coordinates or about another point are recognised as well, and form and point are told.
 */
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { invariantFormOf, supportOf, type InvariantForm } from "./forms";
import { idealsOf } from "./ideals";
import { ignoredOf, type Ignored } from "./ignored";
import { lookUp } from "./known";
import { singleNames, singleOf, type SingleKind } from "./single";
import { symmetricEigen } from "../../symmetricEigen";
import {
  combinationOf,
  inner,
  orthonormalMatrices,
  structureOf,
  type Signature,
  type Structure,
} from "./structure";

export interface Recognised {
  /** so(3), se(2), so(2) ⊕ translations(1) …; null where it is none that is known. */
  readonly name: string | null;
  readonly words: string;
  readonly closure: number;
  readonly derived: number;
  readonly centre: number;
  readonly killing: Signature;
  /** Kept by the motions' linear parts; by the motions themselves only about a point that stays. */
  readonly form: InvariantForm | null;
  /** Whether some motion is not linear. */
  readonly shifts: boolean;
  /** A point that no motion moves, where they are not linear already; null where there is none. */
  readonly fixedPoint: readonly number[] | null;
}

/** Brackets that leave the span by more than this are no rounding: then there is no algebra to name. */
const OPEN = 0.05;

/** Structure constants of more generators take minutes. */
export const MOST_RECOGNISED = 60;

/**
 * @param motions homogeneous, independent, at least one
 * @param defect the largest relative defect among them: how exactly they are known
 */
export function recognise(motions: readonly Matrix[], defect: number): Recognised {
  const tolerance = Math.min(0.05, Math.max(1e-6, 10 * defect));
  const basis = orthonormalMatrices(motions);
  const structure = structureOf(basis, tolerance);
  const linear = basis.map((m) => m.subMatrix(0, m.rows - 2, 0, m.columns - 2));
  const common = {
    closure: structure.closure,
    derived: structure.derived.length,
    centre: structure.centre.length,
    killing: structure.killing,
    form: invariantFormOf(linear, tolerance),
    shifts: largestShift(basis) >= tolerance,
    fixedPoint: fixedPointOf(basis, tolerance),
  };
  if (structure.closure > Math.max(OPEN, tolerance)) {
    return {
      ...common,
      name: null,
      words: `The motions do not close under the bracket (by ${structure.closure.toPrecision(2)}), so they are no algebra: more samples, or other candidates, may complete them.`,
    };
  }
  const ignored = ignoredOf(basis, tolerance);
  const named =
    ignored === null ? nameOf(basis, structure, tolerance) : nameBeside(ignored, tolerance);
  return {
    ...common,
    name: named?.name ?? null,
    words: named?.words ?? "No algebra that is known by name.",
  };
}

interface Named {
  readonly name: string;
  readonly words: string;
}

/** Where the map does not depend on some directions, all motions along them are symmetries and hide the others. */
function nameBeside({ directions, rest }: Ignored, tolerance: number): Named | null {
  const k = directions.length;
  const which = k === 1 ? "1 ignored direction" : `${k} ignored directions`;
  const along =
    k === 1 && directions[0]!.length <= MOST_SPELLED
      ? `along ${vectorText(directions[0]!)}, a direction on which the map does not depend`
      : `along ${k === 1 ? "a direction" : `${k} directions`} on which the map does not depend`;
  const every = { name: which, words: `every motion ${along}` };
  if (rest.length === 0) return every;
  const own = orthonormalMatrices(rest);
  const named = nameOf(own, structureOf(own, tolerance), tolerance);
  if (named === null) return null;
  return {
    name: `${named.name} beside ${which}`,
    words: `${named.words}; and ${every.words}`,
  };
}

/** A direction of more numbers is no help to a reader. */
const MOST_SPELLED = 6;

/** The largest component is 1. */
function vectorText(v: readonly number[]): string {
  const lead = v.reduce((a, b) => (Math.abs(b) > Math.abs(a) * (1 + 1e-6) ? b : a), 0);
  const shown = v.map((x) => {
    const value = Number((x / lead).toPrecision(3));
    return Math.abs(value) < 1e-3 ? "0" : value < 0 ? `−${-value}` : String(value);
  });
  return `(${shown.join(", ")})`;
}

function nameOf(basis: readonly Matrix[], structure: Structure, tolerance: number): Named | null {
  const { dimension: k, centre, derived } = structure;
  if (derived.length === 0) return abelian(basis, tolerance);
  if (centre.length === 0) return centreless(basis, structure, tolerance);
  if (!independent(centre, derived, tolerance)) {
    return derived.length === 1 && k === 3
      ? { name: "Heisenberg", words: "three motions of which one is the bracket of the others" }
      : null;
  }
  const rest = complement(centre, derived, k);
  const own = orthonormalMatrices(rest.map((v) => combinationOf(basis, v)));
  const outer = orthonormalMatrices(centre.map((v) => combinationOf(basis, v)));
  const part = centreless(own, structureOf(own, tolerance), tolerance);
  const added = abelian(outer, tolerance);
  if (part === null || added === null) return null;
  return (
    unitary(part, own, outer, tolerance) ??
    linearGroup(part, outer, tolerance) ??
    joined([part, added])
  );
}

/** u(n) = su(n) ⊕ u(1) where the centre is a complex structure on what su(n) moves. */
function unitary(
  part: Named,
  inner: readonly Matrix[],
  outer: readonly Matrix[],
  tolerance: number,
): Named | null {
  const n = ["so(3)", "su(2)"].includes(part.name)
    ? 2
    : Number(/^su\((\d+)\)$/.exec(part.name)?.[1] ?? NaN);
  if (Number.isNaN(n) || outer.length !== 1) return null;
  const [linear] = outer.map(linearPart);
  const support = supportOf(inner.map(linearPart), tolerance);
  if (support.columns !== 2 * n) return null;
  const on = support.transpose().mmul(linear!).mmul(support);
  const square = on.mmul(on);
  const scale = -square.trace() / square.rows;
  const off = Matrix.add(square, Matrix.mul(Matrix.eye(square.rows), scale)).norm();
  if (!(scale > 0) || off > Math.sqrt(tolerance) * scale * square.rows) return null;
  return { name: `u(${n})`, words: `unitary transformations of C${n}` };
}

/** gl(n) = sl(n) ⊕ scalings. */
function linearGroup(part: Named, outer: readonly Matrix[], tolerance: number): Named | null {
  const n = /^sl\((\d+)\)$/.exec(part.name)?.[1];
  if (n === undefined || outer.length !== 1 || singleOf(outer[0]!, tolerance).kind !== "scaling") {
    return null;
  }
  return { name: `gl(${n})`, words: `all linear maps of R${n}` };
}

function centreless(
  basis: readonly Matrix[],
  structure: Structure,
  tolerance: number,
): Named | null {
  const { dimension, derived, killing } = structure;
  const acts = supportOf(basis.map(linearPart), tolerance).columns;
  const parts = idealsOf(structure.constants, dimension, tolerance);
  if (parts.length === 1) return lookUp(dimension, derived.length, killing, acts) ?? null;
  // so(4) is so(3) ⊕ so(3) by structure; on four dimensions it is the rotations of all of them.
  if (dimension === 6 && killing.minus === 6 && acts === 4) {
    return { name: "so(4)", words: "rotations of R4" };
  }
  if (dimension === 6 && killing.minus === 2 && killing.plus === 4 && acts === 4) {
    return { name: "so(2,2)", words: "motions that keep a form with 2 signs and 2 of the other" };
  }
  const named = parts.map((part) => {
    const own = orthonormalMatrices(part.map((v) => combinationOf(basis, v)));
    const { derived: d, killing: signature } = structureOf(own, tolerance);
    const support = supportOf(own.map(linearPart), tolerance).columns;
    return lookUp(own.length, d.length, signature, support);
  });
  return named.some((one) => one === undefined) ? null : joined(named as Named[]);
}

/** Motions that commute: translations and scalings are counted, the others named one by one. */
function abelian(basis: readonly Matrix[], tolerance: number): Named | null {
  const shifts = translationsAmong(basis, tolerance);
  const rest = complement(shifts, [], basis.length).map((v) => combinationOf(basis, v));
  const t = shifts.length;
  const moving: Named[] =
    t === 0
      ? []
      : [
          {
            name: `translations(${t})`,
            words: t === 1 ? "a translation" : `translations along ${t} directions`,
          },
        ];
  const singles = rest
    .map((one) => singleOf(one, tolerance))
    .sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  const growing = singles.filter(({ kind }) => scalings.includes(kind)).length;
  if (growing > 1 && growing === singles.length) {
    return joined([
      { name: `scalings(${growing})`, words: `scalings along ${growing} directions` },
      ...moving,
    ]);
  }
  return joined([
    ...singles.map(({ kind, words }) => ({ name: singleNames[kind], words })),
    ...moving,
  ]);
}

const scalings: readonly SingleKind[] = ["scaling", "stretching", "weighted scaling"];

/** In which they are named. */
const order: readonly SingleKind[] = [
  "rotation",
  "screw",
  "stretching",
  "spiral",
  "mixed",
  "shear",
  "weighted scaling",
  "scaling",
];

/** Combinations of the basis whose linear part vanishes. */
function translationsAmong(basis: readonly Matrix[], tolerance: number): Float64Array[] {
  const k = basis.length;
  const parts = basis.map(linearPart);
  const gram = Float64Array.from({ length: k * k }, (_, at) =>
    inner(parts[Math.floor(at / k)]!, parts[at % k]!),
  );
  const { values, vectors } = symmetricEigen(gram, k);
  return Array.from(values, (value, i) => ({ value, i }))
    .filter(({ value }) => value < tolerance ** 2)
    .map(({ i }) => vectors.slice(i * k, (i + 1) * k));
}

function joined(parts: readonly Named[]): Named {
  return {
    name: parts.map(({ name }) => name).join(" ⊕ "),
    words: parts.map(({ words }) => words).join("; "),
  };
}

function linearPart(m: Matrix): Matrix {
  return m.subMatrix(0, m.rows - 2, 0, m.columns - 2);
}

/** Whether no combination of the first lies in the span of the second. */
function independent(
  first: readonly Float64Array[],
  second: readonly Float64Array[],
  tolerance: number,
): boolean {
  const rows = new Matrix([...first, ...second].map((v) => [...v]));
  const { diagonal } = new SingularValueDecomposition(rows, { autoTranspose: true });
  return diagonal.filter((value) => value > Math.sqrt(tolerance)).length === rows.rows;
}

/** Coordinates orthogonal to the first that contain the second: a basis of what is left of k dimensions. */
function complement(
  first: readonly Float64Array[],
  second: readonly Float64Array[],
  k: number,
): Float64Array[] {
  const wanted = k - first.length;
  const taken: Float64Array[] = [];
  const units = Array.from({ length: k }, (_, i) => {
    const v = new Float64Array(k);
    v[i] = 1;
    return v;
  });
  // The derived algebra first: an ideal that holds every bracket is a summand beside the centre.
  const project = (v: Float64Array, basis: readonly Float64Array[]): Float64Array => {
    const out = Float64Array.from(v);
    for (const one of basis) {
      const share = one.reduce((sum, value, i) => sum + value * out[i]!, 0);
      for (let i = 0; i < k; i++) out[i]! -= share * one[i]!;
    }
    return out;
  };
  const apart = second.length === 0 ? first : [];
  for (const v of [...second, ...units]) {
    if (taken.length === wanted) break;
    const rest = project(project(v, [...apart, ...taken]), [...apart, ...taken]);
    const size = Math.hypot(...rest);
    if (size < 1e-6) continue;
    const next = rest.map((value) => value / size);
    if (second.length > 0 && !independent([...first], [...taken, next], 1e-6)) continue;
    taken.push(next);
  }
  return taken;
}

/** ‖b‖ of homogeneous motions. */
function largestShift(motions: readonly Matrix[]): number {
  const d = motions[0]!.rows - 1;
  return Math.max(...motions.map((m) => m.subMatrix(0, d - 1, d, d).norm()));
}

/** A x + b = 0 for all motions at once. */
function fixedPointOf(motions: readonly Matrix[], tolerance: number): number[] | null {
  const d = motions[0]!.rows - 1;
  if (largestShift(motions) < tolerance) return null;
  const a = Matrix.zeros(motions.length * d, d);
  const b = Matrix.zeros(motions.length * d, 1);
  motions.forEach((m, k) => {
    a.setSubMatrix(linearPart(m), k * d, 0);
    b.setSubMatrix(m.subMatrix(0, d - 1, d, d).mul(-1), k * d, 0);
  });
  const svd = new SingularValueDecomposition(a, { autoTranspose: true });
  // Motions are of unit size: of what is smaller than they are known a point would be found far away.
  const cut = Math.max(1, ...svd.diagonal) * tolerance;
  const inverse = svd.rightSingularVectors
    .mmul(Matrix.diag(svd.diagonal.map((value) => (value > cut ? 1 / value : 0))))
    .mmul(svd.leftSingularVectors.transpose());
  const x = inverse.mmul(b);
  const left = Matrix.sub(a.mmul(x), b).norm();
  return left < Math.sqrt(tolerance) * b.norm() ? x.to1DArray() : null;
}
