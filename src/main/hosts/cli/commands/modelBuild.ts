/** `noetherscope model build` */
import { resolve } from "node:path";
import { UsageError, type Command } from "../command";
import { assertNoFile, forceOption } from "./shared";

export const modelBuild: Command = {
  name: "model build",
  summary: "Write the network of a Fourier neural operator’s checkpoint as .onnx.",
  takes: "WEIGHTS",
  details:
    "Checkpoints of Li’s and PDEBench’s FNO1d and FNO2d say by their names and shapes what the network is. They are opened as models directly, on the grid of the data and with coordinates at the centres of the cells of [0, 1]; this writes them with others.",
  options: {
    grid: { value: "64x64", help: "Points an axis, in the checkpoint’s order.", required: true },
    coordinates: {
      value: "0:1x0:1",
      help: "First and last coordinate an axis; the centres of the cells of [0, 1] unless given.",
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
    const { inputChannels, outputChannels, parameters } = await compute.call(
      "buildOperator",
      { weights, points, ends, out },
      { signal: shell.signal },
    );
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
