/**
 * A U-Net of about a hundred thousand parameters on 64 × 64 Navier–Stokes, trained for ten minutes at most: its relative
 * one-step error on trajectories that it never saw, beside that of predicting no change.
 *
 *     npx tsx bench/train.ts [minutes] [preset]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { TrainingEntry } from "../src/shared/training/training";

const [minutes = "10", preset = "medium"] = process.argv.slice(2);
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "train-"));
const data = join(folder, "ns.npz");

function run(words: readonly string[]): string {
  const entry = join(root, "src/main/hosts/cli/index.ts");
  return execFileSync(process.execPath, ["--import", "tsx", entry, ...words], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

run(["simulate", "navier-stokes", "--trajectories", "48", "--steps", "20", "--size", "64", "--set", "dt=0.1", "--seed", "1", "--out", data]); // prettier-ignore
const shared = ["train", "--data", data, "--model", "unet", "--preset", preset, "--rate", "3e-3", "--loss", "relative-l2"]; // prettier-ignore
const settings = [...shared, "--batch", "16", "--validation", "0.15", "--average", "0.99"];
const one = JSON.parse(run([...settings, "--epochs", "1", "--dry-run", "--json"])) as {
  seconds: number;
  parameterCount: number;
};
// As many epochs as the time allows, so that the schedule ends with it; a fifth is left for judging and for others' load.
const epochs = Math.max(1, Math.floor((0.8 * 60 * Number(minutes)) / one.seconds));
console.log(`${one.parameterCount} parameters, ${epochs} epochs of ${one.seconds.toFixed(1)} s`);
const words = [...settings, "--epochs", String(epochs), "--time-limit", minutes];
const record = JSON.parse(
  run([...words, "--study", join(folder, "study"), "--json"]),
) as TrainingEntry;
const [seed] = record.seeds;
const { best, identityError, seconds, epoch } = seed!;
console.log(
  `${epoch} epochs in ${(seconds / 60).toFixed(1)} min on ${cpus().length} cores (load ${loadavg()[1]!.toFixed(1)}): relative one-step error ${(100 * best!.relativeError).toFixed(2)} %, no change predicted ${(100 * identityError!).toFixed(2)} %, ${(identityError! / best!.relativeError).toFixed(1)} times`,
);
rmSync(folder, { recursive: true });
process.exitCode = best!.relativeError < 0.03 && best!.relativeError < identityError! / 10 ? 0 : 1;
