/** `noetherscope model check` */
import { UserError } from "../../../../shared/errors";
import {
  isKnown,
  knownOutputInWords,
  showDeviation,
  type KnownOutput,
} from "../../../../shared/knownOutput";
import type { Command } from "../command";
import { namedNetwork } from "./modelFile";
import { json, jsonOption, pathOf, table, weightsOption } from "./shared";

export const modelCheck: Command = {
  name: "model check",
  summary: "Whether a model gives an output that is known, and by how much it does not.",
  takes: "MODEL",
  options: {
    ...weightsOption,
    known: {
      value: "FILE",
      help: "A .npz with one array an input, by the graph's names, of a single input also x, and what they give: output. By default the exporter's example beside the model.",
    },
    ...jsonOption,
  },
  details:
    "Deviations are the largest, absolute and over the largest known value, in all and channel by channel. Another function than the known one ends with an error.",
  example: "noetherscope model check fixtures/checkpoints/net.onnx",
  async run(args, shell) {
    const compute = await shell.compute();
    const { path, weights } = await namedNetwork(args.positionals[0]!, pathOf(args, "weights"));
    const known = await compute.call(
      "checkModel",
      { model: path, weights, known: pathOf(args, "known") },
      { signal: shell.signal },
    );
    const verdict = knownOutputInWords(known);
    if (args.flag("json")) shell.print(json({ ...known, agrees: isKnown(known), verdict }));
    else
      shell.print(
        [...known.outputs.map(describe), ...(isKnown(known) ? [verdict] : [])].join("\n"),
      );
    if (!isKnown(known)) throw new UserError("model/another-output", verdict, { where: path });
  },
};

function describe({ name, largest, relative, channels }: KnownOutput["outputs"][number]): string {
  const row = (title: string, of: (typeof channels)[number]): string[] => [
    title,
    showDeviation(of.largest),
    showDeviation(of.relative),
  ];
  return table(
    [
      [name, "largest", "relative"],
      row("all", { largest, relative }),
      ...channels.map((channel, i) => row(`channel ${i + 1}`, channel)),
    ],
    2,
  );
}
