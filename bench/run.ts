/**
 * The benchmark: gradient step and D4 Gauss–Newton coherence of a U-Net beside PyTorch, in one run, as ratios.
 * Agreement is checked before anything is timed; the rivals take turns, each in a process of its own.
 *
 *     npm run bench [-- --width 52 --size 64 --samples 16 --rounds 3]
 *
 * PYTHON names an interpreter that has PyTorch (python3 by default); without one only our own times are printed.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readNpz } from "../src/main/data/npz";

const { values: options } = parseArgs({
  options: {
    width: { type: "string", default: "52" },
    size: { type: "string", default: "64" },
    samples: { type: "string", default: "16" },
    rounds: { type: "string", default: "3" },
  },
});
const here = import.meta.dirname;
const python = process.env["PYTHON"] ?? "python3";
const folder = mkdtempSync(join(tmpdir(), "noetherscope-bench-"));

interface Measured {
  readonly seconds: number;
  readonly peakBytes: number | null;
  readonly output: string;
}

/** A process from start to end: wall time and, on Linux, the high-water mark of its memory. */
function measure(command: string, args: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    let peakBytes: number | null = null;
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const poll = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
        if (peak !== undefined) peakBytes = Number(peak) * 1024;
      } catch {
        // No /proc here, or the process has just ended.
      }
    }, 20);
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(poll);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) resolve({ seconds, peakBytes, output });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}`));
    });
  });
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
const tsx = (...args: string[]): Promise<Measured> =>
  measure(process.execPath, ["--import", "tsx", ...args]);
const peer = (...args: string[]): Promise<Measured> =>
  measure(python, [join(here, "peer.py"), ...args]);

const torch = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], {
  encoding: "utf8",
});
const torchVersion = torch.status === 0 ? torch.stdout.trim() : null;
if (torchVersion === null) {
  console.log(
    `${python} has no PyTorch, so there is no network to compare; set PYTHON to one that has it.`,
  );
  process.exit(0);
}

const { width, size, samples, rounds } = options;
const { parameters } = JSON.parse(
  (await peer("make", folder, "--width", width, "--size", size, "--samples", samples)).output,
) as { parameters: number };
console.log(
  `U-Net, ${parameters} parameters, ${size}×${size}, ${samples} samples; PyTorch ${torchVersion}`,
);

interface Step {
  seconds: number;
  first_loss: number;
}
const steps: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
for (let round = 0; round < Number(rounds); round++) {
  const ours = JSON.parse((await tsx(join(here, "step.ts"), folder)).output) as Step;
  const theirs = JSON.parse((await peer("step", folder)).output) as Step;
  const deviation = Math.abs(ours.first_loss / theirs.first_loss - 1);
  if (!(deviation < 1e-4))
    throw new Error(`the losses differ: ${ours.first_loss}, ${theirs.first_loss}`);
  steps.ours.push(ours.seconds);
  steps.theirs.push(theirs.seconds);
  console.log(`step: ${ours.seconds.toFixed(3)} s, PyTorch ${theirs.seconds.toFixed(3)} s`);
}

interface PeerCoherence {
  seconds: number;
  peak_bytes: number;
  cosine_diagonal: Record<string, number[]>;
}
const out = join(folder, "run");
const bin = join(here, "..", "resources", "bin", "noetherscope.mjs");
const ours = await measure(process.execPath, [
  bin,
  ...[
    "analyse",
    "coherence",
    "--model",
    join(folder, "model.onnx"),
    "--data",
    join(folder, "data.npz"),
  ],
  ...["--fields", "scalar:density,vector:velocity,scalar:pressure", "--group", "d4"],
  ...["--samples", "all", "--executor", "onnxruntime", "--out", out],
]);
console.log(`coherence: ${ours.seconds.toFixed(1)} s, ${(ours.peakBytes ?? 0) / 2 ** 20} MiB`);
const theirsRun = await peer("coherence", folder);
const theirs = JSON.parse(theirsRun.output) as PeerCoherence;
console.log(`PyTorch: ${theirs.seconds.toFixed(1)} s, ${theirs.peak_bytes / 2 ** 20} MiB`);

const cosine = (await readNpz(join(out, "arrays.npz"), ["cosine"])).get("cosine")!;
const batch = cosine.shape[1]!;
let deviation = 0;
Object.values(theirs.cosine_diagonal).forEach((diagonal, g) => {
  diagonal.forEach((value, i) => {
    const mine = Number(cosine.data[(g * batch + i) * batch + i]);
    deviation = Math.max(deviation, Math.abs(mine - value));
  });
});
if (!(deviation < 5e-3)) throw new Error(`the cosines differ by ${deviation}`);

const MiB = (bytes: number | null): string =>
  bytes === null ? "–" : `${Math.round(bytes / 2 ** 20)} MiB`;
const row = (what: string, a: string, b: string, ratio: number | null): string =>
  `| ${what} | ${a} | ${b} | ${ratio === null ? "–" : ratio.toFixed(2)} |`;
const section = [
  `### ${parameters.toLocaleString("en")} parameters, ${size}×${size}, ${samples} samples`,
  "",
  `\`npm run bench -- --width ${width} --size ${size} --samples ${samples} --rounds ${rounds}\`; ${new Date().toISOString().slice(0, 10)}; ${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores; Node ${process.version}, PyTorch ${torchVersion}.`,
  "",
  "| | Noetherscope | PyTorch | ratio |",
  "|---|---|---|---|",
  row(
    "AdamW step, median",
    `${median(steps.ours).toFixed(3)} s`,
    `${median(steps.theirs).toFixed(3)} s`,
    median(steps.ours) / median(steps.theirs),
  ),
  row(
    "D4 Gauss–Newton coherence, whole process",
    `${ours.seconds.toFixed(1)} s`,
    `${theirsRun.seconds.toFixed(1)} s`,
    ours.seconds / theirsRun.seconds,
  ),
  row(
    "its peak memory",
    MiB(ours.peakBytes),
    MiB(theirs.peak_bytes),
    ours.peakBytes === null ? null : ours.peakBytes / theirs.peak_bytes,
  ),
  "",
  `Largest difference of a diagonal cosine: ${deviation.toExponential(1)} (both in float32).`,
  "",
].join("\n");
console.log(`\n${section}`);
writeFileSync(join(here, "last-run.md"), section);
rmSync(folder, { recursive: true });
