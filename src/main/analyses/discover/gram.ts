/**
 * The operator of discovery as Gram matrices over candidates. For candidates X_q with actions Y_q on the values,
 * L_q(x) = DF(x) X_q(x) − Y_q F(x), and C_qq' = mean over samples of ⟨L_q, L_q'⟩: a combination v of candidates is a
 * symmetry where vᵀCv = 0 (Otto et al. 2023, arXiv:2311.00212).
 *
 * What a defect is compared with is S: the same terms if the motion had nothing to do with the function,
 * S_qq' = mean of ‖DF‖²_F/d ⟨X_q, X_q'⟩ + ⟨Y_qF, Y_q'F⟩. Comparing with DF X_q itself would call every invariance
 * trivial, for there DF X_q is the whole defect. Of a map from state to state, F(x) − x and DF − 1 stand for F and DF:
 * a small step is near the identity, which every motion commutes with, and only the change can break a symmetry.
 */
import type { Family, Sparse } from "./families";
import type { Layout } from "../../../shared/states/layout";
import type { Linearised } from "../../data/fit/map";
import { withoutLinearPart } from "./free";

/**
 * How values move with the state: as rates (linearly, without the shift), as states (with it), not at all, or by some
 * affine action that is found along.
 */
export type OutputAction = "rate" | "state" | "invariant" | "free";

export interface Gram {
  /** [Q, Q] row-major. */
  readonly defect: Float64Array;
  readonly scale: Float64Array;
}

/**
 * Mean of ⟨L_e, L_e'⟩ over elementary motions e = (row, column) of samples, [c · (c + 2)]². Rates and states share it.
 * @param step is called now and then and may throw to stop
 */
export function elementaryGram(
  map: Linearised,
  layout: Layout,
  output: OutputAction,
  samples: readonly number[],
  step: () => void,
): Float64Array {
  const elementary = elementaryDefects(map, layout, output, samples, step);
  if (output === "free") withoutLinearPart(elementary, map, layout, samples);
  return elementary;
}

/** C and S of a family over some of the samples. */
export function gramOf(
  map: Linearised,
  { basis }: Family,
  layout: Layout,
  output: OutputAction,
  samples: readonly number[],
  elementary: Float64Array,
): Gram {
  const width = layout.components + 2;
  const moments = momentsOf(map, layout, output, samples);
  // A shift of a state is one of the value too.
  const entries = basis.map((element): Sparse =>
    output !== "state"
      ? element
      : element.flatMap((entry) =>
          entry.column === layout.components ? [entry, { ...entry, column: width - 1 }] : [entry],
        ),
  );
  const q = basis.length;
  const size = layout.components * width;
  const defect = new Float64Array(q * q);
  const scale = new Float64Array(q * q);
  for (let a = 0; a < q; a++) {
    for (let b = 0; b <= a; b++) {
      let [c, s] = [0, 0];
      for (const one of entries[a]!) {
        for (const two of entries[b]!) {
          const factor = one.factor * two.factor;
          const row = one.row * width + one.column;
          c += factor * elementary[row * size + two.row * width + two.column]!;
          if (one.row === two.row) s += factor * moments[one.column * width + two.column]!;
        }
      }
      defect[a * q + b] = defect[b * q + a] = c;
      scale[a * q + b] = scale[b * q + a] = s;
    }
  }
  return { defect, scale };
}

/**
 * A part's state and value with what multiplies the shifts: x̂ = (x, 1, 0), F̂ = (F, 0, 1). The last two columns of an
 * elementary motion e_row x̂_column are the shift of the state and that of the value.
 */
export function extended(
  map: Linearised,
  { components, positions }: Layout,
  output: OutputAction,
  sample: number,
  particle: number,
  x: Float64Array,
  f: Float64Array,
): void {
  const own = positions[particle]!;
  const moves = output === "rate" || output === "state";
  for (let k = 0; k < components; k++) {
    x[k] = map.points[sample * map.inputs + own[k]!]!;
    f[k] = moves ? map.values[sample * map.outputs + own[k]!]! : 0;
  }
  x[components] = 1;
  f[components] = 0;
  x[components + 1] = 0;
  f[components + 1] = moves ? 1 : 0;
}

/** Mean of ⟨L_e, L_e'⟩ over elementary motions e = (row, column), [c · (c + 2)]². */
function elementaryDefects(
  map: Linearised,
  layout: Layout,
  output: OutputAction,
  samples: readonly number[],
  step: () => void,
): Float64Array {
  const size = layout.components * (layout.components + 2);
  const sum = new Float64Array(size * size);
  const add = layout.particles === 1 ? addWhole : addParticles;
  for (const sample of samples) {
    step();
    add(sum, map, layout, output, sample);
  }
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      sum[a * size + b]! /= samples.length;
      sum[b * size + a] = sum[a * size + b]!;
    }
  }
  return sum;
}

/**
 * Where the state is one part, elementary motions are products, and so are their inner products:
 * (JᵀJ)_ik x̂_j x̂_l − J_ki x̂_j F̂_l − J_ik F̂_j x̂_l + δ_ik F̂_j F̂_l, which saves a factor D.
 */
function addWhole(
  sum: Float64Array,
  map: Linearised,
  layout: Layout,
  output: OutputAction,
  sample: number,
): void {
  const { inputs: d, outputs: D, jacobians } = map;
  const width = d + 2;
  const size = d * width;
  const x = new Float64Array(width);
  const f = new Float64Array(width);
  extended(map, layout, output, sample, 0, x, f);
  const moves = f[d + 1] === 1;
  const start = sample * D * d;
  for (let i = 0; i < d; i++) {
    for (let k = 0; k <= i; k++) {
      let g = 0;
      for (let o = 0; o < D; o++)
        g += jacobians[start + o * d + i]! * jacobians[start + o * d + k]!;
      const ki = moves ? jacobians[start + k * d + i]! : 0;
      const ik = moves ? jacobians[start + i * d + k]! : 0;
      const same = Number(i === k);
      for (let j = 0; j < width; j++) {
        const u = g * x[j]! - ik * f[j]!;
        const w = same * f[j]! - ki * x[j]!;
        // Slopes of particles are mostly zeros.
        if (u === 0 && w === 0) continue;
        const row = (i * width + j) * size + k * width;
        for (let l = 0; l < width; l++) sum[row + l]! += u * x[l]! + w * f[l]!;
      }
    }
  }
}

function addParticles(
  sum: Float64Array,
  map: Linearised,
  layout: Layout,
  output: OutputAction,
  sample: number,
): void {
  const { components: c, particles, positions } = layout;
  const { inputs: d, outputs: D, jacobians } = map;
  const width = c + 2;
  const size = c * width;
  const rows = new Float64Array(D * size);
  const x = new Float64Array(width);
  const f = new Float64Array(width);
  for (let p = 0; p < particles; p++) {
    extended(map, layout, output, sample, p, x, f);
    for (let i = 0; i < c; i++) {
      const at = positions[p]![i]!;
      for (let o = 0; o < D; o++) {
        const slope = jacobians[(sample * D + o) * d + at]!;
        if (slope === 0) continue;
        const start = o * size + i * width;
        for (let j = 0; j < width; j++) rows[start + j]! += slope * x[j]!;
      }
      if (f[c + 1] === 0) continue;
      const start = at * size + i * width;
      for (let j = 0; j < width; j++) rows[start + j]! -= f[j]!;
    }
  }
  for (let o = 0; o < D; o++) {
    const row = rows.subarray(o * size, (o + 1) * size);
    for (let a = 0; a < size; a++) {
      const value = row[a]!;
      if (value === 0) continue;
      for (let b = 0; b <= a; b++) sum[a * size + b]! += value * row[b]!;
    }
  }
}

/** Mean of ‖DF‖²/d x̂x̂ᵀ + F̂F̂ᵀ summed over parts, [c + 2]²; of a state, of the change instead of F. */
function momentsOf(
  map: Linearised,
  layout: Layout,
  output: OutputAction,
  samples: readonly number[],
): Float64Array {
  const width = layout.components + 2;
  const sum = new Float64Array(width * width);
  const x = new Float64Array(width);
  const f = new Float64Array(width);
  for (const sample of samples) {
    const slope = squaredSlope(map, output, sample);
    for (let p = 0; p < layout.particles; p++) {
      extended(map, layout, output, sample, p, x, f);
      if (output === "state") for (let j = 0; j < width; j++) f[j]! -= x[j]!;
      else f[width - 1] = 0;
      for (let j = 0; j < width; j++) {
        for (let l = 0; l < width; l++) {
          sum[j * width + l]! += (slope * x[j]! * x[l]! + f[j]! * f[l]!) / samples.length;
        }
      }
    }
  }
  return sum;
}

/** ‖DF‖²_F/d, of a state ‖DF − 1‖²_F/d: the squared speed of the value for motions of unit speed in all directions. */
export function squaredSlope(
  { inputs: d, outputs: D, jacobians }: Linearised,
  output: OutputAction,
  sample: number,
): number {
  const start = sample * D * d;
  let sum = 0;
  for (let o = 0; o < D; o++) {
    for (let i = 0; i < d; i++) {
      const own = output === "state" && o === i ? 1 : 0;
      sum += (jacobians[start + o * d + i]! - own) ** 2;
    }
  }
  return sum / d;
}
