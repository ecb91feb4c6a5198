/**
 * A motion tried on every sample by itself. Gram matrices square what they sum, so their small eigenvalues are known
 * only to the root of rounding; this goes back to L = DF X − Y F and is exact where the symmetry is.
 */
import { symmetricEigen } from "../symmetricEigen";
import { coordinatesOf, whitening } from "./free";
import { extended, squaredSlope, type OutputAction } from "./gram";
import type { Layout } from "../../../shared/states/layout";
import type { Linearised } from "../../data/fit/map";

/** One number a sample. */
export interface Tried {
  /** ‖DF X − Y F‖² */
  readonly defect: Float64Array;
  /** What it is compared with: its share of S. */
  readonly scale: Float64Array;
  /** ‖DF X‖² */
  readonly motion: Float64Array;
  /** ‖Y F‖² */
  readonly moved: Float64Array;
  /** The affine action on the values that was found, (Y | c) [D, D + 1]; null where it was stated. */
  readonly action: Float64Array | null;
}

export class Trial {
  readonly #map: Linearised;
  readonly #layout: Layout;
  readonly #output: OutputAction;
  readonly #white: readonly Float64Array[] | null;
  readonly #slopes: Float64Array;

  constructor(map: Linearised, layout: Layout, output: OutputAction) {
    this.#map = map;
    this.#layout = layout;
    this.#output = output;
    const all = Array.from({ length: map.samples }, (_, k) => k);
    this.#white = output === "free" ? whitening(map, all) : null;
    this.#slopes = Float64Array.from(all, (sample) => squaredSlope(map, output, sample));
  }

  /** @param motion (A | b) on the components, [c, c + 1] */
  of(motion: Float64Array): Tried {
    const { samples: n, inputs: d, outputs: D, jacobians } = this.#map;
    const { components: c, particles, positions } = this.#layout;
    const width = c + 2;
    const x = new Float64Array(width);
    const f = new Float64Array(width);
    const result = {
      defect: new Float64Array(n),
      scale: new Float64Array(n),
      motion: new Float64Array(n),
      moved: new Float64Array(n),
    };
    const pushed = new Float64Array(n * D);
    const wanted = new Float64Array(D);
    const speed = new Float64Array(d);
    for (let sample = 0; sample < n; sample++) {
      wanted.fill(0);
      let [length, change] = [0, 0];
      for (let p = 0; p < particles; p++) {
        extended(this.#map, this.#layout, this.#output, sample, p, x, f);
        for (let i = 0; i < c; i++) {
          let [own, out] = [0, 0];
          for (let j = 0; j < c; j++) {
            own += motion[i * (c + 1) + j]! * x[j]!;
            out += motion[i * (c + 1) + j]! * f[j]!;
          }
          const shift = motion[i * (c + 1) + c]!;
          own += shift;
          if (this.#output === "state") out += shift;
          const at = positions[p]![i]!;
          speed[at] = own;
          length += own ** 2;
          if (this.#output === "state") change += (out - own) ** 2;
          if (f[c + 1] === 1) wanted[at] = out;
        }
      }
      let [defect, moves, moved] = [0, 0, 0];
      for (let o = 0; o < D; o++) {
        const start = (sample * D + o) * d;
        let value = 0;
        for (let i = 0; i < d; i++) value += jacobians[start + i]! * speed[i]!;
        pushed[sample * D + o] = value;
        defect += (value - wanted[o]!) ** 2;
        moves += value ** 2;
        moved += wanted[o]! ** 2;
      }
      result.defect[sample] = defect;
      result.motion[sample] = moves;
      result.moved[sample] = moved;
      const values = this.#output === "state" ? change : moved;
      result.scale[sample] = this.#slopes[sample]! * length + values;
    }
    if (this.#white === null) return { ...result, action: null };
    return { ...result, ...this.#fitted(pushed, this.#white) };
  }

  /** The affine action that explains DF X best, and what it leaves. */
  #fitted(
    pushed: Float64Array,
    white: readonly Float64Array[],
  ): Pick<Tried, "defect" | "moved" | "action"> {
    const { samples: n, outputs: D } = this.#map;
    const rank = white.length;
    const coordinates = Array.from({ length: n }, (_, k) => coordinatesOf(this.#map, white, k));
    const factors = new Float64Array(D * rank);
    const solve = leastSquares(coordinates, rank);
    for (let o = 0; o < D; o++) {
      const side = new Float64Array(rank);
      for (let k = 0; k < n; k++) {
        for (let r = 0; r < rank; r++) side[r]! += coordinates[k]![r]! * pushed[k * D + o]!;
      }
      factors.set(solve(side), o * rank);
    }
    const defect = new Float64Array(n);
    const moved = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      for (let o = 0; o < D; o++) {
        let value = 0;
        for (let r = 0; r < rank; r++) value += factors[o * rank + r]! * coordinates[k]![r]!;
        defect[k]! += (pushed[k * D + o]! - value) ** 2;
        moved[k]! += value ** 2;
      }
    }
    const action = new Float64Array(D * (D + 1));
    for (let o = 0; o < D; o++) {
      for (let a = 0; a <= D; a++) {
        for (let r = 0; r < rank; r++) {
          action[o * (D + 1) + a]! += factors[o * rank + r]! * white[r]![a]!;
        }
      }
    }
    return { defect, moved, action };
  }
}

/** Solves the normal equations of coordinates that are nearly orthonormal already. */
function leastSquares(
  coordinates: readonly Float64Array[],
  rank: number,
): (side: Float64Array) => Float64Array {
  const gram = new Float64Array(rank * rank);
  for (const row of coordinates) {
    for (let a = 0; a < rank; a++) {
      for (let b = 0; b < rank; b++) gram[a * rank + b]! += row[a]! * row[b]!;
    }
  }
  const { values, vectors } = symmetricEigen(gram, rank);
  return (side) => {
    const out = new Float64Array(rank);
    for (let k = 0; k < rank; k++) {
      const v = vectors.subarray(k * rank, (k + 1) * rank);
      const part = v.reduce((sum, value, r) => sum + value * side[r]!, 0) / values[k]!;
      for (let r = 0; r < rank; r++) out[r]! += part * v[r]!;
    }
    return out;
  };
}

/** √(Σ ‖L‖² / Σ S): the relative defect over all samples; 0 where nothing moves. */
export function relativeDefect({ defect, scale }: Pick<Tried, "defect" | "scale">): number {
  const [up, down] = [defect, scale].map((values) => values.reduce((sum, one) => sum + one, 0));
  return down! > 0 ? Math.sqrt(up! / down!) : 0;
}
