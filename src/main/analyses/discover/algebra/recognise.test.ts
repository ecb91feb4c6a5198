import { inverse, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../../../shared/random";
import { recognise } from "./recognise";
import { structureOf } from "./structure";

/** E_ij of n × n. */
function unit(n: number, i: number, j: number, value = 1): Matrix {
  const e = Matrix.zeros(n, n);
  e.set(i, j, value);
  return e;
}

function homogeneous(linear: Matrix): Matrix {
  const n = linear.rows;
  return Matrix.zeros(n + 1, n + 1).setSubMatrix(linear, 0, 0);
}

const pairs = (n: number): [number, number][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: i }, (_, j): [number, number] => [i, j]),
  ).flat();

/** Skew for the form with those signs: B⁻¹S. */
const orthogonal = (signs: readonly number[]): Matrix[] =>
  pairs(signs.length).map(([i, j]) =>
    homogeneous(unit(signs.length, i, j, signs[i]!).sub(unit(signs.length, j, i, signs[j]!))),
  );
const translations = (n: number): Matrix[] =>
  Array.from({ length: n }, (_, i) => unit(n + 1, i, n));
const matrices = (n: number): Matrix[] =>
  Array.from({ length: n * n }, (_, k) => homogeneous(unit(n, Math.floor(k / n), k % n)));
const traceless = (n: number): Matrix[] => [
  ...pairs(n).flatMap(([i, j]) => [homogeneous(unit(n, i, j)), homogeneous(unit(n, j, i))]),
  ...Array.from({ length: n - 1 }, (_, i) => homogeneous(unit(n, i, i).sub(unit(n, i + 1, i + 1)))),
];
const scaling = (n: number): Matrix => homogeneous(Matrix.eye(n));

/** u(n) on (q, p): real antisymmetric and imaginary symmetric matrices. */
function unitary(n: number, special: boolean): Matrix[] {
  const complex = (re: Matrix, im: Matrix): Matrix => {
    const m = Matrix.zeros(2 * n, 2 * n);
    m.setSubMatrix(re, 0, 0).setSubMatrix(re, n, n);
    m.setSubMatrix(Matrix.mul(im, -1), 0, n).setSubMatrix(im, n, 0);
    return homogeneous(m);
  };
  const none = Matrix.zeros(n, n);
  const all = [
    ...pairs(n).map(([i, j]) => complex(unit(n, i, j).sub(unit(n, j, i)), none)),
    ...pairs(n).map(([i, j]) => complex(none, unit(n, i, j).add(unit(n, j, i)))),
    ...Array.from({ length: n - 1 }, (_, i) =>
      complex(none, unit(n, i, i).sub(unit(n, i + 1, i + 1))),
    ),
  ];
  return special ? all : [...all, complex(none, Matrix.eye(n))];
}

/** The same motions in skewed and shifted coordinates, and mixed among each other. */
function disguised(motions: readonly Matrix[], seed: number): Matrix[] {
  const n = motions[0]!.rows;
  const random = normals(randomFrom(seed), n * n + motions.length ** 2);
  const change = Matrix.eye(n);
  for (let i = 0; i < n - 1; i++) {
    for (let j = 0; j < n; j++) change.set(i, j, change.get(i, j) + 0.3 * random[i * n + j]!);
  }
  const back = inverse(change);
  const moved = motions.map((m) => change.mmul(m).mmul(back));
  return motions.map((_, a) => {
    const sum = Matrix.zeros(n, n);
    moved.forEach((m, b) => {
      const weight = 0.4 * random[n * n + a * motions.length + b]! + Number(a === b);
      sum.add(Matrix.mul(m, weight));
    });
    return sum;
  });
}

/** Of events (t, x): rotations, boosts x += v t, translations of space and time. */
function galilean(n: number): Matrix[] {
  return [
    ...pairs(n).map(([i, j]) =>
      homogeneous(unit(n + 1, i + 1, j + 1).sub(unit(n + 1, j + 1, i + 1))),
    ),
    ...Array.from({ length: n }, (_, i) => homogeneous(unit(n + 1, i + 1, 0))),
    ...translations(n + 1),
  ];
}

/** By any affine function, along the last k of c directions. */
function everyMotionAlong(c: number, k: number): Matrix[] {
  return Array.from({ length: k * (c + 1) }, (_, at) =>
    unit(c + 1, c - 1 - Math.floor(at / (c + 1)), at % (c + 1)),
  );
}

/** The linear part with further directions that stay. */
function wider(m: Matrix, by: number): Matrix {
  const c = m.rows - 1;
  return Matrix.zeros(c + by, c + by).setSubMatrix(m.subMatrix(0, c - 1, 0, c - 1), 0, 0);
}

const cases: [string, Matrix[]][] = [
  ["so(2)", orthogonal([1, 1])],
  ["so(1,1)", orthogonal([1, -1])],
  ["so(3)", orthogonal([1, 1, 1])],
  ["so(4)", orthogonal([1, 1, 1, 1])],
  ["so(5)", orthogonal([1, 1, 1, 1, 1])],
  ["sl(2)", traceless(2)],
  ["sl(3)", traceless(3)],
  ["gl(2)", matrices(2)],
  ["gl(3)", matrices(3)],
  ["so(3,1)", orthogonal([-1, 1, 1, 1])],
  ["se(2)", [...orthogonal([1, 1]), ...translations(2)]],
  ["se(3)", [...orthogonal([1, 1, 1]), ...translations(3)]],
  ["sim(2)", [...orthogonal([1, 1]), ...translations(2), scaling(2)]],
  ["sim(3)", [...orthogonal([1, 1, 1]), ...translations(3), scaling(3)]],
  ["aff(2)", [...matrices(2), ...translations(2)]],
  ["iso(1,1)", [...orthogonal([1, -1]), ...translations(2)]],
  ["iso(3,1)", [...orthogonal([-1, 1, 1, 1]), ...translations(4)]],
  ["u(2)", unitary(2, false)],
  ["u(3)", unitary(3, false)],
  ["su(2)", unitary(2, true)],
  ["su(3)", unitary(3, true)],
  ["translations(3)", translations(3)],
  ["scalings", [scaling(3)]],
  ["so(3) ⊕ scalings", [...orthogonal([1, 1, 1]), scaling(3)]],
  ["so(2,1)", orthogonal([-1, 1, 1])],
  ["so(2,2)", orthogonal([-1, -1, 1, 1])],
  ["galilei(2)", galilean(2)],
  ["galilei(3)", galilean(3)],
  ["Heisenberg", [unit(3, 0, 1), unit(3, 0, 2), unit(3, 1, 2)]],
  ["scalings(2)", [homogeneous(unit(3, 0, 0)), homogeneous(unit(3, 1, 1))]],
  ["1 ignored direction", everyMotionAlong(3, 1)],
  ["2 ignored directions", everyMotionAlong(4, 2)],
  [
    "so(3) beside 1 ignored direction",
    [...orthogonal([1, 1, 1]).map((m) => homogeneous(wider(m, 1))), ...everyMotionAlong(4, 1)],
  ],
  ["se(2) ⊕ translations(1)", [...orthogonal([1, 1, 1]).slice(0, 1), ...translations(3)]],
];

describe("an algebra is recognised", () => {
  test.each(cases)("%s, also in skewed, shifted and mixed coordinates", (name, motions) => {
    expect(recognise(motions, 1e-12)).toMatchObject({ name });
    for (const seed of [1, 2]) {
      const { name: found, closure } = recognise(disguised(motions, seed), 1e-12);
      expect(found).toBe(name);
      // Products of matrices with entries of order one.
      expect(closure).toBeLessThan(1e-12);
    }
  });

  test("by the table of dimension, derived algebra, centre and Killing form", () => {
    const invariants = (motions: Matrix[]) => {
      const { dimension, derived, centre, killing } = structureOf(motions, 1e-6);
      const { plus, minus, zero } = killing;
      return [dimension, derived.length, centre.length, plus, minus, zero];
    };
    const of = (name: string) => cases.find(([one]) => one === name)![1];
    expect(invariants(of("so(2)"))).toEqual([1, 0, 1, 0, 0, 1]);
    expect(invariants(of("so(3)"))).toEqual([3, 3, 0, 0, 3, 0]);
    expect(invariants(of("sl(2)"))).toEqual([3, 3, 0, 2, 1, 0]);
    expect(invariants(of("se(2)"))).toEqual([3, 2, 0, 0, 1, 2]);
    expect(invariants(of("se(3)"))).toEqual([6, 6, 0, 0, 3, 3]);
    expect(invariants(of("so(3,1)"))).toEqual([6, 6, 0, 3, 3, 0]);
    expect(invariants(of("u(2)"))).toEqual([4, 3, 1, 0, 3, 1]);
    expect(invariants(of("u(3)"))).toEqual([9, 8, 1, 0, 8, 1]);
  });

  test("with the form that it keeps and the point that it leaves", () => {
    const minkowski = recognise(orthogonal([-1, 1, 1, 1]), 1e-12);
    expect(minkowski.form).toMatchObject({
      signature: { plus: 3, minus: 1 },
      support: 4,
      count: 1,
    });
    expect(minkowski.form!.angle).toBeLessThan(1e-7);
    expect(minkowski.form!.matrix.get(0, 0)).toBeCloseTo(-1, 10);
    const about = Matrix.eye(3);
    about.set(0, 2, 2);
    about.set(1, 2, -1);
    const turn = about.mmul(orthogonal([1, 1])[0]!).mmul(inverse(about));
    const found = recognise([turn], 1e-12);
    expect(found.fixedPoint![0]).toBeCloseTo(2, 10);
    expect(found.fixedPoint![1]).toBeCloseTo(-1, 10);
  });

  test("with a word on translations, which keep no form", () => {
    const se2 = [...orthogonal([1, 1]), ...translations(2)];
    expect(recognise(se2, 0)).toMatchObject({ shifts: true, fixedPoint: null });
    expect(recognise(orthogonal([1, 1]), 0)).toMatchObject({ shifts: false });
  });

  test("also where its centre has many equal eigenvalues in rotated coordinates", () => {
    // The complex structure alone, three pairs ±i: ml-matrix's iteration does not end on some of these.
    const structure = unitary(3, false).at(-1)!;
    for (let seed = 1; seed <= 20; seed++) {
      const [found] = disguised([structure], seed);
      expect(recognise([found!], 1e-12)).toMatchObject({
        name: "so(2)",
        words: "a rotation in 3 planes at once",
      });
    }
  });

  test("in words that tell weights, speeds and what is ignored", () => {
    const weights = Matrix.diag([2, -4, -2]);
    expect(recognise([homogeneous(weights)], 1e-12)).toMatchObject({
      name: "scalings",
      words: "a scaling with the weights −1 : 1 : 2",
    });
    const turns = Matrix.sub(unit(4, 0, 1), unit(4, 1, 0)).add(
      Matrix.sub(unit(4, 2, 3, 3), unit(4, 3, 2, 3)),
    );
    expect(recognise([homogeneous(turns)], 1e-12).words).toBe(
      "a rotation in 2 planes at once, with the speeds 1 : 3",
    );
    expect(recognise(everyMotionAlong(3, 1), 1e-12).words).toBe(
      "every motion along (0, 0, 1), a direction on which the map does not depend",
    );
  });

  test("a rotation that goes along its axis is a screw, and about another point it is not", () => {
    const turn = Matrix.sub(unit(3, 1, 0), unit(3, 0, 1));
    const shifted = (x: number, y: number, z: number): Matrix => {
      const one = homogeneous(turn);
      [x, y, z].forEach((value, i) => one.set(i, 3, value));
      return one;
    };
    for (let seed = 1; seed <= 5; seed++) {
      const of = (one: Matrix) => recognise(disguised([one], seed), 1e-12);
      expect(of(shifted(0, 0, 0.5))).toMatchObject({
        name: "R",
        words: "a screw, a rotation together with a translation along what it leaves in place",
      });
      expect(of(shifted(3, -40, 0))).toMatchObject({ name: "so(2)", words: "a rotation" });
    }
    const growing = homogeneous(Matrix.diag([1, 1, 0]));
    growing.set(2, 3, 1);
    expect(recognise([growing], 1e-12)).toMatchObject({
      name: "R",
      words: "a scaling together with a translation along what it leaves in place",
    });
  });

  test("and a translation with a trace of rounding has no point that stays far away", () => {
    const shift = unit(3, 0, 2);
    shift.set(0, 1, 1e-7);
    shift.set(1, 0, -1e-7);
    expect(recognise([shift], 1e-6).fixedPoint).toBeNull();
  });

  test("not where the motions are none: they do not close", () => {
    const { name, words, closure } = recognise(orthogonal([1, 1, 1]).slice(0, 2), 1e-12);
    expect(name).toBeNull();
    expect(closure).toBeGreaterThan(0.3);
    expect(words).toContain("do not close");
  });
});
