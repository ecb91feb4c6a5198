/**
 * Seconds of a forward pass, an AdamW step or the Gram matrix of per-sample gradients of one batch, beside the same
 * commands of `peer.py`: the same files, the same arithmetic.
 *
 *     npx tsx bench/timed.ts forward|step|gram FOLDER [repeat]      {seconds, check} as JSON on stdout
 *
 * `check` is a number that both sides must agree on.
 */
import { join } from "node:path";
import { Gradients } from "../src/main/analyses/gradients";
import { rowsOf } from "../src/main/analyses/innerProducts";
import { LongProducts } from "../src/main/analyses/longProducts";
import { sampleNetwork } from "../src/main/analyses/network";
import { readNpz } from "../src/main/data/npz";
import { inputName } from "../src/main/graph/ir";
import { openModel } from "../src/main/models";
import { createOnnxRuntimeExecutor } from "../src/main/runtime/onnxruntime/executor";
import { plainStep } from "../src/main/training/step";
import { Stepper } from "../src/main/training/stepper";
import type { Tensor } from "../src/shared/tensor";

/** One run; returns the number to agree on. */
type Run = (k: number) => Promise<number>;

const [what, folder, repeat = "5"] = process.argv.slice(2);
const data = await readNpz(join(folder!, "data.npz"), ["x", "y"]);
const x = data.get("x")!;
const y = data.get("y")!;
const samples = x.shape[0]!;
const model = await openModel(join(folder!, "model.onnx"));
const executor = createOnnxRuntimeExecutor({ threads: 2 });

async function forward(): Promise<Run> {
  const network = model.graph(samples);
  const program = await executor.compile(network, { bind: model.parameters });
  const feeds = new Map([[inputName(network.inputs[0]!), x]]);
  return async () => {
    const outputs = await program.run(feeds);
    return meanSquare(outputs.get(program.outputs[0]!)!);
  };
}

function meanSquare({ data }: Tensor): number {
  return (data as Float32Array).reduce((sum, value) => sum + value * value, 0) / data.length;
}

async function step(): Promise<Run> {
  const stepper = await Stepper.open(executor, model.graph(samples), model.parameters, plainStep);
  let first: number | undefined;
  return async (k) => {
    const { loss } = await stepper.step({ input: x, targets: [y] }, k, 1e-4);
    first ??= loss;
    return first;
  };
}

async function gram(): Promise<Run> {
  const chunk = Math.min(4, samples);
  const gradients = await Gradients.compile(executor, model, sampleNetwork(model), "mse", chunk);
  const long = new LongProducts(executor);
  return async () => {
    const { columns } = await gradients.of(x, y, 0, samples, () => undefined);
    const products = new Float64Array(samples * samples);
    for (const part of columns.parts) {
      await long.add(products, rowsOf(part, samples), rowsOf(part, samples));
    }
    return products.reduce((sum, value) => sum + value, 0);
  };
}

const make = { forward, step, gram }[what!]!;
const run = await make();
const seconds: number[] = [];
let check = Number.NaN;
for (let k = 1; k <= Number(repeat) + 1; k++) {
  const start = performance.now();
  check = await run(k);
  seconds.push((performance.now() - start) / 1000);
}
await executor.dispose();
// The first run also allocates; PyTorch's is left out likewise.
const timed = seconds.slice(1).sort((a, b) => a - b);
process.stdout.write(JSON.stringify({ seconds: timed[timed.length >> 1], check }) + "\n");
