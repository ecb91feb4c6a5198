/**
 * The comparison that the program is named for, small enough for two cores: trains five networks, follows their
 * coherence over training, and writes a report that says what agrees with the paper.
 *
 *     npm run reproduce [-- --out reproduction --seed 0 --epochs 20]
 *
 * Everything goes through the command line, whose words the report lists; what is there already is not made again.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readNpz, writeNpz } from "../../src/main/data/npz";
import { anisotropy, cases, type Case } from "./cases";
import type { Readings } from "./findings";
import { readingsOf } from "./readings";
import { EPOCHS, report, type Done } from "./report";

const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: "reproduction" },
    seed: { type: "string", default: "0" },
    epochs: { type: "string", default: String(EPOCHS) },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(
    `npm run reproduce -- [--out reproduction] [--seed 0] [--epochs ${EPOCHS}]: writes report.md and its figures into the folder.`,
  );
  process.exit(0);
}
const seed = Number(options.seed);
const epochs = Number(options.epochs);
/** Dense early, as coupling comes early. */
const checkpoints = [0, 1, 2, 5, 10].filter((epoch) => epoch < epochs).concat(epochs);
const out = resolve(options.out);
mkdirSync(out, { recursive: true });
const began = performance.now();

const program = join(import.meta.dirname, "..", "..", "resources", "bin", "noetherscope.mjs");
const commands: string[] = [];

/** Runs the program in the report's folder; what it prints where JSON was asked for. */
function noetherscope(...args: readonly string[]): string {
  commands.push(`noetherscope ${args.join(" ")}`);
  console.log(commands.at(-1));
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], {
    cwd: out,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`noetherscope ${args[0]} ended with ${status}; see above.`);
  return stdout;
}

/** The same file with vy in front of vx. */
async function exchangeComponents(from: string, to: string): Promise<void> {
  const arrays = new Map(await readNpz(from));
  const states = arrays.get("states")!;
  const [, , channels, ...plane] = states.shape as [number, number, number, ...number[]];
  const points = plane.reduce((product, side) => product * side, 1);
  const data = states.data.slice();
  for (let at = 0; at < data.length; at += channels * points) {
    data.set(states.data.subarray(at, at + points) as never, at + points);
    data.set(states.data.subarray(at + points, at + 2 * points) as never, at);
  }
  arrays.set("states", { ...states, data } as typeof states);
  await writeNpz(to, arrays, { fields: "vector:v" });
}

/** Trajectories to train on and others to judge by; their random starts have nothing in common. */
async function dataOf(kind: Case["data"]): Promise<{ training: string; held: string }> {
  const file = (part: string): string => `${kind}-${part}.npz`;
  const parts = [
    { part: "training", trajectories: 32, seed: 1000 * seed },
    { part: "held", trajectories: 8, seed: 1000 * seed + 500 },
  ];
  for (const { part, trajectories, seed: starts } of parts) {
    if (existsSync(join(out, file(part)))) continue;
    if (kind === "exchanged") {
      await dataOf("isotropic");
      await exchangeComponents(join(out, `isotropic-${part}.npz`), join(out, file(part)));
      continue;
    }
    noetherscope(
      ...["simulate", "navier-stokes", "--size", "32", "--trajectories", String(trajectories)],
      ...["--steps", "20", "--seed", String(starts)],
      ...["--set", `anisotropy=${anisotropy[kind]},waves=6,dt=0.05,nu=0.0005`, "--out", file(part)],
    );
  }
  return { training: file("training"), held: file("held") };
}

interface Trained {
  readonly folder: string;
  readonly relativeError: number;
  readonly identityError: number;
}

/** Trains a case's network, or takes the one that is there. */
function trained({ id, architecture, training }: Case, data: string): Trained {
  const kept = join(out, `${id}.training.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as Trained;
  const printed = noetherscope(
    ...[
      "train",
      "--data",
      data,
      "--boundary",
      "periodic",
      ...architecture,
      ...training,
      "--epochs",
      String(epochs),
    ],
    ...["--rate", "0.003", "--seed", String(seed), "--checkpoints", checkpoints.join()],
    ...["--study", "study", "--name", id, "--json"],
  );
  const record = JSON.parse(printed) as {
    id: string;
    seeds: { best: { relativeError: number }; identityError: number }[];
  };
  const [one] = record.seeds;
  const result: Trained = {
    folder: join("study", "checkpoints", record.id),
    relativeError: one!.best.relativeError,
    identityError: one!.identityError,
  };
  writeFileSync(kept, JSON.stringify(result));
  return result;
}

const readings: Partial<Record<Case["id"], Awaited<ReturnType<typeof readingsOf>>>> = {};
const errors: Record<string, Trained> = {};
for (const one of cases) {
  console.log(`\n${one.id}: ${one.title}`);
  const data = await dataOf(one.data);
  const training = trained(one, data.training);
  const run = `${one.id}.evolution`;
  if (!existsSync(join(out, run, "run.json"))) {
    noetherscope(
      ...["analyse", "evolution", "--model", join(training.folder, "model.onnx")],
      ...["--checkpoints", `${training.folder}/epoch-*.safetensors`, "--data", data.held],
      ...["--group", "d4", "--samples", "24", "--seed", String(seed), "--out", run],
    );
    noetherscope("figure", run, "--figure", "by-subgroup", "--out", `${one.id}.svg`, "--force");
  }
  readings[one.id] = await readingsOf(join(out, run));
  errors[one.id] = training;
}

const done: Done = {
  readings: readings as Readings,
  commands,
  errors,
  seed,
  epochs,
  minutes: (performance.now() - began) / 60_000,
  version: (
    JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8")) as {
      version: string;
    }
  ).version,
};
const text = report(done);
writeFileSync(join(out, "report.md"), text);
console.log(`\n${text}\n${join(out, "report.md")}`);
