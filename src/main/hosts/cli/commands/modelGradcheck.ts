/** `noetherscope model gradcheck` */
import { resolve } from "node:path";
import type { Command } from "../command";
import { pathOf, progressLine, table, weightsOption } from "./shared";

export const modelGradcheck: Command = {
  name: "model gradcheck",
  summary: "Gradients by the graph against central differences, in float64.",
  takes: "MODEL",
  options: {
    ...weightsOption,
    inputs: {
      value: "FILE",
      help: "A .npz with the input; its first sample is used.",
      required: true,
    },
  },
  details:
    "Of a random projection of the output, along one random direction in the input and in each parameter. The last line is the largest relative error.",
  example: "noetherscope model gradcheck fixtures/mlp/model.onnx --inputs fixtures/mlp/data.npz",
  async run(args, shell) {
    const compute = await shell.compute();
    const { rows, largest } = await compute.call(
      "gradcheck",
      {
        model: resolve(args.positionals[0]!),
        weights: pathOf(args, "weights"),
        inputs: resolve(args.given("inputs")),
      },
      { signal: shell.signal, onProgress: progressLine(shell) },
    );
    const number = (value: number): string => value.toExponential(6);
    shell.print(
      table(
        [
          ["", "by the graph", "by differences", "relative error"],
          ...rows.map(({ name, graph, difference, relativeError }) => [
            name,
            number(graph),
            number(difference),
            relativeError.toExponential(1),
          ]),
        ],
        3,
      ),
    );
    shell.print(largest.toExponential(1));
  },
};
