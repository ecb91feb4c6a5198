/**
 * An algebra without centre as a direct sum of ideals. Maps T that commute with every ad_x act on each summand by
 * itself (the centroid; Jacobson 1962, chapter X), so the eigenspaces of a random one are the summands.
 */
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { randomFrom } from "../../../../shared/random";
import { symmetricEigen } from "../../symmetricEigen";
import { eigenvaluesOf } from "./eigenvalues";

/** The centroid of more generators would take minutes. */
const MOST = 20;

/**
 * Coordinates of each ideal's basis; the whole algebra where it does not split.
 * @param constants c_ij^k at [(i · K + j) · K + k]
 */
export function idealsOf(constants: Float64Array, k: number, tolerance: number): Float64Array[][] {
  const whole = [Array.from({ length: k }, (_, i) => unit(k, i))];
  if (k < 4 || k > MOST) return whole;
  const random = randomFrom(1);
  // T ad_x = ad_x T: Σ_m T_lm c_xj^m = Σ_m T_mj c_xm^l for all x, j, l; unknowns T_lm.
  const n = k * k;
  const gram = new Float64Array(n * n);
  const row = new Float64Array(n);
  for (let x = 0; x < k; x++) {
    for (let j = 0; j < k; j++) {
      for (let l = 0; l < k; l++) {
        row.fill(0);
        for (let m = 0; m < k; m++) {
          row[l * k + m]! += constants[(x * k + j) * k + m]!;
          row[m * k + j]! -= constants[(x * k + m) * k + l]!;
        }
        for (let a = 0; a < n; a++) {
          if (row[a] === 0) continue;
          for (let b = 0; b < n; b++) gram[a * n + b]! += row[a]! * row[b]!;
        }
      }
    }
  }
  const { values, vectors } = symmetricEigen(gram, n);
  const t = Matrix.zeros(k, k);
  values.forEach((value, at) => {
    if (value > tolerance ** 2 * values[n - 1]!) return;
    const weight = random() - 0.5;
    for (let a = 0; a < n; a++) {
      const [r, c] = [Math.floor(a / k), a % k];
      t.set(r, c, t.get(r, c) + weight * vectors[at * n + a]!);
    }
  });
  const groups: { re: number; im: number; size: number }[] = [];
  const near = Math.sqrt(tolerance) * Math.max(t.norm(), 1e-300);
  eigenvaluesOf(t).forEach((value) => {
    const [re, im] = [value.re, Math.abs(value.im)];
    const group = groups.find((one) => Math.hypot(one.re - re, one.im - im) < near);
    if (group === undefined) groups.push({ re, im, size: 1 });
    else group.size++;
  });
  if (groups.length < 2) return whole;
  return groups.map(({ re, im, size }) => {
    // (T − λ)^k, or its real form for a pair, vanishes on the generalised eigenspace.
    const shifted = Matrix.sub(t, Matrix.mul(Matrix.eye(k), re));
    const factor =
      im < near ? shifted : Matrix.add(shifted.mmul(shifted), Matrix.mul(Matrix.eye(k), im ** 2));
    const { rightSingularVectors: v } = new SingularValueDecomposition(factor.mmul(factor));
    return Array.from({ length: size }, (_, i) => Float64Array.from(v.getColumn(k - size + i)));
  });
}

function unit(k: number, i: number): Float64Array {
  const v = new Float64Array(k);
  v[i] = 1;
  return v;
}
