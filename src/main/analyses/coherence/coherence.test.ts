import { describe, expect, test } from "vitest";
import { coherence as definition } from "../../../shared/analyses/coherence";
import { defaultsOf, type ParameterValues } from "../../../shared/parameters";
import { toFloat64 } from "../../../shared/tensor";
import type { AnalysisContext, AnalysisResult } from "../context";
import { circularCnn, contextOf, never, networkOf, randomTensor } from "../testing";
import { coherence } from "./index";

type Parameters = ParameterValues<typeof definition.parameters>;

const run = (context: AnalysisContext, params: Partial<Parameters> = {}): Promise<AnalysisResult> =>
  coherence.compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    never,
  );

const read = (result: AnalysisResult, name: string): Float64Array =>
  toFloat64(result.arrays[name]!.tensor);

/** Diagonals of [G, B, B]. */
function diagonals(result: AnalysisResult, name: string): number[] {
  const [elements, n] = result.arrays[name]!.tensor.shape as [number, number];
  const values = read(result, name);
  return Array.from(
    { length: elements * n },
    (_, k) => values[(Math.floor(k / n) * n + (k % n)) * n + (k % n)]!,
  );
}

const states = (n: number, channels: number, size: number, seed: number) => ({
  input: randomTensor([n, channels, size, size], seed),
  target: randomTensor([n, channels, size, size], seed + 50),
});

describe("coherence", () => {
  test("is 1 for a network that is equivariant for all its parameters", async () => {
    const result = await run(
      contextOf({
        model: circularCnn(2, 4),
        ...states(3, 2, 4, 3),
        group: "translations:2",
        fields: "scalar:a,scalar:b",
      }),
    );
    for (const name of ["cosine", "euclidean_cosine"]) {
      for (const value of diagonals(result, name)) expect(value).toBeCloseTo(1, 9);
    }
    for (const value of read(result, "equivariance_error")) expect(value).toBeLessThan(1e-12);
    for (const value of read(result, "relative_loss")) expect(value).toBeCloseTo(1, 12);
  });
});
