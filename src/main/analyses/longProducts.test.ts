import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { randomFrom } from "../../shared/random";
import type { Executor } from "../runtime/executor";
import { createOnnxRuntimeExecutor } from "../runtime/onnxruntime/executor";
import { addInnerProducts, type Rows } from "./innerProducts";
import { LongProducts } from "./longProducts";

const native = createOnnxRuntimeExecutor({ threads: 1 });
let compiled = 0;
const executor: Executor = {
  ...native,
  compile(graph, options) {
    compiled++;
    return native.compile(graph, options);
  },
};
afterAll(() => native.dispose());

/** `count` rows of `length`, some elements apart and from the start. */
function rowsOf(seed: number, count: number, length: number, gap: number): Rows {
  const random = randomFrom(seed);
  const stride = length + gap;
  const data = Float32Array.from({ length: gap + count * stride }, () => random() - 0.5);
  return { data, count, stride, start: gap, length };
}

test("are those of the loops, of pieces and of what is left of them, also where there are sums already", async () => {
  const products = new LongProducts(executor);
  const size = fc.constantFrom(1, 7, 8, 13, 17);
  const length = fc.oneof(fc.constantFrom(0, 4095, 4096, 8192), fc.integer({ min: 1, max: 13000 }));
  await fc.assert(
    fc.asyncProperty(
      size,
      size,
      length,
      fc.integer({ min: 0, max: 5 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 1e6 }),
      async (m, n, length, gap, same, seed) => {
        const a = rowsOf(seed, m, length, gap);
        const b = same ? a : rowsOf(seed + 1, n, length, gap);
        const [found, wanted] = [0, 1].map(() => new Float64Array(m * b.count).fill(0.5));
        await products.add(found!, a, b);
        addInnerProducts(wanted!, a, b);
        // Either order of adding products below a quarter is off by at most length · 2⁻⁵³ · Σ|aᵢbᵢ|.
        const bound = length ** 2 * 2 ** -54;
        found!.forEach((value, k) => {
          expect(Math.abs(value - wanted![k]!)).toBeLessThanOrEqual(bound);
        });
      },
    ),
    { numRuns: 40 },
  );
  expect(compiled).toBeGreaterThan(0);
  await products.dispose();
});

test("of float64 and of few rows are left to the loops", async () => {
  const before = compiled;
  const products = new LongProducts(executor);
  const wide: Rows = { data: new Float64Array(8 * 5000).fill(1), count: 8, stride: 5000, start: 0, length: 5000 }; // prettier-ignore
  const few = rowsOf(1, 4, 5000, 0);
  const out = new Float64Array(64);
  await products.add(out, wide, wide);
  expect([...out]).toEqual(new Array(64).fill(5000));
  await products.add(new Float64Array(16), few, few);
  expect(compiled).toBe(before);
});
