/**
 * Trainings that are killed at random moments, again and again, and go on each time: the weights that they end with are to
 * be those of the training that nobody killed, bit by bit.
 *
 *     npx tsx bench/kills.ts [kills] [seed]
 *
 * Each is the command line in a process of its own, ended by SIGKILL.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomFrom } from "../src/shared/random";

const [count = "50", seed = "0"] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "kills-"));
const data = join(folder, "data.npz");
// Long enough to be met in its course, with everything random in it.
const settings =
  "--model unet --epochs 12 --batch 8 --augment d4 --average 0.99 --clip 1 --rollout 2 --save-every 0.2 --seeds 0,1";

/** Runs the command line; after `milliseconds` it is killed. Resolves with whether it ended by itself. */
function run(words: readonly string[], milliseconds = Infinity): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const entry = join(root, "src/main/hosts/cli/index.ts");
    const child = spawn(process.execPath, ["--import", "tsx", entry, ...words], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    const timer = Number.isFinite(milliseconds)
      ? setTimeout(() => child.kill("SIGKILL"), milliseconds)
      : undefined;
    child.on("exit", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(true);
      else if (code === null) resolve(false);
      else reject(new Error(said));
    });
  });
}

/** Of each seed's last weights. */
function hashes(study: string): string[] {
  const trainings = join(study, "checkpoints");
  const names = readdirSync(trainings).filter((name) => !name.startsWith("."));
  return names.flatMap((name) =>
    [0, 1].map((member) => {
      const path = join(trainings, name, `seed-${member}`, "final.safetensors");
      return createHash("sha256").update(readFileSync(path)).digest("hex");
    }),
  );
}

/** How far a study's training is on the disk: one killed before its folder was there begins anew. */
function standing(study: string): "none" | "begun" | "ended" {
  const trainings = join(study, "checkpoints");
  const names = existsSync(trainings) ? readdirSync(trainings) : [];
  const name = names.find((each) => !each.startsWith("."));
  if (name === undefined) return "none";
  const record = JSON.parse(readFileSync(join(trainings, name, "training.json"), "utf8")) as {
    seeds: { status: string }[];
  };
  return record.seeds.every(({ status }) => status === "done") ? "ended" : "begun";
}

await run(["simulate", "navier-stokes", "--trajectories", "8", "--steps", "8", "--size", "16", "--out", data]); // prettier-ignore
const words = ["train", "--data", data, ...settings.split(" ")];
const started = performance.now();
await run([...words, "--study", join(folder, "whole")]);
let shortest = performance.now() - started;
const wanted = hashes(join(folder, "whole"));
console.log(`${(shortest / 1000).toFixed(1)} s without a kill`);

let [kills, same, trainings] = [0, 0, 0];
for (let k = 0; kills < Number(count); k++) {
  const study = join(folder, `killed-${k}`);
  let times = 0;
  while (standing(study) !== "ended") {
    const again = standing(study) === "begun" ? ["train", "--resume"] : words;
    const begun = performance.now();
    const last = times >= 4;
    if (await run([...again, "--study", study], last ? Infinity : shortest * random())) {
      // How busy the machine is changes; later kills should still meet a training in its course.
      if (times === 0) shortest = Math.min(shortest, performance.now() - begun);
    } else times++;
  }
  const found = hashes(study);
  const isSame = found.join() === wanted.join();
  if (isSame) same++;
  kills += times;
  trainings++;
  console.log(`${k + 1}: ${times} kills, ${isSame ? "the same weights" : "OTHER WEIGHTS"}`);
  rmSync(study, { recursive: true });
}
console.log(`${same} of ${trainings} trainings ended with the same weights, after ${kills} kills`);
rmSync(folder, { recursive: true });
process.exitCode = same === trainings ? 0 : 1;
