import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../../shared/random";
import { addInnerProducts, rowsOf } from "../innerProducts";
import type { GramBlock } from "./grams";
import { columnSet, excessOf, influenceWithin, meanMetric } from "./influence";

const options = { metric: "gauss-newton", ridge: 1e-3, energy: 0, unitColumns: false } as const;
const [n, p, outputs] = [4, 30, 25];

/** Gradients of two points and their tangents under a random Jacobian at `metricSamples` samples. */
function randomBlocks(seed: number, metricSamples = 1) {
  const random = randomFrom(seed);
  const points = [0, 1].map(() => normals(random, n * p));
  const jacobians = Array.from({ length: metricSamples }, () => normals(random, outputs * p));
  const products = (a: Float64Array, b: Float64Array): Float64Array => {
    const out = new Float64Array(n * n);
    addInnerProducts(out, rowsOf(a, n), rowsOf(b, n));
    return out;
  };
  const push = (columns: Float64Array, jacobian: Float64Array): Float64Array => {
    const out = new Float64Array(n * outputs);
    addInnerProducts(out, rowsOf(columns, n), rowsOf(jacobian, outputs));
    return out;
  };
  const block = (i: number, j: number): GramBlock => ({
    gram: products(points[i]!, points[j]!),
    metric: jacobians.map((jacobian) =>
      products(push(points[i]!, jacobian), push(points[j]!, jacobian)).map((v) => v / outputs),
    ),
  });
  return block;
}

describe("influence within a set of columns", () => {
  const block = randomBlocks(1);

  test("is the same for both orders of the roles, transposed", () => {
    const forth = influenceWithin(columnSet(n, 2, block, meanMetric), options)[0]![1]!;
    const back = influenceWithin(
      columnSet(n, 2, (i, j) => (i === j ? block(1 - i, 1 - j) : block(0, 1)), meanMetric),
      options,
    )[0]![1]!;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        expect(back.influence[j * n + i]).toBeCloseTo(forth.influence[i * n + j]!, 9);
      }
    }
    expect(back.selfX[2]).toBeCloseTo(forth.self[2]!, 9);
  });

  test("has a cosine of 1 on the diagonal for the identity", () => {
    const e = influenceWithin(columnSet(n, 1, block, meanMetric), options)[0]![0]!;
    const { cosine, influence, self } = e;
    for (let i = 0; i < n; i++) {
      expect(cosine[i * n + i]).toBeCloseTo(1, 12);
      expect(influence[i * n + i]).toBe(self[i]);
    }
  });

  test("is the Gram matrix in the identity metric, which needs no tangents", () => {
    const set = columnSet(n, 2, block, null);
    const [, one] = influenceWithin(set, { ...options, metric: "identity" })[0]!;
    expect(one!.influence).toEqual(block(1, 0).gram);
    expect(one!.energyKept).toEqual([1, 1]);
  });

  test("keeps all energy of kets and bras without a cut, and less with one", () => {
    const set = columnSet(n, 2, block, meanMetric);
    const [, whole] = influenceWithin(set, options)[0]!;
    expect(whole!.rank).toBe(2 * n);
    for (const kept of whole!.energyKept) expect(kept).toBeCloseTo(1, 12);
    const [, cut] = influenceWithin(set, { ...options, energy: 0.5 })[0]!;
    expect(cut!.rank).toBeLessThan(2 * n);
    for (const kept of cut!.energyKept) expect(kept).toBeLessThan(0.95);
  });

  test("of some samples is that of a batch that has only those", () => {
    const split = randomBlocks(2, n);
    const used = [0, 2, 3];
    const part = influenceWithin(
      columnSet(n, 2, split, (b) => meanMetric(b, used)),
      options,
      [options.ridge],
      used,
    )[0]![1]!;
    const restrict = (values: Float64Array): Float64Array =>
      Float64Array.from(used.flatMap((i) => used.map((j) => values[i * n + j]!)));
    const alone = influenceWithin(
      columnSet(
        3,
        2,
        (i, j) => ({
          gram: restrict(split(i, j).gram),
          metric: used.map((m) => restrict(split(i, j).metric[m]!)),
        }),
        meanMetric,
      ),
      options,
    )[0]![1]!;
    restrict(part.influence).forEach((value, k) => {
      expect(value).toBeCloseTo(alone.influence[k]!, 9);
    });
    expect(part.influence[1 * n + 2]).toBeNaN();
  });

  test("leaves a column that is not finite out, and is NaN there alone", () => {
    const broken = (i: number, j: number): GramBlock => {
      const { gram, metric } = block(i, j);
      // Sample 3 of the bras blew up: its products with everything are NaN.
      return {
        gram: gram.map((v, k) =>
          (i === 1 && Math.floor(k / n) === 3) || (j === 1 && k % n === 3) ? NaN : v,
        ),
        metric,
      };
    };
    const [, one] = influenceWithin(columnSet(n, 2, broken, meanMetric), options)[0]!;
    expect(one!.self[3]).toBeNaN();
    expect([...one!.cosine].filter(Number.isNaN)).toHaveLength(n);
    expect(one!.energyKept[1]).toBeCloseTo(1, 12);
  });
});

describe("excess", () => {
  // prettier-ignore
  const cosine = Float64Array.of(
    0.9, 0.8, 0.1,
    0.8, 0.7, 0.3,
    0.1, 0.2, NaN,
  );

  test("compares with other trajectories where there are any", () => {
    const values = excessOf(cosine, [0, 0, 1]);
    expect(values[0]).toBeCloseTo(0.8, 12);
    expect(values[1]).toBeCloseTo(0.4, 12);
    expect(values[2]).toBeNaN();
  });

  test("compares with other samples where there are none", () => {
    for (const trajectories of [
      [5, 5, 5],
      [null, null, null],
    ]) {
      expect(excessOf(cosine, trajectories)[0]).toBeCloseTo(0.9 - 0.45, 12);
    }
  });
});
