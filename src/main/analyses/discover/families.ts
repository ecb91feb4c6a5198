/**
 * Families of linear candidates x ↦ A x + b on the components of a state, each with a basis that is orthonormal in the
 * Frobenius inner product of (A | b). A basis element is a few numbers of a c × (c + 1) matrix, the shift in its last
 * column.
 */
import { UserError } from "../../../shared/errors";

/** Factors of entries (row, column) of (A | b). */
export type Sparse = readonly {
  readonly row: number;
  readonly column: number;
  readonly factor: number;
}[];

export interface Family {
  readonly id: LinearFamilyId;
  /** Whether candidates shift: their matrices have c + 1 columns. */
  readonly shifts: boolean;
  readonly basis: readonly Sparse[];
}

export type LinearFamilyId = "matrices" | "affine" | "rotations" | "scalings";

/** Beyond this a spectrum takes minutes: eigenvalues cost the cube of their number. */
const MOST_CANDIDATES = 1600;

/**
 * @param components c of what the candidates act on
 * @throws UserError "discover/many-candidates"
 */
export function familyOf(id: LinearFamilyId, components: number): Family {
  const c = components;
  const entry = (row: number, column: number, factor = 1): Sparse => [{ row, column, factor }];
  const all = (columns: number): Sparse[] =>
    Array.from({ length: c * columns }, (_, k) => entry(Math.floor(k / columns), k % columns));
  const count = { matrices: c * c, affine: c * (c + 1), rotations: (c * (c - 1)) / 2, scalings: c }[
    id
  ];
  if (c * (c + 1) > MOST_CANDIDATES) {
    throw new UserError(
      "discover/many-candidates",
      `A state of ${c} components has ${count} candidates among ${id}, more than can be told apart.`,
      {
        where: "candidates",
        todo: "State what moves alike (--split on the command line, for particles), or name generators (--candidates fields).",
      },
    );
  }
  switch (id) {
    case "matrices":
      return { id, shifts: false, basis: all(c) };
    case "affine":
      return { id, shifts: true, basis: all(c + 1) };
    case "scalings":
      return { id, shifts: false, basis: Array.from({ length: c }, (_, k) => entry(k, k)) };
    case "rotations":
      return {
        id,
        shifts: false,
        basis: Array.from({ length: c }, (_, row) =>
          Array.from({ length: row }, (_, column): Sparse => [
            ...entry(row, column, Math.SQRT1_2),
            ...entry(column, row, -Math.SQRT1_2),
          ]),
        ).flat(),
      };
  }
}

/** Σ v_q basis_q as a dense (A | b), [c, c + 1] row-major. */
export function combined(family: Family, components: number, v: ArrayLike<number>): Float64Array {
  const width = components + 1;
  const out = new Float64Array(components * width);
  family.basis.forEach((element, q) => {
    for (const { row, column, factor } of element) out[row * width + column]! += factor * v[q]!;
  });
  return out;
}

/** The shifts of a family alone. */
export function shiftsOf(family: Family, components: number): Family {
  return {
    ...family,
    basis: family.basis.filter((element) => element.every(({ column }) => column === components)),
  };
}
