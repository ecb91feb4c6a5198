/** `noetherscope model new` */
import { resolve } from "node:path";
import { architectures } from "../../../../shared/architectures";
import {
  measuredStates,
  type ArchitectureDefinition,
} from "../../../../shared/architectures/definition";
import { UsageError, type Arguments, type Command, type Shell } from "../command";
import {
  architectureFlags,
  architecturesInWords,
  networkRequestOf,
  readingFlags,
  readingOf,
  rounded,
} from "./architectureOptions";
import { assertNoFile, forceOption, json, jsonOption, progressLine, table } from "./shared";

export const modelNew: Command = {
  name: "model new",
  summary: "Write a network with random weights, made for the states of a data file.",
  takes: "[ARCH]",
  details: `Architectures, and the parameters of their presets for ${measuredStates.grid} (of ${measuredStates.particles}):\n${architecturesInWords}`,
  options: {
    data: { value: "FILE", help: "States that it is to take, and their targets or successors." },
    ...readingFlags,
    ...architectureFlags,
    statistics: {
      value: "pooled|none",
      help: "Mean and spread that the network carries: of the data, in the way that commutes with turns and reflections, or none where states are normalised already.",
      default: "pooled",
    },
    seed: {
      value: "K",
      help: "Of the random weights, which begin as PyTorch’s layers do.",
      default: "0",
    },
    out: { value: "FILE", help: "The .onnx to write." },
    ...forceOption,
    list: { help: "List architectures and presets; with --data those that fit, counted there." },
    "dry-run": { help: "Only say what would be written: parameters, cost." },
    ...jsonOption,
  },
  example:
    "noetherscope model new unet --data resources/examples/jets/jets.npz --preset medium --out unet.onnx",
  run: (args, shell) => (args.flag("list") ? list(args, shell) : make(args, shell)),
};

async function make(args: Arguments, shell: Shell): Promise<void> {
  const [id] = args.positionals;
  if (id === undefined) {
    throw new UsageError(`ARCH is missing: ${Object.keys(architectures).join(", ")}.`);
  }
  const network = networkRequestOf(id, args);
  const data = args.text("data");
  if (data === undefined) throw new UsageError("--data FILE is needed.");
  const statistics = args.given("statistics");
  if (statistics !== "pooled" && statistics !== "none") {
    throw new UsageError(`--statistics is pooled or none, not “${statistics}”.`);
  }
  const seed = Number(args.given("seed"));
  if (!Number.isInteger(seed) || seed < 0) {
    throw new UsageError(`--seed is a whole number from 0, not “${args.given("seed")}”.`);
  }
  const out = await outOf(args);
  const compute = await shell.compute();
  const made = await compute.call(
    "newModel",
    {
      network,
      data: { path: resolve(data), options: readingOf(args) },
      statistics,
      seed,
      out,
    },
    { signal: shell.signal, onProgress: progressLine(shell) },
  );
  for (const notice of made.notices) shell.remark(`Note: ${notice}`);
  if (args.flag("json")) return shell.print(json({ path: out, seed, ...made }));
  const { preset, parameterCount, input, output, multiplyAdds } = made;
  const head = out ?? `${id} ${preset}`;
  shell.print(
    `${head}: ${parameterCount} parameters, [batch, ${input.join(", ")}] to [batch, ${output.join(", ")}], ${rounded(multiplyAdds)} multiply–adds a sample.`,
  );
}

/** null where nothing is to be written. */
async function outOf(args: Arguments): Promise<string | null> {
  if (args.flag("dry-run")) return null;
  const path = args.text("out");
  if (path === undefined) throw new UsageError("--out FILE is needed.", "Or --dry-run.");
  if (!path.endsWith(".onnx")) throw new UsageError(`--out ${path} does not end in .onnx.`);
  const out = resolve(path);
  if (!args.flag("force")) await assertNoFile(out);
  return out;
}

async function list(args: Arguments, shell: Shell): Promise<void> {
  const data = args.text("data");
  if (data === undefined) {
    const rows = Object.values(architectures as Record<string, ArchitectureDefinition>).flatMap(
      ({ id, title, presets }) =>
        Object.entries(presets).map(([name, { parameters }], i) =>
          i === 0 ? [id, title, name, String(parameters)] : ["", "", name, String(parameters)],
        ),
    );
    if (args.flag("json")) return shell.print(json(architectures));
    return shell.print(table([["ARCH", "", "preset", "parameters"], ...rows], 1));
  }
  const compute = await shell.compute();
  const offers = await compute.call(
    "listArchitectures",
    { path: resolve(data), options: readingOf(args) },
    { signal: shell.signal },
  );
  if (args.flag("json")) return shell.print(json(offers));
  const rows = offers.flatMap(({ id, presets }) =>
    presets.flatMap(({ name, reason, parameterCount, multiplyAdds }) =>
      reason === null ? [[id, name, String(parameterCount), rounded(multiplyAdds)]] : [],
    ),
  );
  shell.print(table([["ARCH", "preset", "parameters", "multiply–adds"], ...rows], 2));
  for (const { id, reason } of offers) if (reason !== null) shell.print(`${id}: ${reason}`);
}
