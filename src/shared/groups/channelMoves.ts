/**
 * How an element's matrix moves channels: scalars and densities stay, pseudoscalars take its determinant, vectors are
 * mixed, v → Mv, and tensors T → MTMᵀ. A vector's components that are stored in another order or with another sign are
 * mixed as what they are, P⁻¹MP.
 */
import { signOf, tensorIndex, type FieldSpec } from "../fields/spec";
import { determinant, type SignedPermutation } from "./element";

/** Channel `source[c]` times `sign[c]` is what stands in channel c after an element has acted. */
export interface ChannelMove {
  readonly source: readonly number[];
  readonly sign: readonly number[];
}

/** @param channels of a state; those that no group names stay as they are */
export function channelMoves(
  matrix: SignedPermutation,
  spec: FieldSpec,
  channels: number,
): ChannelMove {
  const source = Array.from({ length: channels }, (_, c) => c);
  const sign = source.map(() => 1);
  for (const field of spec) {
    const own = field.channels;
    if (field.kind === "pseudoscalar") for (const c of own) sign[c] = determinant(matrix);
    if (field.kind === "vector") {
      matrix.forEach((row, i) => {
        const from = onlyEntry(row);
        source[own[i]!] = own[from]!;
        sign[own[i]!] = signOf(field, i) * row[from]! * signOf(field, from);
      });
    }
    if (field.kind === "tensor") {
      const at = (i: number, j: number): number => own[tensorIndex(own.length, i, j)]!;
      matrix.forEach((row, i) => {
        matrix.forEach((second, j) => {
          const [from, other] = [onlyEntry(row), onlyEntry(second)];
          source[at(i, j)] = at(from, other);
          sign[at(i, j)] = row[from]! * second[other]!;
        });
      });
    }
  }
  return { source, sign };
}

/** Where a row of a signed permutation is not zero. */
function onlyEntry(row: SignedPermutation[number]): 0 | 1 {
  return row[0] === 0 ? 1 : 0;
}
