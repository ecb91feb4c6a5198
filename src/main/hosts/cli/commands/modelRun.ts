/** `noetherscope model run` */
import { resolve } from "node:path";
import type { Command } from "../command";
import { namedNetwork } from "./modelFile";
import {
  assertNoFile,
  executorOption,
  forceOption,
  pathOf,
  targetOf,
  weightsOption,
} from "./shared";

export const modelRun: Command = {
  name: "model run",
  summary: "Evaluate a model on the arrays of a file.",
  takes: "MODEL",
  options: {
    ...weightsOption,
    inputs: {
      value: "FILE",
      help: "A .npz with one array an input, by the graph's names; of a single input also x.",
      required: true,
    },
    out: { value: "FILE", help: "The .npz to write: outputs by name.", required: true },
    ...executorOption,
    ...forceOption,
  },
  example:
    "noetherscope model run fixtures/mlp/model.onnx --inputs fixtures/mlp/data.npz --out outputs.npz",
  async run(args, shell) {
    const out = resolve(args.given("out"));
    if (!args.flag("force")) await assertNoFile(out);
    const compute = await shell.compute();
    const { path, weights } = await namedNetwork(args.positionals[0]!, pathOf(args, "weights"));
    const { outputs, executor, remarks } = await compute.call(
      "runModel",
      {
        model: path,
        weights,
        inputs: resolve(args.given("inputs")),
        out,
        ...(await targetOf(args, shell, compute)),
      },
      { signal: shell.signal },
    );
    const shapes = outputs.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
    for (const remark of remarks) shell.remark(`Note: ${remark}`);
    shell.print(`${out}: ${shapes} (${executor})`);
  },
};
