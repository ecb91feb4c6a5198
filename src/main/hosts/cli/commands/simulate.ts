/** `noetherscope simulate` */
import { resolve } from "node:path";
import { simulators } from "../../../physics/simulators";
import type { Simulator } from "../../../physics/simulators/simulator";
import { UsageError, type Arguments, type Command } from "../command";
import { assertNoFile, duration, forceOption, json, jsonOption, progressLine } from "./shared";

export const simulate: Command = {
  name: "simulate",
  summary: "Write trajectories of a known equation.",
  takes: "SYSTEM",
  details: simulators.map(described).join("\n"),
  options: {
    preset: { value: "NAME", help: "A named set of coefficients." },
    set: {
      value: "NAME=NUMBER",
      help: "A coefficient or a choice, like nu=0.01,start=sines; several flags, or commas between.",
      many: true,
    },
    trajectories: { value: "N", help: "How many, each from its own random start.", default: "16" },
    steps: { value: "T", help: "Steps that are kept after the first state.", default: "50" },
    size: {
      value: "S",
      help: "Points a side, a power of two except for euler; of particles their number.",
    },
    seed: {
      value: "K",
      help: "Of the random starts; of another size, random waves and bridges of one seed are others, sums of sines and Gaussians the same.",
      default: "0",
    },
    out: { value: "FILE", help: "The .npz to write, or HDF5 of The Well, .h5." },
    ...forceOption,
    "dry-run": { help: "Only say what would be written: shape, size, time." },
    ...jsonOption,
  },
  example: "noetherscope simulate kdv --trajectories 4 --steps 10 --size 64 --out kdv.npz",
  async run(args, shell) {
    const compute = await shell.compute();
    const size = args.text("size");
    const request = {
      system: args.positionals[0]!,
      preset: args.text("preset") ?? null,
      set: coefficients(args),
      trajectories: whole(args, "trajectories", 1),
      steps: whole(args, "steps", 0),
      size: size === undefined ? null : whole(args, "size", 1),
      seed: whole(args, "seed", 0),
    };
    if (args.flag("dry-run")) {
      const { starts: _, ...preview } = await compute.call("previewSimulation", request, {
        signal: shell.signal,
      });
      for (const remark of preview.remarks) shell.remark(`Note: ${remark}`);
      if (args.flag("json")) return shell.print(json(preview));
      return shell.print(
        `${arraysInWords(preview.shape, request.system)}, ${preview.fields}, ${megabytes(preview.bytes)}, about ${duration(preview.seconds)}; ${preview.substeps} steps of the method for each that is kept`,
      );
    }
    const path = args.text("out");
    if (path === undefined) throw new UsageError("--out FILE is needed.", "Or --dry-run.");
    const out = resolve(path);
    if (!args.flag("force")) await assertNoFile(out);
    const written = await compute.call(
      "simulate",
      { ...request, out },
      { signal: shell.signal, onProgress: progressLine(shell) },
    );
    for (const remark of written.remarks) shell.remark(`Note: ${remark}`);
    if (args.flag("json")) return shell.print(json({ path: out, ...written }));
    shell.print(`${out}: ${arraysInWords(written.shape, request.system)}, ${written.fields}`);
  },
};

/** The file's arrays with their extents; of particles positions and momenta are arrays of their own. */
function arraysInWords(shape: readonly number[], system: string): string {
  const particles = simulators.find(({ id }) => id === system)?.axes === 0;
  if (!particles) return `states [${shape.join(", ")}]`;
  return `q and p, each [${[...shape.slice(0, -1), shape.at(-1)! / 2].join(", ")}]`;
}

/** One line of the help. */
function described({ id, equation, parameters, choices, presets }: Simulator): string {
  const numbers = Object.entries(parameters).map(
    ([name, { default: value }]) => `${name}=${String(value)}`,
  );
  const names = Object.entries(choices).map(
    ([name, { options }]) => `${name}=${options.map(({ value }) => value).join("|")}`,
  );
  return `${id}: ${equation}. ${[...numbers, ...names].join(" ")}; presets ${Object.keys(presets).join(", ")}.`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toPrecision(2)} MB`;
}

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
