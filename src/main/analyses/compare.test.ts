import { expect, test } from "vitest";
import { coherence as coherenceDefinition } from "../../shared/analyses/coherence";
import { comparison as definition } from "../../shared/analyses/comparison";
import { defaultsOf, type ParameterValues } from "../../shared/parameters";
import { toFloat64 } from "../../shared/tensor";
import { coherence } from "./coherence";
import type { AnalysisContext, AnalysisResult, Checkpoint, Network } from "./context";
import { circularCnn, contextOf, never, randomTensor } from "./testing";
import { comparison } from "./compare";

type Parameters = ParameterValues<typeof definition.parameters>;
const run = (context: AnalysisContext, params: Partial<Parameters> = {}): Promise<AnalysisResult> =>
  comparison(coherence).compute(
    context,
    { ...defaultsOf(definition.parameters), ...params },
    () => undefined,
    never,
  );
const N = 3;
const G = 4;
const base = (): AnalysisContext => ({
  ...contextOf({
    model: circularCnn(1, 4),
    input: randomTensor([N, 1, 4, 4], 3),
    target: randomTensor([N, 1, 4, 4], 53),
    fields: "scalar:a",
    group: "c4",
  }),
  name: "mine.onnx",
  identity: () => Promise.resolve("seed 1"),
});
const other = (name: string, network: Network, identity = name): Checkpoint => ({
  name,
  open: () => Promise.resolve(network),
  identity: () => Promise.resolve(identity),
});
const wide = circularCnn(1, 4, 2, 5);

test("each network has exactly the numbers of a coherence of its own, the model first", async () => {
  const result = await run({ ...base(), checkpoints: [other("wide.onnx", wide)] });
  const models = result.summary.models as { name: string; parameters: number }[];
  expect(models.map(({ name, parameters }) => [name, parameters])).toEqual([
    ["mine.onnx", 27 + 3 + 27],
    ["wide.onnx", 45 + 5 + 45],
  ]);
  const own = await coherence.compute(
    { ...base(), model: wide },
    defaultsOf(coherenceDefinition.parameters),
    () => undefined,
    never,
  );
  const { tensor, axes } = result.arrays.model_excess!;
  expect(axes).toEqual(["model", "element", "sample"]);
  expect([...toFloat64(tensor).subarray(G * N)]).toEqual([...toFloat64(own.arrays.excess!.tensor)]);
  const losses = toFloat64(own.arrays.loss!.tensor).subarray(0, N);
  expect(models[1]).toMatchObject({ loss: losses.reduce((sum, one) => sum + one / N, 0) });
  expect(result.summary.generalisation).toBeNull();
});

test("correlates coherence with loss over enough networks", async () => {
  const checkpoints = [2, 3, 4, 5].map((seed) => other(`${seed}.onnx`, circularCnn(1, 4, seed)));
  const { summary } = await run({ ...base(), checkpoints }, { metric: "identity" });
  expect(summary.generalisation).toMatchObject({ n: 5 });
});

test("the same network under another name is no second one", async () => {
  const twin = other("copy.onnx", circularCnn(1, 4), "seed 1");
  await expect(run({ ...base(), checkpoints: [twin] })).rejects.toThrow("nothing to compare");
});

test("what does not fit the data is left out with a word", async () => {
  const context = {
    ...base(),
    checkpoints: [other("big.onnx", circularCnn(1, 8)), other("wide.onnx", wide)],
  };
  const { summary } = await run(context, { metric: "identity" });
  expect((summary.models as object[]).length).toBe(2);
  expect(context.notices.some((one) => one.startsWith("big.onnx is left out: "))).toBe(true);
  await expect(
    run({ ...base(), checkpoints: [other("big.onnx", circularCnn(1, 8))] }),
  ).rejects.toThrow("1 other networks do not fit");
});
