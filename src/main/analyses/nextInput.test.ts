import { describe, expect, test } from "vitest";
import { equivariance as definition } from "../../shared/analyses/equivariance";
import { defaultsOf } from "../../shared/parameters";
import { toFloat64, type Tensor } from "../../shared/tensor";
import type { Feeding, StatesContext } from "./context";
import { equivariance } from "./equivariance";
import { nextInput } from "./nextInput";
import { contextOf, never, networkOf, randomTensor } from "./testing";

const tensor = (shape: number[], data: readonly number[]): Tensor => ({
  dtype: "float64",
  shape,
  data: Float64Array.from(data),
});

/** A condition that stays, and the time: 5 at the start of sample 0, 6 of sample 1, one more each step. */
const feeding: Feeding = {
  history: 2,
  channelAxis: 1,
  conditions: ["nu", "t"],
  samples: [0, 1].map((index) => ({ index, trajectory: index, time: 0 })),
  told: (position, steps) => [0.5, 5 + position + steps],
};

describe("the next input", () => {
  // Two samples of two states of one channel on two points, then nu and t.
  const inputs = tensor([2, 4, 2], [1, 2, 3, 4, 0.5, 0.5, 5, 5, 11, 12, 13, 14, 0.5, 0.5, 6, 6]);
  const next = nextInput([4, 2], [1, 2], feeding, 3)!;

  test("has lost its earliest state, ends with the prediction, and is told what holds then", () => {
    const made = next.after(inputs, Float64Array.of(7, 8, 17, 18), [0, 1], 1);
    expect(made.shape).toEqual([2, 4, 2]);
    expect([...toFloat64(made)]).toEqual([
      ...[3, 4, 7, 8, 0.5, 0.5, 6, 6],
      ...[13, 14, 17, 18, 0.5, 0.5, 7, 7],
    ]);
    expect([...toFloat64(next.lastState(inputs))]).toEqual([3, 4, 13, 14]);
  });

  test("of particles shifts the numbers of each, whose channels are the last axis", () => {
    const of = { ...feeding, channelAxis: 2, conditions: ["nu"], told: () => [9] };
    const particles = tensor([1, 2, 3], [1, 2, 9, 3, 4, 9]);
    const follow = nextInput([2, 3], [2, 1], of, 2)!;
    const made = follow.after(particles, Float64Array.of(5, 6), [0], 1);
    expect([...toFloat64(made)]).toEqual([2, 5, 9, 4, 6, 9]);
    expect([...toFloat64(follow.lastState(particles))]).toEqual([2, 4]);
  });

  test("is the prediction itself where that is a whole input", () => {
    const same = nextInput([4, 2], [4, 2], undefined, 9)!;
    expect(same.after(inputs, toFloat64(inputs), [0, 1], 1)).toEqual(inputs);
    expect(same.lastState(inputs)).toBe(inputs);
  });

  test("is not there where channels or points are others than a history and conditions make", () => {
    expect(nextInput([4, 2], [2, 2], feeding, 1)).toBeNull();
    expect(nextInput([4, 2], [1, 3], feeding, 1)).toBeNull();
    expect(nextInput([4, 2], [1, 2], undefined, 1)).toBeNull();
    expect(nextInput([2, 2], [1, 2], { ...feeding, conditions: [] }, 1)).not.toBeNull();
  });

  test("is refused where nothing says what it would be told, and only if it is come to", () => {
    const ending: Feeding = {
      ...feeding,
      told: (position, steps) => [0.5, position + steps > 2 ? NaN : 0],
    };
    expect(nextInput([4, 2], [1, 2], ending, 2)).not.toBeNull();
    expect(() => nextInput([4, 2], [1, 2], ending, 3)).toThrow(
      "Nothing says what t is 2 steps after trajectory 1, time 0, where the data end.",
    );
  });
});

describe("a rollout of a linear network that looks back and is told the time", () => {
  const alpha = 0.5;
  /** f(u₁, u₂, ν, t) = u₂ + α u₁ + t b, where the field b moves with nothing. */
  const b = randomTensor([1, 4, 4], 9);
  const channel = (at: number) => [{ axis: 1, start: at, end: at + 1 }];
  const model = networkOf([4, 4, 4], { b }, (g, x, p) =>
    g.add(
      g.add(g.slice(x, channel(1)), g.mul(g.slice(x, channel(0)), alpha)),
      g.mul(g.slice(x, channel(3)), p.b!),
    ),
  );
  const states = toFloat64(randomTensor([2, 2, 16], 3));
  const input = tensor(
    [2, 4, 4, 4],
    [0, 1].flatMap((i) => [
      ...states.subarray(32 * i, 32 * (i + 1)),
      ...Array.from({ length: 16 }, () => 0.5),
      ...Array.from({ length: 16 }, () => 5 + i),
    ]),
  );
  const context: StatesContext = {
    ...contextOf({ model, input, target: randomTensor([2, 1, 4, 4], 4), fields: "scalar:u_1,scalar:u_2,scalar:nu,scalar:t" }), // prettier-ignore
    outputFields: [{ name: "u", kind: "scalar", channels: [0] }],
    target: null,
    feeding,
  };
  const turned = (u: Float64Array): Float64Array => u.map((_, k) => u[15 - k]!);
  const at = context.elements.findIndex(({ id }) => id === "r2");
  const norm = (u: Float64Array): number => Math.hypot(...u);

  /** fᵏ(x), and the error that obeys e₊ = e + α e₋ + t (b − g·b), as both are by hand. */
  function byHand(i: number, steps: number) {
    const field = toFloat64(b);
    let [before, now] = [0, 1].map((k) => states.slice(32 * i + 16 * k, 32 * i + 16 * (k + 1)));
    let [e, eBefore] = [new Float64Array(16), new Float64Array(16)];
    return Array.from({ length: steps }, (_, k) => {
      const t = 5 + i + k;
      const next = now!.map((value, j) => value + alpha * before![j]! + t * field[j]!);
      const error = e.map((v, j) => v + alpha * eBefore[j]! + t * (field[j]! - turned(field)[j]!));
      const change = norm(next.map((value, j) => value - now![j]!));
      [before, now, eBefore, e] = [now, next, e, error];
      return { output: norm(next), error: norm(error), change };
    });
  }

  test.each(["output", "change"] as const)(
    "has the errors of its recursion, relative to the %s",
    async (relative) => {
      // prettier-ignore
      const params = {
      ...defaultsOf(definition.parameters),
      ...{ steps: 4, "relative-to": relative, verify: 3 },
    };
      const made = await equivariance.compute(context, params, () => undefined, never);
      const errors = toFloat64(made.arrays.equivariance_error!.tensor);
      for (const i of [0, 1]) {
        byHand(i, 4).forEach((step, k) => {
          // The executor is float64; both are sums of a few terms.
          expect(errors[(at * 2 + i) * 4 + k]).toBeCloseTo(step.error / step[relative], 12);
        });
      }
      expect(made.summary.verified).toMatchObject({ largest: 0 });
    },
  );
});
