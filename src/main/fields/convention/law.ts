/**
 * Equivariance of the dynamics: a law ∂ₜq = Σ cₖfₖ(q) with terms of finite differences is fitted to the frames and to
 * their images under the symmetries of the square. If components are what a reading says, the physics is the same for
 * the images, and the law explains as much as of the frames; if not, images contradict frames. Nothing is assumed of what
 * carries what. The sign of the whole vector does not matter to a group, so it is not told.
 *
 * Terms are q, ∂ᵢq, Δq and q∂ᵢq′ of all fields. A symmetry only exchanges terms and changes signs, so inner products are
 * taken once, and images cost nothing.
 */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { d4 } from "../../../shared/groups/catalogue";
import { determinant, type SignedPermutation } from "../../../shared/groups/element";
import type { Explained } from "./explained";
import type { Space } from "./flow";
import { moved, movesOf } from "./moves";
import { sameUpToSign, type Reading } from "./readings";

/** Two frames of all fields of the law: the vector's stored components first. */
export interface LawPair {
  readonly before: readonly Float64Array[];
  readonly after: readonly Float64Array[];
}

/** Points of a sample that are looked at; more say hardly more. */
const MOST_POINTS = 1024;

/** Of the terms' own size: keeps terms that are nearly sums of others from dividing by nothing. */
const RIDGE = 1e-9;

/** A change below this share of a field is rounding. */
const ROUNDING = 1e-7;

/**
 * What each reading leaves unexplained of the changes, the mean over the fields; 1 where nothing changes.
 * @param pseudo whether each field after the components changes its sign under reflections
 */
export function lawUnexplained(
  pairs: readonly LawPair[],
  pseudo: readonly boolean[],
  readings: readonly Reading[],
  space: Space,
): Explained {
  const count = 2 + pseudo.length;
  const samples = pairs.map((pair) => rowsOf(pair, count, space));
  const grams = samples.map(({ rows }) => gramOf(rows));
  const total = grams.reduce((sum, gram) => Matrix.add(sum, gram));
  // A reading and its opposite give images alike.
  const kinds = readings.map((reading) =>
    readings.findIndex((other) => sameUpToSign(other, reading)),
  );
  const shares = new Map(
    [...new Set(kinds)].map((kind) => [kind, sharesOf(readings[kind]!, grams, total, pseudo)]),
  );
  const found = kinds.map((kind) => shares.get(kind)!);
  return {
    together: found.map(({ together }) => together),
    bySample: found.map(({ bySample }) => bySample),
    byChance: movesOf(space.shape).map((move) => {
      const elsewhere = withMovedChanges(total, samples, space, move);
      return Math.min(...[...shares.values()].map(({ of }) => of(elsewhere)));
    }),
  };
}

function mean(count: number, of: (field: number) => number): number {
  let sum = 0;
  for (let field = 0; field < count; field++) sum += of(field);
  return sum / count;
}

function sharesOf(
  reading: Reading,
  grams: readonly Matrix[],
  total: Matrix,
  pseudo: readonly boolean[],
): Shares {
  const count = 2 + pseudo.length;
  const images = imagesUnder(reading, pseudo);
  const whole = averaged(total, images);
  const law = lawOf(whole, count);
  const fits = Array.from({ length: count }, (_, field) => law(whole, field));
  const share = (gram: Matrix): number =>
    mean(count, (field) => leftBy(fits[field]!, gram, field, count));
  return {
    together: share(whole),
    bySample: grams.map((gram) => share(averaged(gram, images))),
    of(other) {
      const gram = averaged(other, images);
      return mean(count, (field) => leftBy(law(gram, field), gram, field, count));
    },
  };
}

interface Shares {
  readonly together: number;
  readonly bySample: readonly number[];
  /** The mean share that a law of its own for each field leaves of other changes beside the same terms. */
  of(gram: Matrix): number;
}

/** Term numbers: q, then ∂ₓq and ∂ᵧq, then Δq, then q∂ₓq′ and q∂ᵧq′; after the terms the changes. */
const termOf = {
  field: (a: number): number => a,
  slope: (a: number, i: number, count: number): number => count + 2 * a + i,
  laplacian: (a: number, count: number): number => 3 * count + a,
  product: (a: number, b: number, i: number, count: number): number =>
    4 * count + 2 * (a * count + b) + i,
  change: (a: number, count: number): number => 4 * count + 2 * count ** 2 + a,
};

/** A sample's terms and changes at the points that are looked at, and its changes everywhere. */
interface Rows {
  readonly rows: readonly Float64Array[];
  /** Undefined of a field that does not change. */
  readonly changes: readonly (Float64Array | undefined)[];
}

function rowsOf({ before, after }: LawPair, count: number, space: Space): Rows {
  const size = termOf.change(count, count);
  const chosen = pointsOf(space);
  const rows = Array.from({ length: size }, () => new Float64Array(chosen.length));
  for (const frame of [before, after]) {
    const slopes = frame.map((field) => [0, 1].map((i) => space.derivative(field, i)));
    const bends = slopes.map(([x, y]) => {
      const [xx, yy] = [space.derivative(x!, 0), space.derivative(y!, 1)];
      return xx.map((value, k) => value + yy[k]!);
    });
    const add = (term: number, value: (k: number) => number): void => {
      chosen.forEach((k, at) => (rows[term]![at]! += value(k) / 2));
    };
    for (let a = 0; a < count; a++) {
      add(termOf.field(a), (k) => frame[a]![k]!);
      add(termOf.laplacian(a, count), (k) => bends[a]![k]!);
      for (const i of [0, 1]) {
        add(termOf.slope(a, i, count), (k) => slopes[a]![i]![k]!);
        for (let b = 0; b < count; b++) {
          add(termOf.product(a, b, i, count), (k) => frame[a]![k]! * slopes[b]![i]![k]!);
        }
      }
    }
  }
  const changes = after.map((field, a) => {
    const change = field.map((value, k) => value - before[a]![k]!);
    return squares(change) > ROUNDING ** 2 * squares(before[a]!) ? change : undefined;
  });
  changes.forEach((change, a) => {
    if (change !== undefined) rows[termOf.change(a, count)]!.set(at(change, chosen));
  });
  return { rows, changes };
}

function at(field: Float64Array, chosen: readonly number[]): Float64Array {
  return Float64Array.from(chosen, (k) => field[k]!);
}

function gramOf(rows: readonly Float64Array[]): Matrix {
  const size = rows.length;
  const matrix = new Matrix(size, size);
  for (let p = 0; p < size; p++) {
    for (let q = p; q < size; q++) {
      matrix.set(p, q, dot(rows[p]!, rows[q]!));
      matrix.set(q, p, matrix.get(p, q));
    }
  }
  return matrix;
}

/** The inner products of all samples as they were if changes had happened elsewhere on the grid. */
function withMovedChanges(
  total: Matrix,
  samples: readonly Rows[],
  space: Space,
  move: readonly number[],
): Matrix {
  const count = samples[0]!.changes.length;
  const terms = termOf.change(0, count);
  const out = total.clone();
  for (let a = 0; a < count; a++) {
    const change = termOf.change(a, count);
    for (let p = 0; p < terms; p++) {
      out.set(p, change, 0);
      out.set(change, p, 0);
    }
    out.set(change, change, 0);
  }
  const chosen = pointsOf(space);
  for (const { rows, changes } of samples) {
    changes.forEach((field, a) => {
      if (field === undefined) return;
      const change = termOf.change(a, count);
      const away = at(moved(field, space.shape, move), chosen);
      out.set(change, change, out.get(change, change) + dot(away, away));
      for (let p = 0; p < terms; p++) {
        const product = out.get(p, change) + dot(rows[p]!, away);
        out.set(p, change, product);
        out.set(change, p, product);
      }
    });
  }
  return out;
}

/** Points away from edges, evenly thinned along both axes. */
function pointsOf({ shape, inside, points }: Space): number[] {
  const every = Math.ceil(Math.sqrt(points / MOST_POINTS));
  const width = shape[1]!;
  return Array.from({ length: points }, (_, k) => k).filter(
    (k) => inside[k] === 1 && Math.floor(k / width) % every === 0 && (k % width) % every === 0,
  );
}

/** Where each term and change goes, and with which sign. */
interface Image {
  readonly to: readonly number[];
  readonly sign: readonly number[];
}

/** The symmetries of the square as they move terms of stored fields that a reading gives their meaning. */
function imagesUnder(reading: Reading, pseudo: readonly boolean[]): Image[] {
  return d4.elements.map(({ matrix }) => imageOf(matrix, reading, pseudo));
}

function imageOf(
  matrix: SignedPermutation,
  { from, signs }: Reading,
  pseudo: readonly boolean[],
): Image {
  const count = 2 + pseudo.length;
  // Of coordinates: the new x is the old one along `axis[0]`.
  const axis = matrix.map((row) => (row[0] === 0 ? 1 : 0));
  const turn = matrix.map((row, i) => row[axis[i]!]!);
  const field = Array.from({ length: count }, (_, a) => a);
  const fieldSign = field.map((a) => (a >= 2 && pseudo[a - 2]! ? determinant(matrix) : 1));
  axis.forEach((other, i) => {
    field[from[i]!] = from[other]!;
    fieldSign[from[i]!] = signs[i]! * turn[i]! * signs[other]!;
  });
  const to: number[] = [];
  const sign: number[] = [];
  const put = (term: number, image: number, factor: number): void => {
    to[term] = image;
    sign[term] = factor;
  };
  for (let a = 0; a < count; a++) {
    const [b, s] = [field[a]!, fieldSign[a]!];
    put(termOf.field(a), termOf.field(b), s);
    put(termOf.laplacian(a, count), termOf.laplacian(b, count), s);
    put(termOf.change(a, count), termOf.change(b, count), s);
    axis.forEach((j, i) => {
      put(termOf.slope(a, i, count), termOf.slope(b, j, count), s * turn[i]!);
      for (let c = 0; c < count; c++) {
        const image = termOf.product(b, field[c]!, j, count);
        put(termOf.product(a, c, i, count), image, s * fieldSign[c]! * turn[i]!);
      }
    });
  }
  return { to, sign };
}

/** Inner products over frames and all their images, per image. */
function averaged(gram: Matrix, images: readonly Image[]): Matrix {
  const size = gram.rows;
  const from = gram.to1DArray();
  const out = new Float64Array(size * size);
  for (const { to, sign } of images) {
    for (let p = 0; p < size; p++) {
      const [row, factor] = [to[p]! * size, sign[p]! / images.length];
      for (let q = 0; q < size; q++) {
        out[p * size + q]! += factor * sign[q]! * from[row + to[q]!]!;
      }
    }
  }
  return Matrix.from1DArray(size, size, out);
}

/** Coefficients of a law for one field's change; none where it does not change. @param gram with the same terms */
type Law = (gram: Matrix, field: number) => Float64Array;

/** The terms' own products are taken apart once, for all fields and all changes. */
function lawOf(gram: Matrix, count: number): Law {
  const terms = termOf.change(0, count);
  const used = Array.from({ length: terms }, (_, k) => k).filter((k) => gram.get(k, k) > 0);
  const scale = used.map((k) => Math.sqrt(gram.get(k, k)));
  const normal = new CholeskyDecomposition(
    new Matrix(
      used.map((p, a) =>
        used.map((q, b) => gram.get(p, q) / (scale[a]! * scale[b]!) + (a === b ? RIDGE : 0)),
      ),
    ),
  );
  return (changes, field) => {
    const change = termOf.change(field, count);
    const out = new Float64Array(terms);
    if (used.length === 0 || !(changes.get(change, change) > 0)) return out;
    const right = Matrix.columnVector(used.map((p, a) => changes.get(p, change) / scale[a]!));
    normal
      .solve(right)
      .to1DArray()
      .forEach((c, a) => (out[used[a]!] = c / scale[a]!));
    return out;
  };
}

/** ‖change − law‖²/‖change‖². */
function leftBy(law: Float64Array, gram: Matrix, field: number, count: number): number {
  const change = termOf.change(field, count);
  const whole = gram.get(change, change);
  if (!(whole > 0)) return 1;
  let left = whole;
  law.forEach((c, p) => {
    if (c === 0) return;
    left -= 2 * c * gram.get(p, change);
    law.forEach((d, q) => (left += c * d * gram.get(p, q)));
  });
  return Math.min(1, Math.max(0, left / whole));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function squares(row: Float64Array): number {
  return dot(row, row);
}
