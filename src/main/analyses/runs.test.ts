import { describe, expect, test } from "vitest";
import { analyses, type AnalysisId } from "../../shared/analyses";
import { defaultsOf } from "../../shared/parameters";
import { sizeOf } from "../../shared/tensor";
import type { Executor } from "../runtime/executor";
import { createReferenceExecutor } from "../runtime/reference";
import { computations } from ".";
import type { AnalysisContext, AnalysisParameters, RunInfo } from "./context";
import { activationSize, sampleNetwork } from "./network";
import { paceOf, secondsOf } from "./runs";
import { circularCnn, contextOf, never, randomTensor } from "./testing";

const model = circularCnn(3, 6);
const network = sampleNetwork(model);
const SAMPLES = 5;

/** The reference executor, and how often its programs ran. */
function counting(): { executor: Executor; ran: () => number } {
  const executor = createReferenceExecutor();
  let count = 0;
  return {
    ran: () => count,
    executor: {
      ...executor,
      async compile(graph, options) {
        const program = await executor.compile(graph, options);
        return {
          ...program,
          run(feeds) {
            count += 1;
            return program.run(feeds);
          },
        };
      },
    },
  };
}

const fields = "scalar:p,vector:v";

function contextWith(executor: Executor, memoryBytes: number): AnalysisContext {
  const shape = [SAMPLES, 3, 6, 6];
  const input = randomTensor(shape, 3);
  const target = randomTensor(shape, 4);
  return contextOf({ model, input, target, fields, executor, memoryBytes });
}

function infoOf({ elements, memoryBytes }: AnalysisContext): RunInfo {
  const parameters = network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return {
    samples: SAMPLES,
    elements: elements.length,
    parameters,
    inputSize: sizeOf(network.input.shape),
    outputSize: sizeOf(network.prediction.shape),
    work: 1,
    memoryBytes,
    moving: 7,
    turning: 7,
    activations: activationSize(network),
    width: 8,
    drawn: true,
  };
}

const GIB = 2 ** 30;

describe("the runs that are counted are those that are made", () => {
  test.each<[AnalysisId, AnalysisParameters, number]>([
    ["coherence", {}, GIB],
    ["coherence", { metric: "identity" }, GIB],
    ["coherence", { batches: 2 }, GIB],
    ["coherence", { span: "common" }, GIB],
    ["equivariance", {}, GIB],
    ["equivariance", { steps: 3 }, GIB],
    ["landscape", { points: 5 }, GIB],
    ["landscape", { points: 7, plane: false }, GIB],
    ["landscape", { points: 5, element: "e" }, GIB],
  ])("%s %o", async (id, chosen, memoryBytes) => {
    const { executor, ran } = counting();
    const context = contextWith(executor, memoryBytes);
    const params = { ...defaultsOf(analyses[id].parameters), ...chosen } as AnalysisParameters;
    const counted = computations[id].runs!(infoOf(context), params);
    await computations[id].compute(context, params, () => undefined, never);
    const runs = counted.map(({ program, count }) => (program === "loss" ? 2 * count : count));
    expect(runs.reduce((sum, count) => sum + count, 0)).toBe(ran());
  });
});

test("every program can be timed, and the time is that of all its runs and of making it once", async () => {
  const executor = createReferenceExecutor();
  for (const program of [
    "forward",
    "gradient",
    "primal",
    "tangent",
    "loss",
    "curvature",
  ] as const) {
    const pace = await paceOf({ program, width: 2, count: 1 }, executor, model, network, "mse");
    expect(pace.run).toBeGreaterThan(0);
    expect(pace.prepare).toBeGreaterThanOrEqual(0);
  }
  const runs = { program: "forward", width: 2, count: 10 } as const;
  expect(secondsOf([{ runs, pace: { prepare: 3, run: 0.5 } }])).toBe(8);
});
