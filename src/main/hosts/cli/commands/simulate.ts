/** `noetherscope simulate` */
import { resolve } from "node:path";
import { simulators } from "../../../physics/simulators";
import { UsageError, type Arguments, type Command } from "../command";
import { json, jsonOption, progressLine } from "./shared";

export const simulate: Command = {
  name: "simulate",
  summary: "Write trajectories of a known equation.",
  takes: "SYSTEM",
  details: simulators
    .map(
      ({ id, equation, parameters, presets }) =>
        `${id}: ${equation}. ${Object.entries(parameters)
          .map(([name, parameter]) => `${name}=${String(parameter.default)}`)
          .join(" ")}; presets ${Object.keys(presets).join(", ")}.`,
    )
    .join("\n"),
  options: {
    preset: { value: "NAME", help: "A named set of coefficients." },
    set: {
      value: "NAME=NUMBER",
      help: "A coefficient; several flags, or commas between.",
      many: true,
    },
    trajectories: { value: "N", help: "How many, each from its own random start.", default: "16" },
    steps: { value: "T", help: "Steps that are kept after the first state.", default: "50" },
    size: { value: "S", help: "Points a side, a power of two; of particles their number." },
    seed: { value: "K", help: "Of the random starts.", default: "0" },
    out: { value: "FILE", help: "The .npz to write.", required: true },
    ...jsonOption,
  },
  example: "noetherscope simulate kdv --trajectories 4 --steps 10 --size 64 --out kdv.npz",
  async run(args, shell) {
    const compute = await shell.compute();
    const out = resolve(args.given("out"));
    const size = args.text("size");
    const written = await compute.call(
      "simulate",
      {
        system: args.positionals[0]!,
        preset: args.text("preset") ?? null,
        set: coefficients(args),
        trajectories: whole(args, "trajectories", 1),
        steps: whole(args, "steps", 0),
        size: size === undefined ? null : whole(args, "size", 1),
        seed: whole(args, "seed", 0),
        out,
      },
      { signal: shell.signal, onProgress: progressLine(shell) },
    );
    if (args.flag("json")) return shell.print(json({ path: out, ...written }));
    shell.print(`${out}: states [${written.shape.join(", ")}], ${written.fields}`);
  },
};

function whole(args: Arguments, name: string, least: number): number {
  const value = Number(args.given(name));
  if (Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} is a whole number from ${least}, not “${args.given(name)}”.`);
}

function coefficients(args: Arguments): Record<string, string> {
  const parts = args.list("set").flatMap((text) => text.split(","));
  return Object.fromEntries(
    parts.map((part): [string, string] => {
      const [name = "", value] = part.split("=").map((piece) => piece.trim());
      if (value === undefined || name === "") {
        throw new UsageError(`--set takes NAME=NUMBER, not “${part}”.`);
      }
      return [name, value];
    }),
  );
}
