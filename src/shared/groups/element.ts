/**
 * One symmetry of a periodic or square plane, as data: a signed permutation matrix about the centre of the grid and a
 * shift after it. Composition and inverse are arithmetic on that data, so there is no table that could be wrong.
 */

/** Entries −1, 0, 1, one non-zero in each row and column; rows and columns in the order x, y. */
export type SignedPermutation = readonly [readonly [number, number], readonly [number, number]];

/** A fraction of the period, kept exact as numerator over denominator in [0, 1). */
export interface Shift {
  /** Numerators along x and y. */
  readonly steps: readonly [number, number];
  /** Parts that a period is divided into. */
  readonly of: number;
}

/**
 * Sends the point p (x, y from the centre) to M p + shift, and a vector v to M v.
 * `id` is what files and options write (`sr2`), `label` what people read (`sr²`).
 */
export interface Element {
  readonly id: string;
  readonly label: string;
  readonly matrix: SignedPermutation;
  readonly shift: Shift;
}

export const noShift: Shift = { steps: [0, 0], of: 1 };

export const identityMatrix: SignedPermutation = [
  [1, 0],
  [0, 1],
];

/** a·b: first b, then a. */
export function multiply(a: SignedPermutation, b: SignedPermutation): SignedPermutation {
  const entry = (i: 0 | 1, j: 0 | 1): number => a[i][0] * b[0][j] + a[i][1] * b[1][j] + 0;
  return [
    [entry(0, 0), entry(0, 1)],
    [entry(1, 0), entry(1, 1)],
  ];
}

/** The inverse, which for a signed permutation is the transpose. */
export function transpose(m: SignedPermutation): SignedPermutation {
  return [
    [m[0][0], m[1][0]],
    [m[0][1], m[1][1]],
  ];
}

/** +1 for rotations and shifts, −1 for reflections. */
export function determinant(m: SignedPermutation): number {
  return m[0][0] * m[1][1] - m[0][1] * m[1][0];
}

/** True for the elements that keep handedness. */
function isProper(element: Element): boolean {
  return determinant(element.matrix) === 1;
}

/** True where the element exchanges the x and y axes, so that it needs a square grid. */
export function exchangesAxes(element: Element): boolean {
  return element.matrix[0][0] === 0;
}

export function isShift(element: Element): boolean {
  return element.shift.steps.some((step) => step !== 0);
}

/** All 8 signed permutation matrices: the possible mixings of two vector components on a square grid. */
export const signedPermutations: readonly SignedPermutation[] = [1, -1].flatMap((a) =>
  [1, -1].flatMap((b): SignedPermutation[] => [
    [
      [a, 0],
      [0, b],
    ],
    [
      [0, a],
      [b, 0],
    ],
  ]),
);

/** The image of (first, second) under a matrix in words: `(y, −x)`. */
export function showImage(m: SignedPermutation, names: readonly [string, string]): string {
  const row = (entries: readonly [number, number]): string => {
    const [sign, name] = entries[0] === 0 ? [entries[1], names[1]] : [entries[0], names[0]];
    return sign < 0 ? `−${name}` : name;
  };
  return `(${row(m[0])}, ${row(m[1])})`;
}

/** What the picker says of an element. */
export interface ElementDescription {
  /** "quarter turn clockwise". */
  readonly name: string;
  /** "(x, y) → (y, −x)", coordinates from the centre. */
  readonly point: string;
  /** "(vx, vy) → (vy, −vx)". */
  readonly vector: string;
  readonly matrix: SignedPermutation;
  readonly proper: boolean;
}

export function describe(element: Element): ElementDescription {
  const { matrix } = element;
  const image = showImage(matrix, ["x", "y"]);
  return {
    name: nameOf(element),
    point: `(x, y) → ${image}${isShift(element) ? ` + ${showShift(element.shift)}` : ""}`,
    vector: `(vx, vy) → ${showImage(matrix, ["vx", "vy"])}`,
    matrix,
    proper: isProper(element),
  };
}

/** With y upward. "clockwise" is how the picture moves when row 0 is drawn at the bottom. */
const matrixNames: Readonly<Record<string, string>> = {
  "(x, y)": "identity",
  "(y, −x)": "quarter turn clockwise",
  "(−x, −y)": "half turn",
  "(−y, x)": "quarter turn anticlockwise",
  "(−x, y)": "reflection of x",
  "(x, −y)": "reflection of y",
  "(y, x)": "reflection in the diagonal",
  "(−y, −x)": "reflection in the antidiagonal",
};

function nameOf(element: Element): string {
  const turn = matrixNames[showImage(element.matrix, ["x", "y"])]!;
  if (!isShift(element)) return turn;
  const shift = `shift by ${showShift(element.shift)} of the period`;
  return turn === "identity" ? shift : `${turn}, then ${shift}`;
}

function showShift({ steps, of }: Shift): string {
  return `(${steps.map((step) => (step === 0 ? "0" : `${step}/${of}`)).join(", ")})`;
}
