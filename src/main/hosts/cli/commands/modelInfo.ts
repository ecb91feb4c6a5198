/** `noetherscope model info` */
import { resolve } from "node:path";
import type { ModelInfo } from "../../../../shared/contract";
import { agrees, parityInWords } from "../../../../shared/parity";
import type { Command } from "../command";
import { json, jsonOption, pathOf, table, weightsOption } from "./shared";

export const modelInfo: Command = {
  name: "model info",
  summary:
    "Inputs, outputs, operators and parameters of a model, and whether it can be differentiated.",
  takes: "MODEL",
  options: { ...weightsOption, ...jsonOption },
  example: "noetherscope model info model.onnx",
  async run(args, shell) {
    const compute = await shell.compute();
    const info = await compute.call(
      "inspectModel",
      { path: resolve(args.positionals[0]!), weights: pathOf(args, "weights") },
      { signal: shell.signal },
    );
    shell.print(args.flag("json") ? json(info) : describe(info));
  },
};

function describe(info: ModelInfo): string {
  const ports = (list: ModelInfo["inputs"]): string =>
    list
      .map(
        ({ name, dtype, shape }) =>
          `${name} ${dtype}[${shape.map((n) => n ?? "batch").join(", ")}]`,
      )
      .join(", ");
  const operators = Object.entries(info.operators)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
  return [
    `${info.path}`,
    `  opset ${info.opset}, ${info.producer}`,
    `  inputs: ${ports(info.inputs)}`,
    `  outputs: ${ports(info.outputs)}`,
    `  operators: ${operators}`,
    `  ${info.parameterCount} parameters in ${info.parameters.length} tensors`,
    ...table(
      info.parameters.map(({ name, shape, size }) => [name, `[${shape.join(", ")}]`, String(size)]),
    )
      .split("\n")
      .map((line) => `    ${line}`),
    info.differentiable
      ? "  can be differentiated by all parameters"
      : "  cannot be differentiated by all parameters:",
    ...info.stopped.map(({ parameter, node, reason }) => `    ${parameter}: ${node}: ${reason}`),
    ...(info.parity !== null && agrees(info.parity) ? [`  ${parityInWords(info.parity)}`] : []),
    ...info.warnings.map((warning) => `  note: ${warning}`),
  ].join("\n");
}
