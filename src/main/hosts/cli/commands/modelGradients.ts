/** `noetherscope model gradients` */
import { resolve } from "node:path";
import { lossParameter } from "../../../../shared/analyses/common";
import { UsageError, type Command } from "../command";
import {
  assertNoFile,
  executorOption,
  forceOption,
  pathOf,
  targetOf,
  weightsOption,
} from "./shared";

const losses = lossParameter.options.map(({ value }) => value);

export const modelGradients: Command = {
  name: "model gradients",
  summary: "Losses, gradients, their Gram matrix, and products with the Jacobian.",
  takes: "MODEL",
  options: {
    ...weightsOption,
    inputs: {
      value: "FILE",
      help: "A .npz with the input (by the graph's name, or x) and target; tangent and cotangent where wanted.",
      required: true,
    },
    out: { value: "FILE", help: "The .npz to write.", required: true },
    loss: { value: losses.join("|"), help: "Loss of one sample.", default: lossParameter.default },
    ...executorOption,
    ...forceOption,
  },
  details:
    "Writes output, loss_per_sample, per_sample_gram, grad_mean.<parameter> and input_grad; with tangent also input_jvp and input_hvp, with cotangent input_vjp.",
  example:
    "noetherscope model gradients fixtures/mlp/model.onnx --inputs fixtures/mlp/data.npz --out gradients.npz",
  async run(args, shell) {
    const loss = losses.find((known) => known === args.given("loss"));
    if (loss === undefined) {
      throw new UsageError(`--loss is one of ${losses.join(", ")}, not “${args.given("loss")}”.`);
    }
    const out = resolve(args.given("out"));
    if (!args.flag("force")) await assertNoFile(out);
    const compute = await shell.compute();
    const { arrays, executor, remarks } = await compute.call(
      "gradients",
      {
        model: resolve(args.positionals[0]!),
        weights: pathOf(args, "weights"),
        inputs: resolve(args.given("inputs")),
        out,
        ...(await targetOf(args, shell, compute)),
        loss,
      },
      { signal: shell.signal },
    );
    for (const remark of remarks) shell.remark(`Note: ${remark}`);
    shell.print(`${out}: ${arrays.length} arrays (${executor})`);
  },
};
