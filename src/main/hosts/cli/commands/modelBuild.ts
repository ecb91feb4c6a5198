/** `noetherscope model build` */
import { resolve } from "node:path";
import { UsageError, type Command } from "../command";
import { assertNoFile, forceOption } from "./shared";

export const modelBuild: Command = {
  name: "model build",
  summary: "Write the network of a Fourier neural operator’s checkpoint as .onnx.",
  takes: "WEIGHTS",
  details:
    "Checkpoints of Li’s and PDEBench’s FNO1d, FNO2d and FNO3d and of neuralop’s FNO and TFNO say by their names and shapes what the network is. They are opened as models directly, on the grid of the data and with the coordinates that their code has; this writes them with others. What neuralop’s weights do not show stands in _metadata or NAME_metadata.pkl, and can be stated with --init by the names of FNO’s arguments: domain_padding=0.25, domain_padding_mode, norm=instance_norm, non_linearity, positional_embedding, fno_skip, channel_mlp_skip, n_modes=[16,16]; release=1.0, 2.0 or later where releases differ.",
  options: {
    grid: { value: "64x64", help: "Points an axis, along y and then x (z, y, x).", required: true },
    coordinates: {
      value: "0:1x0:1",
      help: "First and last coordinate an axis, in the same order; those of the operator’s code unless given.",
    },
    init: {
      value: "NAME=VALUE,…",
      help: "Arguments of neuralop’s FNO that the checkpoint does not keep.",
    },
    out: { value: "FILE", help: "The .onnx to write.", required: true },
    ...forceOption,
  },
  example: "noetherscope model build fixtures/checkpoints/fno2d.pt --grid 32x32 --out fno.onnx",
  async run(args, shell) {
    const points = args.given("grid").split("x").map(Number);
    if (!points.every((count) => Number.isInteger(count) && count > 0)) {
      throw new UsageError(`--grid is points an axis like 64x64, not “${args.given("grid")}”.`);
    }
    const ends = endsOf(args.text("coordinates"), points.length);
    const out = resolve(args.given("out"));
    if (!args.flag("force")) await assertNoFile(out);
    const compute = await shell.compute();
    const weights = resolve(args.positionals[0]!);
    const init = args.text("init") ?? null;
    const { inputChannels, outputChannels, parameters, remarks } = await compute.call(
      "buildOperator",
      { weights, points, ends, init, out },
      { signal: shell.signal },
    );
    for (const remark of remarks) shell.remark(`note: ${remark}`);
    shell.print(
      `${out}: ${inputChannels} → ${outputChannels} channels on ${points.join(" × ")}, ${parameters} parameters`,
    );
  },
};

function endsOf(text: string | undefined, axes: number): [number, number][] | null {
  if (text === undefined) return null;
  const ends = text.split("x").map((pair) => pair.split(":").map(Number));
  const sound = ends.every((pair) => pair.length === 2 && pair.every(Number.isFinite));
  if (sound && ends.length === axes) return ends as [number, number][];
  throw new UsageError(`--coordinates is like 0:1x0:1, a pair an axis, not “${text}”.`);
}
