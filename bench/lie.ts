/**
 * What Lie derivatives cost, in forward passes: ten generators of one network on one batch, against the predictions of
 * that batch. Rounds alternate and the least time of each counts, so that other work on the machine does not.
 *
 *     npx tsx bench/lie.ts MODEL.onnx DATA.npz FIELDS [rounds]      a line on stdout
 *
 * FIELDS as `--fields` takes them, for example scalar:density,vector:velocity,scalar:pressure; DATA holds `input` or `x`.
 */
import { sampleNetwork } from "../src/main/analyses/network";
import { Predictions } from "../src/main/analyses/predictions";
import { Pushforward, runSize } from "../src/main/analyses/pushforward";
import { lieSteps } from "../src/main/analyses/lieDerivative/derivative";
import { sidesOf } from "../src/main/analyses/lieDerivative/sides";
import { readNpz } from "../src/main/data/npz";
import { openModel } from "../src/main/models";
import { createOnnxRuntimeExecutor } from "../src/main/runtime/onnxruntime/executor";
import { lieDerivative } from "../src/shared/analyses/lieDerivative";
import { parseFieldSpec, unitGrid } from "../src/shared/fields/spec";
import { defaultsOf } from "../src/shared/parameters";

const GENERATORS = "tx,ty,rot,scale,shear-x,shear-y,squeeze,amp,gx,gy";
const MEMORY = 2 ** 31;

const [path, dataPath, fieldText, rounds = "15"] = process.argv.slice(2);
const arrays = await readNpz(dataPath!);
const input = arrays.get("input") ?? arrays.get("x")!;
const fields = parseFieldSpec(fieldText!);
const model = await openModel(path!);
const network = sampleNetwork(model);
const executor = createOnnxRuntimeExecutor({ threads: 2 });
const n = input.shape[0]!;
const outputShape = network.prediction.shape.slice(1);
const sides = sidesOf(
  {
    fields,
    outputFields: fields,
    grid: unitGrid(input.shape.slice(2)),
    dt: 0.1,
  },
  { ...defaultsOf(lieDerivative.parameters), generators: GENERATORS },
  input.shape.slice(1),
  outputShape,
);
const size = runSize(network, n, sides.generators.length, MEMORY);
const predictions = await Predictions.compile(executor, model, network, size.samples);
const pushforward = await Pushforward.compile(executor, model, network, size);

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

const forward = (): Promise<unknown> => predictions.of(input, () => undefined);
const lie = async (): Promise<void> => {
  for await (const _ of lieSteps(pushforward, sides, input, outputShape, 1, () => undefined));
};
let [least, leastLie] = [Infinity, Infinity];
for (let round = 0; round < Number(rounds); round++) {
  least = Math.min(least, await seconds(forward));
  leastLie = Math.min(leastLie, await seconds(lie));
}
console.log(
  `${sides.generators.length} generators on ${n} samples: ${(1000 * leastLie).toFixed(2)} ms in ${pushforward.runs(n, sides.generators.length)} runs; their predictions ${(1000 * least).toFixed(2)} ms: ${(leastLie / least).toFixed(1)} forward passes.`,
);
await Promise.all([predictions.dispose(), pushforward.dispose()]);
await executor.dispose();
