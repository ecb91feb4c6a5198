/**
 * Seconds of one AdamW step of a model on a batch, beside `peer.py step`: the same file, the same arithmetic.
 *
 *     npx tsx bench/step.ts FOLDER [repeat]      JSON on stdout
 */
import { join } from "node:path";
import { readNpz } from "../src/main/data/npz";
import { Builder } from "../src/main/graph/builder";
import { inputName } from "../src/main/graph/ir";
import { openModel } from "../src/main/models";
import { createOnnxRuntimeExecutor } from "../src/main/runtime/onnxruntime/executor";
import { adamWStep, after, momentNames } from "../src/main/training/adamw";
import { allocate, type Tensor } from "../src/shared/tensor";

const [folder, repeat = "5"] = process.argv.slice(2);
const data = await readNpz(join(folder!, "data.npz"), ["x", "y"]);
const x = data.get("x")!;
const model = await openModel(join(folder!, "model.onnx"));
const network = model.graph(x.shape[0]!);
const step = adamWStep(new Builder(), network, "mse");
const executor = createOnnxRuntimeExecutor({ threads: 2 });
const program = await executor.compile(step);

const scalar = (value: number): Tensor => ({
  dtype: "float32",
  shape: [],
  data: Float32Array.of(value),
});
const state = new Map<string, Tensor>();
for (const [name, tensor] of model.parameters) {
  state.set(name, tensor);
  for (const moment of momentNames(name)) {
    const data = allocate("float32", tensor.data.length);
    state.set(moment, { dtype: "float32", shape: tensor.shape, data });
  }
}
const seconds: number[] = [];
let firstLoss = Number.NaN;
for (let k = 1; k <= Number(repeat) + 1; k++) {
  const start = performance.now();
  const outputs = await program.run(
    new Map([
      ...state,
      [inputName(network.inputs[0]!), x],
      ["$target", data.get("y")!],
      ["$rate", scalar(1e-4)],
      ["$correction1", scalar(1 - 0.9 ** k)],
      ["$correction2", scalar(1 - 0.999 ** k)],
    ]),
  );
  for (const name of state.keys()) state.set(name, outputs.get(after(name))!);
  seconds.push((performance.now() - start) / 1000);
  if (k === 1) firstLoss = Number(outputs.get("loss")!.data[0]);
}
await executor.dispose();
// The first run also allocates; PyTorch's is left out likewise.
const timed = seconds.slice(1).sort((a, b) => a - b);
process.stdout.write(
  JSON.stringify({ seconds: timed[Math.floor(timed.length / 2)], first_loss: firstLoss }) + "\n",
);
