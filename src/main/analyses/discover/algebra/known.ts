/**
 * Lie algebras without centre that are known by name, each with what tells it from the others: dimension, dimension of
 * the derived algebra, signature of the Killing form. Simple ones are the classical real forms (Helgason 1978,
 * chapter X); the inhomogeneous ones add the translations of the space that they act on.
 */
import type { Signature } from "./structure";

export interface Known {
  readonly name: string;
  readonly words: string;
  readonly dimension: number;
  readonly derived: number;
  readonly killing: Signature;
  /** Real dimension of the space that it usually acts on, translations not counted. */
  readonly acts: number;
}

const LARGEST = 12;

function simple(name: string, words: string, dimension: number, plus: number, acts: number): Known {
  const killing = { plus, minus: dimension - plus, zero: 0 };
  return { name, words, dimension, derived: dimension, killing, acts };
}

/** p + q ≤ LARGEST, p ≥ q. */
function indices(least: number): [number, number][] {
  return Array.from({ length: LARGEST - least + 1 }, (_, k) => k + least).flatMap((n) =>
    Array.from({ length: Math.floor(n / 2) + 1 }, (_, q): [number, number] => [n - q, q]),
  );
}

const space = (n: number): string => (n === 2 ? "the plane" : n === 3 ? "space" : `R${n}`);

const orthogonal = indices(3)
  // so(4) and so(2, 2) are not simple.
  .filter(([p, q]) => p + q !== 4 || q !== 2)
  .filter(([p, q]) => !(p === 4 && q === 0))
  .map(([p, q]) => {
    const n = p + q;
    const name = q === 0 ? `so(${n})` : `so(${p},${q})`;
    const words =
      q === 0
        ? `rotations of ${space(n)}`
        : q === 1 && p <= 3
          ? `Lorentz transformations${p === 2 ? " in two dimensions of space" : ""}`
          : `motions that keep a form with ${p} signs and ${q} of the other`;
    return simple(name, words, (n * (n - 1)) / 2, p * q, n);
  });

const unitary = indices(2)
  // su(1, 1) is sl(2).
  .filter(([p, q]) => p + q > 2 || q === 0)
  .map(([p, q]) => {
    const n = p + q;
    const name = q === 0 ? `su(${n})` : `su(${p},${q})`;
    return simple(name, `special unitary transformations of C${n}`, n ** 2 - 1, 2 * p * q, 2 * n);
  });

const linear = Array.from({ length: 6 }, (_, k) => k + 2).map((n) =>
  simple(
    `sl(${n})`,
    `linear maps of ${space(n)} that keep volumes`,
    n ** 2 - 1,
    (n * (n + 1)) / 2 - 1,
    n,
  ),
);

const symplectic = [2, 3, 4].map((n) =>
  simple(
    `sp(${2 * n})`,
    `linear canonical transformations of ${n} positions and momenta`,
    n * (2 * n + 1),
    n * (n + 1),
    2 * n,
  ),
);

/** Motions of a space with a linear algebra h and all translations; `grows` where scalings are among h. */
function inhomogeneous(
  name: string,
  words: string,
  n: number,
  linearPart: { readonly plus: number; readonly minus: number; readonly perfect: number },
): Known {
  const { plus, minus, perfect } = linearPart;
  return {
    name,
    words,
    dimension: plus + minus + n,
    derived: perfect + n,
    killing: { plus, minus, zero: n },
    acts: n,
  };
}

const moving = [2, 3, 4, 5, 6].flatMap((n) => {
  const turns = (n * (n - 1)) / 2;
  // Rotations of a plane commute with each other: no bracket gives them back.
  const perfect = n === 2 ? 0 : turns;
  return [
    inhomogeneous(`se(${n})`, `rotations and translations of ${space(n)}`, n, {
      plus: 0,
      minus: turns,
      perfect,
    }),
    inhomogeneous(`sim(${n})`, `rotations, translations and scalings of ${space(n)}`, n, {
      plus: 1,
      minus: turns,
      perfect,
    }),
    inhomogeneous(`aff(${n})`, `all affine maps of ${space(n)}`, n, {
      plus: (n * (n + 1)) / 2,
      minus: turns,
      perfect: n ** 2 - 1,
    }),
    inhomogeneous(`sl(${n})⋉R${n}`, `affine maps of ${space(n)} that keep volumes`, n, {
      plus: (n * (n + 1)) / 2 - 1,
      minus: turns,
      perfect: n ** 2 - 1,
    }),
    ...Array.from({ length: Math.floor(n / 2) }, (_, k) => k + 1).map((q) => {
      const p = n - q;
      const boosts = p * q;
      return inhomogeneous(
        `iso(${p},${q})`,
        p === 3 && q === 1
          ? "Poincaré transformations: Lorentz transformations and translations"
          : `translations and motions that keep a form with ${p} signs and ${q} of the other`,
        n,
        { plus: boosts, minus: turns - boosts, perfect: n === 2 ? 0 : turns },
      );
    }),
  ];
});

/** Rotations, boosts and translations of n-dimensional space and of time, acting on events (t, x). */
const galilean = [2, 3].map((n): Known => {
  const turns = (n * (n - 1)) / 2;
  return {
    name: `galilei(${n})`,
    words: `Galilei transformations: rotations, boosts and translations of ${space(n)} and of time`,
    dimension: turns + 2 * n + 1,
    derived: 2 * n + (n === 2 ? 0 : turns),
    killing: { plus: 0, minus: turns, zero: 2 * n + 1 },
    acts: n + 1,
  };
});

const growing: Known = inhomogeneous("aff(1)", "scalings and translations along a line", 1, {
  plus: 1,
  minus: 0,
  perfect: 0,
});

export const known: readonly Known[] = [
  // Where nothing tells them apart, so(3) and sl(2) rather than su(2) and so(2,1), which they are too.
  ...orthogonal.filter(({ name }) => name !== "so(2,1)"),
  ...linear,
  ...orthogonal.filter(({ name }) => name === "so(2,1)"),
  ...unitary,
  ...symplectic,
  ...moving,
  ...galilean,
  growing,
];

/**
 * The known algebra with these invariants; of several the one that usually acts on as many dimensions.
 * @param acts dimensions that the linear parts move
 */
export function lookUp(
  dimension: number,
  derived: number,
  killing: Signature,
  acts: number,
): Known | undefined {
  const fitting = known.filter(
    (one) =>
      one.dimension === dimension &&
      one.derived === derived &&
      one.killing.plus === killing.plus &&
      one.killing.minus === killing.minus &&
      one.killing.zero === killing.zero,
  );
  return fitting.find((one) => one.acts === acts) ?? fitting[0];
}
