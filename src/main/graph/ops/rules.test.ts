import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFloat, showType, sizeOf } from "../../../shared/tensor";
import { Builder } from "../builder";
import { evaluator } from "../evaluate";
import { vjp } from "../grad";
import type { Value } from "../ir";
import { jvp, pushedByTransposition } from "../jvp";
import { vmap } from "../vmap";
import { domains, Random, type Case } from "./domains";
import { ops, ruleOf, type OpName } from ".";

/*
 * The law of every operator, on random shapes, attributes and broadcasts from its domain.
 */

/**
 * Central differences of order four with step h: the remainder is of order h⁴ = 1e-12 times a fifth derivative,
 * which the domains keep below 1e4; rounding contributes 1e-16 / h = 1e-13 times the size of the function.
 */
const STEP = 1e-3;
const DIFFERENCES = 1e-7;
/** Two ways to one sum of at most some hundred products of doubles. */
const ROUNDING = 1e-11;

const names = Object.keys(ops) as OpName[];
const differentiable = names.filter((name) => ruleOf(name).vjp !== undefined);

/** Many random cases of an operator; a failure names the seed that draws it again. */
function forCases(name: OpName, runs: number, check: (call: Case, random: Random) => void): void {
  fc.assert(
    fc.property(fc.noBias(fc.nat()), (seed) => {
      const random = new Random(seed);
      check(domains[name](random), random);
    }),
    { seed: 20, numRuns: runs },
  );
}

/** An operator in a graph of its own, with places for its elements. */
function built(name: OpName, { inputs, attrs }: Case) {
  const g = new Builder();
  const values = inputs.map((type, i) => g.input(`x${i}`, type));
  const outputs = g.node(name, values, attrs);
  return {
    g,
    inputs: values,
    outputs,
    floats: values.filter(({ dtype }) => isFloat(dtype)),
    results: outputs.filter(({ dtype }) => isFloat(dtype)),
  };
}

function drawn({ inputs }: Case, values: readonly Value[], random: Random) {
  return new Map(values.map((value, i) => [value, elements(inputs[i]!, random)]));
}

function elements({ draw, shape }: Case["inputs"][number], random: Random): Float64Array {
  return Float64Array.from(draw(random, sizeOf(shape)));
}

function direction(random: Random, { shape }: { shape: readonly number[] }): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}

function close(actual: number, expected: number, tolerance: number, what: string): void {
  const bound = tolerance * Math.max(1, Math.abs(actual), Math.abs(expected));
  const wrong = `${what}: ${actual} is not ${expected} within ${bound}`;
  expect(Math.abs(actual - expected) <= bound, wrong).toBe(true);
}

/** Σ ⟨weight, output⟩ along x + t·v by differences, against ⟨Jᵀ weight, v⟩ from the graph. */
function matchesDifferences(
  g: Builder,
  outputs: readonly Value[],
  inputs: readonly Value[],
  feeds: ReadonlyMap<Value, Float64Array>,
  random: Random,
): void {
  const weights = outputs.map((output) => g.input("weight", output));
  const given = new Map([...feeds, ...weights.map((w) => [w, direction(random, w)] as const)]);
  const value = evaluator(outputs);
  const pulled = evaluator(vjp(g, outputs, weights, inputs))(given);
  inputs.forEach((input, i) => {
    const v = direction(random, input);
    const along = (t: number): number => {
      const moved = given.get(input)!.map((x, k) => x + t * STEP * v[k]!);
      return value(new Map([...given, [input, moved]])).reduce(
        (sum, result, k) => sum + dot(given.get(weights[k]!)!, result),
        0,
      );
    };
    const slope = (8 * (along(1) - along(-1)) - (along(2) - along(-2))) / (12 * STEP);
    close(dot(pulled[i]!, v), slope, DIFFERENCES, `input ${i} of ${inputs.map(showType).join()}`);
  });
}

describe.each(names)("%s", (name) => {
  test("infers what its kernel makes, and the graph evaluates to it", () => {
    forCases(name, 40, (call, random) => {
      const { inputs, outputs } = built(name, call);
      const feeds = drawn(call, inputs, random);
      const numbers = inputs.map((x) => ({ dtype: x.dtype, shape: x.shape, data: feeds.get(x)! }));
      const types = ruleOf(name).infer(numbers, call.attrs);
      const arrays = ruleOf(name).kernel(numbers, call.attrs, types);
      expect(outputs.map(showType)).toEqual(types.map(showType));
      expect(arrays.map((array) => array.length)).toEqual(types.map(({ shape }) => sizeOf(shape)));
      evaluator(outputs)(feeds).forEach((array, i) => expect(array).toEqual(arrays[i]));
    });
  });

  test("over one more axis is every sample by itself", () => {
    forCases(name, 100, (call, random) => {
      const size = random.whole(1, 3);
      const { g, inputs, outputs } = built(name, call);
      const samples = Array.from({ length: size }, () => drawn(call, inputs, random));
      for (let mask = 1; mask < 2 ** inputs.length; mask++) {
        const feeds = new Map<Value, Float64Array>();
        const batched = new Map<Value, Value>();
        inputs.forEach((input, i) => {
          if ((mask & (1 << i)) === 0) {
            for (const sample of samples) sample.set(input, samples[0]!.get(input)!);
            feeds.set(input, samples[0]!.get(input)!);
            return;
          }
          const many = g.input("many", { dtype: input.dtype, shape: [size, ...input.shape] });
          batched.set(input, many);
          feeds.set(many, Float64Array.from(samples.flatMap((sample) => [...sample.get(input)!])));
        });
        const together = evaluator(vmap(g, outputs, batched, size))(feeds);
        const single = samples.map(evaluator(outputs));
        outputs.forEach((_, k) => {
          const stacked = single.flatMap((results) => [...results[k]!]);
          expect(together[k]!.length).toBe(stacked.length);
          together[k]!.forEach((x, i) => {
            if (!Object.is(x, stacked[i])) close(x, stacked[i]!, ROUNDING, `inputs ${mask}`);
          });
        });
      }
    });
  });
});

describe.each(differentiable)("%s", (name) => {
  test("vjp matches central differences", () => {
    forCases(name, 60, (call, random) => {
      const { g, inputs, floats, results } = built(name, call);
      matchesDifferences(g, results, floats, drawn(call, inputs, random), random);
    });
  });

  test("the vjp of its vjp matches central differences", () => {
    forCases(name, 15, (call, random) => {
      const { g, inputs, floats, results } = built(name, call);
      const cotangents = results.map((result) => g.input("cotangent", result));
      const pulled = vjp(g, results, cotangents, floats);
      const feeds = drawn(call, inputs, random);
      for (const cotangent of cotangents) feeds.set(cotangent, direction(random, cotangent));
      matchesDifferences(g, pulled, [...floats, ...cotangents], feeds, random);
    });
  });

  test("its Hessian is symmetric: the jvp of its vjp is the vjp of its vjp", () => {
    forCases(name, 15, (call, random) => {
      const { g, inputs, floats, results } = built(name, call);
      const cotangents = results.map((result) => g.input("cotangent", result));
      const directions = floats.map((x) => g.input("direction", x));
      const feeds = drawn(call, inputs, random);
      for (const each of [...cotangents, ...directions]) feeds.set(each, direction(random, each));
      const pulled = vjp(g, results, cotangents, floats);
      const forward = jvp(g, pulled, floats, directions);
      const reverse = vjp(g, pulled, directions, floats);
      const [columns, rows] = [evaluator(forward)(feeds), evaluator(reverse)(feeds)];
      columns.forEach((column, i) => {
        column.forEach((x, k) => close(x, rows[i]![k]!, ROUNDING, `input ${i}, element ${k}`));
      });
    });
  });

  test("jvp is the transpose of vjp, and the double transpose the same", () => {
    forCases(name, 60, (call, random) => {
      const { g, inputs, floats, results } = built(name, call);
      const feeds = drawn(call, inputs, random);
      // Some inputs stand still: rules see null for them.
      const moving = floats.filter((_, i) => i === 0 || random.chance(0.7));
      const tangents = moving.map((x) => g.input("tangent", x));
      const cotangents = results.map((y) => g.input("cotangent", y));
      for (const x of [...tangents, ...cotangents]) feeds.set(x, direction(random, x));
      const pushed = jvp(g, results, moving, tangents);
      const pulled = vjp(g, results, cotangents, moving);
      const evaluated = evaluator([...pushed, ...pulled])(feeds);
      const left = results.map((_, i) => dot(evaluated[i]!, feeds.get(cotangents[i]!)!));
      const right = moving.map((_, i) =>
        dot(evaluated[results.length + i]!, feeds.get(tangents[i]!)!),
      );
      close(total(left), total(right), ROUNDING, "⟨Jv, w⟩ and ⟨v, Jᵀw⟩");

      const source = results[0]?.source;
      if (source?.kind !== "node" || source.node.op !== name) return;
      const given = inputs.map((x) => tangents[moving.indexOf(x)] ?? null);
      const twice = pushedByTransposition(g, source.node, given);
      const [transposed] = evaluator([twice[0]!])(feeds);
      transposed!.forEach((x, i) => close(x, evaluated[0]![i]!, ROUNDING, `element ${i}`));
    });
  });
});

function total(terms: readonly number[]): number {
  return terms.reduce((sum, term) => sum + term, 0);
}
