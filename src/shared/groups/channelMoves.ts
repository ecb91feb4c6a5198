/**
 * How an element's matrix moves channels: scalars and densities stay, pseudoscalars take its determinant, vectors are
 * mixed. Components that are stored in another order or with another sign are mixed as what they are, P⁻¹MP.
 */
import { signOf, type FieldSpec } from "../fields/spec";
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
    if (field.kind !== "vector") continue;
    matrix.forEach((row, i) => {
      const from = row[0] === 0 ? 1 : 0;
      source[own[i]!] = own[from]!;
      sign[own[i]!] = signOf(field, i) * row[from]! * signOf(field, from);
    });
  }
  return { source, sign };
}
