/** Trainings in processes of their own, killed and gone on with. */
import { spawn } from "node:child_process";
import { access, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { randomFrom } from "../../../shared/random";
import { simulate } from "../../compute/tasks/simulate";
import { architectureFlags } from "./commands/architectureOptions";
import { train } from "./commands/train";

// A process loads the program first, which a busy machine takes its time for.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let home: string;
let data: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "cli-train-"));
  data = join(home, "flow.npz");
  await simulate(
    { system: "navier-stokes", preset: null, set: {}, trajectories: 4, steps: 5, size: 16, seed: 1, out: data }, // prettier-ignore
    { signal: new AbortController().signal, progress: () => undefined },
  );
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line; `meet` may kill it. */
function run(
  words: readonly string[],
  meet?: (kill: (signal: NodeJS.Signals) => void) => Promise<void>,
): Promise<Ended> {
  const entry = join(import.meta.dirname, "index.ts");
  const child = spawn(process.execPath, ["--import", "tsx", entry, "train", ...words], {
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (text: Buffer) => (said.out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said.err += text.toString()));
  void meet?.((signal) => child.kill(signal));
  return new Promise((resolve) => child.on("exit", (code) => resolve({ code, ...said })));
}

/** Of the only training of a study. */
async function trainingIn(study: string): Promise<string | null> {
  const names = await readdir(join(study, "checkpoints")).catch(() => []);
  const name = names.find((each) => !each.startsWith("."));
  return name === undefined ? null : join(study, "checkpoints", name);
}

/** Once the first state lies there. */
async function begun(study: string): Promise<void> {
  for (;;) {
    const folder = await trainingIn(study);
    if (folder !== null) {
      const there = await access(join(folder, "state.safetensors")).then(() => true, () => false); // prettier-ignore
      if (there) return;
    }
    await wait(5);
  }
}

const settings = ["--model", "cnn", "--width", "4", "--depth", "2", "--epochs", "60", "--batch", "4", "--augment", "d4", "--average", "0.9", "--save-every", "0.05"]; // prettier-ignore

test("a training that was killed twice ends with the same bytes as one that was not", async () => {
  const random = randomFrom(Date.now() % 1000);
  const [whole, killed] = [join(home, "whole"), join(home, "killed")];
  const wanted = await run(["--data", data, ...settings, "--study", whole]);
  expect(wanted.code).toBe(0);
  expect(wanted.out).toMatch(
    /60 epochs, \d+ steps, best validation loss .* relative one-step error/,
  );
  let words = ["--data", data, ...settings, "--study", killed];
  for (let k = 0; k < 2; k++) {
    const { code } = await run(words, async (kill) => {
      await begun(killed);
      await wait(600 * random());
      kill("SIGKILL");
    });
    // It may have been faster than the killer.
    if (code === 0) break;
    words = ["--resume", "--study", killed];
  }
  if (words[0] === "--resume") expect((await run(words)).code).toBe(0);
  const of = async (study: string): Promise<Buffer> =>
    readFile(join((await trainingIn(study))!, "final.safetensors"));
  expect((await of(killed)).equals(await of(whole))).toBe(true);
});

test("Ctrl-C keeps what was reached and says how to go on", async () => {
  const study = join(home, "stopped");
  const words = [...settings, "--epochs", "100000", "--study", study];
  const stopped = await run(["--data", data, ...words], async (kill) => {
    await begun(study);
    kill("SIGINT");
  });
  expect(stopped.code).toBe(130);
  expect(stopped.err).toMatch(/--study .*stopped --resume goes on with cnn-on-flow/);
  const other = await run(["--study", study, "--resume", "--rate", "0.5"]);
  expect(other.code).toBe(2);
  expect(other.err).toContain(
    "--rate cannot change in a training that goes on: it was begun with 0.001.",
  );
  // What is the default was meant as well.
  const usual = await run(["--study", study, "--resume", "--epochs", "20"]);
  expect(usual.err).toContain("--epochs cannot change in a training that goes on");
  const listed = await run(["--study", study, "--list"]);
  expect(listed.out).toMatch(/cnn-on-flow-\S+ +0 +unfinished +\d+ +\d+ of \d+/);
  const removed = await run(["--study", study, "--remove", "cnn on flow"]);
  expect(removed.out).toMatch(/^Removed cnn on flow, [\d.]+ kB on the disk\.$/m);
  expect(await readdir(join(study, "checkpoints"))).toEqual([]);
  expect(await readdir(join(study, "trash"))).toEqual([]);
});

test("a training that blew up is not told of as a success", async () => {
  const study = join(home, "blown");
  const words = [...settings, "--epochs", "2", "--rate", "100"]; // prettier-ignore
  const blown = await run(["--data", data, ...words, "--study", study]);
  expect(blown.err).toContain("Note: Training made nothing better");
  expect(blown.err).toMatch(/Note: Its last state predicts no better than no change/);
  expect(blown.out).toMatch(/in epoch 0, relative one-step error there .* \(after epoch 2: /);
});

describe("its flags", () => {
  test("say each thing once: none of an architecture is one of a training", () => {
    for (const name of Object.keys(architectureFlags)) {
      expect(train.options[name]).toBe(architectureFlags[name]);
    }
    expect(train.options).toMatchObject({ epochs: {}, augment: {}, axes: {}, "final-rate": {} });
  });
});
