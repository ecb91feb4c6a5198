import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cost, plan, totalWork } from "./plan";

const sizes = fc.record({
  samples: fc.integer({ min: 2, max: 100 }),
  parameters: fc.integer({ min: 1, max: 20_000_000 }),
  outputSize: fc.integer({ min: 1, max: 100_000 }),
  activations: fc.integer({ min: 1, max: 50_000_000 }),
  together: fc.integer({ min: 2, max: 9 }),
  width: fc.constantFrom(4, 8),
  tangents: fc.boolean(),
});
const memory = fc.integer({ min: 16, max: 4096 }).map((megabytes) => megabytes * 2 ** 20);

describe("the plan", () => {
  test("holds no more than the budget, unless two columns alone are more", () => {
    fc.assert(
      fc.property(sizes, memory, (size, bytes) => {
        const { block, gradientBytes, tangentBytes, gradientChunk, tangentWidth } = plan(
          size,
          bytes,
        );
        expect(gradientBytes + tangentBytes).toBeLessThanOrEqual(bytes);
        expect(block).toBeGreaterThanOrEqual(1);
        if (block > 1) {
          expect(2 * block * size.parameters * size.width).toBeLessThanOrEqual(gradientBytes);
        }
        for (const width of [block, gradientChunk, tangentWidth]) {
          expect(width).toBeLessThanOrEqual(size.samples);
        }
      }),
    );
  });

  test("computes whole runs: its work is that of each sample and direction, at most thrice", () => {
    fc.assert(
      fc.property(sizes, memory, (size, bytes) => {
        const work = totalWork(size, plan(size, bytes), 8);
        const least = 8 * size.samples * (3 + (size.tangents ? 2 * size.samples : 0));
        expect(work).toBeGreaterThanOrEqual(least);
        expect(work).toBeLessThanOrEqual(3 * least);
      }),
    );
  });

  test("fills its runs where it can: 16 samples are never computed as 20", () => {
    const size = {
      samples: 16,
      parameters: 1e6,
      outputSize: 16384,
      activations: 25e6,
      together: 2,
      width: 4,
      tangents: true,
    };
    expect(16 % plan(size, 2 ** 31).tangentWidth).toBe(0);
  });
});

test("the cost of D4 on 16 samples is 144 gradients and 2304 tangents", () => {
  const info = {
    samples: 16,
    elements: 8,
    parameters: 1e6,
    outputSize: 16384,
    work: 1e9,
    memoryBytes: 2 ** 31,
  };
  const options = { metric: true, common: false, batches: 1 };
  const { passes, flops } = cost(info, options);
  expect(passes).toBe(144 * 3 + 2304 * 2);
  expect(flops).toBe(2e9 * passes);
  expect(cost(info, { ...options, metric: false }).passes).toBe(144 * 3);
});
