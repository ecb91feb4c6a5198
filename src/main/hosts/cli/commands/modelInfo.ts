/** `noetherscope model info` */
import type { ModelInfo } from "../../../../shared/contract";
import { agrees, parityInWords } from "../../../../shared/parity";
import { showSides } from "../../../../shared/fields/sides";
import { axesInWords, statedFields } from "../../../../shared/fields/stated";
import { wrapped, type Command } from "../command";
import { namedNetwork } from "./modelFile";
import { bytes, json, jsonOption, pathOf, table, weightsOption } from "./shared";

export const modelInfo: Command = {
  name: "model info",
  summary:
    "Inputs, outputs, operators and parameters of a model, and whether it can be differentiated.",
  takes: "MODEL",
  options: { ...weightsOption, ...jsonOption },
  example: "noetherscope model info resources/examples/jets/plain.onnx",
  async run(args, shell) {
    const compute = await shell.compute();
    const { path, weights } = await namedNetwork(args.positionals[0]!, pathOf(args, "weights"));
    const { signal } = shell;
    const info = await compute.call("inspectModel", { path, weights }, { signal });
    shell.print(args.flag("json") ? json(info) : describe(info));
  },
};

/** Letters of a line of operators, and of their indentation. */
const WIDTH = 96;

function describe(info: ModelInfo): string {
  const { parameters, buffers, stopped, parity, warnings } = info;
  const operators = Object.entries(info.operators)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`);
  const rows = parameters.map(({ name, shape, size }) => [name, shape.join(" × "), String(size)]);
  const weights = bytes(4 * info.parameterCount);
  const stops = stopped.map(({ parameter, node, reason }) => `${parameter}: ${reason} (${node})`);
  return [
    `${info.path} (opset ${info.opset}${info.producer === "" ? "" : `, ${info.producer}`})`,
    `  inputs: ${ports(info.inputs)}`,
    `  outputs: ${ports(info.outputs)}`,
    ...stated(info),
    ...wrapped(`operators: ${operators.join(", ")}`, WIDTH).map((line, i) =>
      i === 0 ? `  ${line}` : `    ${line}`,
    ),
    `  ${info.parameterCount} parameters in ${parameters.length} tensors (${weights} in float32)`,
    ...(rows.length === 0 ? [] : indented(table(rows, 1))),
    ...(buffers.length === 0 ? [] : [`  ${buffers.length} tensors that are not trained`]),
    ...indented(table(buffers.map(({ name, shape }) => [name, shape.join(" × ")]))).filter(
      (line) => line.trim() !== "",
    ),
    ...differentiable(info, stops),
    ...(parity !== null && agrees(parity) ? [`  ${parityInWords(parity)}`] : []),
    ...warnings.map((warning) => `  note: ${warning}`),
  ].join("\n");
}

/** The batch by its name; another axis that the data settle is "any". */
function ports(list: ModelInfo["inputs"]): string {
  const extent = (n: number | null, axis: number): string =>
    String(n ?? (axis === 0 ? "batch" : "any"));
  return list
    .map(({ name, dtype, shape }) => `${name} ${dtype}[${shape.map(extent).join(", ")}]`)
    .join(", ");
}

/** What the exporter wrote into the file about the data. */
function stated({ metadata }: ModelInfo): string[] {
  const known = statedFields(metadata);
  if (known === undefined) return [];
  const { fields, outputFields, boundary, dt, length } = known;
  const axes = axesInWords(known);
  const output = outputFields === null || outputFields === fields ? "" : ` → ${outputFields}`;
  return [
    ...(axes === null ? [] : [`  axes: ${axes}`]),
    ...(fields === null ? [] : [`  fields: ${fields}${output}`]),
    ...(boundary === null ? [] : [`  boundary: ${boundary}`]),
    ...(dt === null ? [] : [`  time step: ${dt}`]),
    ...(length === null ? [] : [`  sides of the box: ${showSides(length)}`]),
  ];
}

/** Parameters are those that a gradient reaches. */
function differentiable({ parameters }: ModelInfo, stops: readonly string[]): string[] {
  if (parameters.length + stops.length === 0)
    return ["  there are no parameters to differentiate by"];
  if (stops.length === 0) return ["  can be differentiated by all parameters"];
  const total = parameters.length + stops.length;
  return [
    `  gradients reach ${parameters.length} of ${total} tensors; these they do not reach:`,
    ...stops.map((stop) => `    ${stop}`),
  ];
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => `    ${line}`);
}
