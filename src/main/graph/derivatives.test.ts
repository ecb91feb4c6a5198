import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeOf, type TensorType } from "../../shared/tensor";
import { Builder } from "./builder";
import { evaluator } from "./evaluate";
import { grad } from "./grad";
import { gaussNewtonGram, gram } from "./gram";
import { hvp } from "./hvp";
import type { Value } from "./ir";
import { jacobianTimes, transposedJacobianTimes } from "./jacobian";
import { randomNetwork, smallNetworks, type SmallNetwork } from "./networks.testing";
import { Random } from "./ops/domains";
import { perSample } from "./perSample";

/*
 * What is promised by name, against dense Jacobians and Hessians made by differences.
 */

/** Fourth order in h: a remainder of h⁴ = 1e-12 times a fifth derivative, and 1e-16 / h of rounding. */
const STEP = 1e-3;
const DIFFERENCES = 1e-7;
/** Other orders of sums of some hundred doubles. */
const ROUNDING = 1e-11;

type Feeds = Map<Value, Float64Array>;

function noise(random: Random, { shape }: { shape: readonly number[] }): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, () => random.uniform(-0.8, 0.8));
}

function drawn(random: Random, values: readonly Value[]): Feeds {
  return new Map(values.map((value) => [value, noise(random, value)]));
}

/** Places for `count` of each value. */
function stacks(g: Builder, values: readonly Value[], count: number): Value[] {
  return values.map(({ dtype, shape }) => g.input("many", { dtype, shape: [count, ...shape] }));
}

function expectClose(actual: Float64Array, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  actual.forEach((x, i) => {
    const wrong = `element ${i}: ${x} is not ${expected[i]} within ${tolerance * scale}`;
    expect(Math.abs(x - expected[i]!) <= tolerance * scale, wrong).toBe(true);
  });
}

/** ∂ values / ∂ each number of `wrt` in order, a column each, by differences. */
function denseColumns(values: readonly Value[], wrt: readonly Value[], feeds: Feeds): number[][] {
  const value = evaluator(values);
  return wrt.flatMap((input) =>
    Array.from(feeds.get(input)!, (_, k) => {
      const at = (t: number): number[] => {
        const moved = feeds.get(input)!.slice();
        moved[k]! += t * STEP;
        return value(new Map([...feeds, [input, moved]])).flatMap((part) => [...part]);
      };
      const [two, one, minusOne, minusTwo] = [at(2), at(1), at(-1), at(-2)];
      return one.map((x, i) => (8 * (x - minusOne[i]!) - (two[i]! - minusTwo[i]!)) / (12 * STEP));
    }),
  );
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
}

/** Row i of all parts [count, …] of a stack, one after another. */
function rowsOf(parts: readonly Float64Array[], count: number): number[][] {
  return Array.from({ length: count }, (_, i) =>
    parts.flatMap((part) => {
      const size = part.length / count;
      return [...part.subarray(i * size, (i + 1) * size)];
    }),
  );
}

/** A squared error of one sample, and what it is made of. */
function withLoss({ g, x, prediction, parameters }: SmallNetwork) {
  const target = g.input("target", prediction);
  const error = g.sub(prediction, target);
  return { g, x, target, prediction, parameters, loss: g.mean(g.mul(error, error)) };
}

function matchesDense(network: SmallNetwork, seed: number): void {
  const { g, x, target, prediction, parameters, loss } = withLoss(network);
  const random = new Random(seed);
  const feeds = drawn(random, [x, target, ...parameters]);
  const jacobian = denseColumns([prediction], parameters, feeds);

  const directions = stacks(g, parameters, 3);
  const cotangents = stacks(g, [prediction], 2);
  for (const [value, data] of drawn(random, [...directions, ...cotangents])) feeds.set(value, data);
  const pushed = evaluator(jacobianTimes(g, [prediction], parameters, directions))(feeds);
  const v = rowsOf(
    directions.map((each) => feeds.get(each)!),
    3,
  );
  const outputs = sizeOf(prediction.shape);
  const forward = v.flatMap((direction) =>
    Array.from({ length: outputs }, (_, i) =>
      dot(
        direction,
        jacobian.map((column) => column[i]!),
      ),
    ),
  );
  expectClose(pushed[0]!, forward, DIFFERENCES);

  const pulled = evaluator(transposedJacobianTimes(g, [prediction], cotangents, parameters))(feeds);
  const backward = rowsOf([feeds.get(cotangents[0]!)!], 2).map((cotangent) =>
    jacobian.map((column) => dot(column, cotangent)),
  );
  expectClose(Float64Array.from(rowsOf(pulled, 2).flat()), backward.flat(), DIFFERENCES);

  const direction = parameters.map((p) => g.input("direction", p));
  for (const [value, data] of drawn(random, direction)) feeds.set(value, data);
  const curved = evaluator(hvp(g, loss, parameters, direction))(feeds);
  const hessian = denseColumns(grad(g, loss, parameters), parameters, feeds);
  const along = direction.flatMap((each) => [...feeds.get(each)!]);
  const product = hessian.map((_, i) =>
    dot(
      along,
      hessian.map((column) => column[i]!),
    ),
  );
  expectClose(Float64Array.from(curved.flatMap((part) => [...part])), product, DIFFERENCES);
}

describe.each(Object.entries(smallNetworks))("%s", (_, make) => {
  test("has J V, Jᵀ U and H v as its dense Jacobian and Hessian have them", () => {
    matchesDense(make(), 1);
  });

  test("has per-sample gradients and their products, also with another batch and in JᵀJ", () => {
    const { g, x, target, prediction, parameters, loss } = withLoss(make());
    const random = new Random(2);
    const weights = drawn(random, parameters);
    /** `count` samples, their gradients in the graph, and each one's by itself. */
    const batch = (count: number) => {
      const [xs, targets] = stacks(g, [x, target], count);
      const samples = new Map([
        [x, xs!],
        [target, targets!],
      ]);
      const given = drawn(random, [xs!, targets!]);
      const one = evaluator(grad(g, loss, parameters));
      const [states, wanted] = [
        rowsOf([given.get(xs!)!], count),
        rowsOf([given.get(targets!)!], count),
      ];
      const apart = states.map((state, i) =>
        one(
          new Map([
            ...weights,
            [x, Float64Array.from(state)],
            [target, Float64Array.from(wanted[i]!)],
          ]),
        ).flatMap((part) => [...part]),
      );
      const gradients = perSample(g, loss, parameters, samples, count);
      return { xs: xs!, given, apart, gradients, states };
    };
    const [a, b, metric] = [batch(3), batch(2), batch(2)];
    const feeds: Feeds = new Map([...weights, ...a.given, ...b.given, ...metric.given]);

    const evaluated = evaluator(a.gradients)(feeds);
    expectClose(Float64Array.from(rowsOf(evaluated, 3).flat()), a.apart.flat(), ROUNDING);

    const products = a.apart.flatMap((row) => b.apart.map((column) => dot(row, column)));
    expectClose(evaluator([gram(g, a.gradients, b.gradients)])(feeds)[0]!, products, ROUNDING);

    const jacobians = metric.states.map((state) =>
      denseColumns([prediction], parameters, new Map([...weights, [x, Float64Array.from(state)]])),
    );
    const outputs = sizeOf(prediction.shape);
    /** J a at all metric samples. */
    const pushed = (column: readonly number[]): number[] =>
      jacobians.flatMap((jacobian) =>
        Array.from({ length: outputs }, (_, i) =>
          dot(
            column,
            jacobian.map((each) => each[i]!),
          ),
        ),
      );
    const point = {
      output: prediction,
      wrt: parameters,
      samples: new Map([[x, metric.xs]]),
      size: 2,
    };
    const between = a.apart.flatMap((row) =>
      b.apart.map((column) => dot(pushed(row), pushed(column)) / (2 * outputs)),
    );
    const [matrix] = evaluator([gaussNewtonGram(g, point, a.gradients, b.gradients)])(feeds);
    expectClose(matrix!, between, DIFFERENCES);
    const [own] = evaluator([gaussNewtonGram(g, point, a.gradients)])(feeds);
    const self = a.apart.flatMap((row) =>
      a.apart.map((column) => dot(pushed(row), pushed(column)) / (2 * outputs)),
    );
    expectClose(own!, self, DIFFERENCES);
  });
});

test("random networks have J V, Jᵀ U and H v as their dense Jacobians and Hessians have them", () => {
  fc.assert(
    fc.property(fc.noBias(fc.nat()), (seed) => {
      matchesDense(randomNetwork(seed), seed);
    }),
    { seed: 20, numRuns: 12 },
  );
});

test("vectors that do not belong to the values are refused", () => {
  const g = new Builder();
  const type: TensorType = { dtype: "float64", shape: [2] };
  const x = g.input("x", type);
  expect(() => jacobianTimes(g, [x], [x], [])).toThrow("0 stacks of vectors for 1 values");
  expect(() => transposedJacobianTimes(g, [x], [g.input("u", type)], [x])).toThrow(
    "[2] is not 2 of [2]",
  );
});
