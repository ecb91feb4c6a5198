import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cost, plan, totalWork } from "./plan";

const sizes = fc.record({
  samples: fc.integer({ min: 2, max: 100 }),
  parameters: fc.integer({ min: 1, max: 20_000_000 }),
  inputSize: fc.constant(1),
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
      inputSize: 16384,
      outputSize: 16384,
      activations: 25e6,
      together: 2,
      width: 4,
      tangents: true,
    };
    expect(16 % plan(size, 2 ** 31).tangentWidth).toBe(0);
  });
});

describe("the cost of D4 on 16 samples", () => {
  const info = {
    samples: 16,
    elements: 8,
    moving: 7,
    parameters: 1e6,
    inputSize: 16384,
    outputSize: 16384,
    work: 1e9,
    memoryBytes: 2 ** 31,
  };
  const options = { metric: true, common: false, batches: 1 };

  test("is 128 gradients and 2048 tangents: x is made once, as an image or for the metric", () => {
    const { passes, flops } = cost(info, options);
    expect(passes).toBe(128 * 3 + 2048 * 2);
    expect(flops).toBe(2e9 * passes);
    expect(cost(info, { ...options, metric: false }).passes).toBe(128 * 3);
    expect(cost({ ...info, elements: 7 }, options).passes).toBe(passes);
  });

  test("is what the runs come to where none has idle places", () => {
    const sizes = { ...info, activations: 1, together: 2, width: 4, tangents: true };
    const schedule = { ...plan(sizes, 2 ** 31), gradientChunk: 4, tangentWidth: 8, block: 16 };
    expect(totalWork(sizes, schedule, info.moving + 1)).toBe(cost(info, options).passes);
  });

  test("holds the columns of x and of one image, or of all eight points in a common span", () => {
    const roomy = { ...info, memoryBytes: 2 ** 40 };
    const columns = 16 * 4 * (info.parameters + 16 * info.outputSize);
    const held = (options_: typeof options): number => cost(roomy, options_).memoryBytes;
    expect(held({ ...options, common: true }) - held(options)).toBe(6 * columns);
  });
});
