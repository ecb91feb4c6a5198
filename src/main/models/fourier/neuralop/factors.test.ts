import fc from "fast-check";
import { expect, test } from "vitest";
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../../../shared/tensor";
import { Builder } from "../../../graph/builder";
import { evaluator } from "../../../graph/evaluate";
import { factorisedAt, multipliedOut, type Factorised } from "./factors";

const seed = 20261122;
type Pair = readonly [number, number];

function tensor(shape: readonly number[], from: number): Tensor {
  // Any numbers that do not repeat.
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1 + from + i * 0.7));
  return fromFloat64("float64", shape, values);
}

function entry({ shape, data }: Tensor, index: readonly number[]): Pair {
  const at = index.reduce((sum, i, axis) => sum * shape[axis]! + i, 0);
  return [Number(data[2 * at]), Number(data[2 * at + 1])];
}

const times = ([a, b]: Pair, [c, d]: Pair): Pair => [a * c - b * d, a * d + b * c];
const plus = ([a, b]: Pair, [c, d]: Pair): Pair => [a + c, b + d];

/** Every index within the extents. */
function indices(extents: readonly number[]): number[][] {
  return extents.reduce<number[][]>(
    (all, extent) =>
      all.flatMap((index) => Array.from({ length: extent }, (_, i) => [...index, i])),
    [[]],
  );
}

/** One entry by the definition: the sum over all ranks. */
function byDefinition(
  weight: Factorised,
  tensors: ReadonlyMap<string, Tensor>,
  index: readonly number[],
): Pair {
  const of = (name: string, at: readonly number[]): Pair => entry(tensors.get(name)!, at);
  if (weight.kind === "dense") return of(weight.tensor, index);
  const shapes = weight.factors.map((name) => tensors.get(name)!.shape);
  const sum = (ranks: readonly number[], term: (r: readonly number[]) => Pair): Pair =>
    indices(ranks).map(term).reduce(plus, [0, 0]);
  const product = (first: Pair, factor: (i: number) => Pair): Pair =>
    index.reduce((whole, _, i) => times(whole, factor(i)), first);
  if (weight.kind === "tucker") {
    const ranks = shapes.map((shape) => shape[1]!);
    return sum(ranks, (r) =>
      product(of(weight.core, r), (i) => of(weight.factors[i]!, [index[i]!, r[i]!])),
    );
  }
  if (weight.kind === "cp") {
    return sum([shapes[0]![1]!], ([r]) =>
      product(of(weight.core, [r!]), (i) => of(weight.factors[i]!, [index[i]!, r!])),
    );
  }
  return sum(
    shapes.slice(0, -1).map((shape) => shape[2]!),
    (r) => product([1, 0], (i) => of(weight.factors[i]!, [r[i - 1] ?? 0, index[i]!, r[i] ?? 0])),
  );
}

const extents = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 });

function stored(
  kind: string,
  sizes: readonly number[],
  ranks: readonly number[],
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const add = (name: string, shape: readonly number[]): void => {
    tensors.set(`w.${name}`, tensor([...shape, 2], tensors.size));
  };
  if (kind === "dense") add("tensor", sizes);
  if (kind === "tucker") add("core", ranks);
  if (kind === "cp") add("weights", [ranks[0]!]);
  sizes.forEach((size, i) => {
    const rank = kind === "cp" ? ranks[0]! : ranks[i]!;
    const last = i === sizes.length - 1;
    if (kind === "tt") {
      add(`factors.factor_${i}`, [i === 0 ? 1 : ranks[i - 1]!, size, last ? 1 : rank]);
    } else if (kind !== "dense") add(`factors.factor_${i}`, [size, rank]);
  });
  return tensors;
}

test.each(["dense", "tucker", "cp", "tt"])(
  "%s is multiplied out to its definition, whole and one layer of a joint tensor",
  (kind) => {
    fc.assert(
      fc.property(extents, extents, fc.boolean(), (sizes, more, joint) => {
        const ranks = sizes.map((_, i) => more[i] ?? 2);
        const tensors = stored(kind, sizes, ranks);
        const weight = factorisedAt("w", new Set(tensors.keys()));
        expect(weight.kind).toBe(kind);
        const layer = joint ? sizes[0]! - 1 : null;
        const g = new Builder();
        const inputs = new Map(
          [...tensors].map(([name, { shape }]) => [
            name,
            g.input(name, { dtype: "float64", shape }, "parameter"),
          ]),
        );
        const value = multipliedOut(g, weight, (name) => inputs.get(name)!, layer);
        const feeds = [...inputs].map(
          ([name, input]) => [input, toFloat64(tensors.get(name)!)] as const,
        );
        const [data] = evaluator([value])(new Map(feeds));
        const found = fromFloat64("float64", value.shape, data!);
        const rest = joint ? sizes.slice(1) : sizes;
        expect(found.shape).toEqual([...rest, 2]);
        for (const index of indices(rest)) {
          const [re, im] = byDefinition(
            weight,
            tensors,
            layer === null ? index : [layer, ...index],
          );
          const [a, b] = entry(found, index);
          // Sums of at most 81 products of four numbers below 1, in float64.
          expect(Math.abs(a - re) + Math.abs(b - im)).toBeLessThan(1e-12);
        }
      }),
      { seed, numRuns: 40 },
    );
  },
);
