/**
 * The benchmark: forward pass, gradient step, per-sample Gram matrix and D4 Gauss–Newton coherence of a U-Net or a ViT
 * beside PyTorch, in one run, as ratios. The rivals must agree in what they compute; they take turns, each in a process
 * of its own.
 *
 *     npm run bench [-- --model unet|vit --width 52 --size 64 --samples 16 --rounds 3 --coherence true|false]
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
    model: { type: "string", default: "unet" },
    coherence: { type: "string", default: "true" },
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

const { model, width, size, samples, rounds } = options;
const shape = ["--model", model, "--width", width, "--size", size, "--samples", samples];
const { parameters } = JSON.parse((await peer("make", folder, ...shape)).output) as {
  parameters: number;
};
console.log(
  `${model}, ${parameters} parameters, ${size}×${size}, ${samples} samples; PyTorch ${torchVersion}`,
);

const row = (what: string, a: string, b: string, ratio: number | null): string =>
  `| ${what} | ${a} | ${b} | ${ratio === null ? "–" : ratio.toFixed(2)} |`;
const rows: string[] = [];

interface Timed {
  seconds: number;
  check: number;
}
for (const [what, title] of [
  ["forward", "forward pass"],
  ["step", "AdamW step"],
  ["gram", "Gram matrix of per-sample gradients"],
] as const) {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(rounds); round++) {
    const own = JSON.parse((await tsx(join(here, "timed.ts"), what, folder)).output) as Timed;
    const other = JSON.parse((await peer(what, folder)).output) as Timed;
    if (!(Math.abs(own.check / other.check - 1) < 1e-4))
      throw new Error(`${what} differs: ${own.check}, ${other.check}`);
    ours.push(own.seconds);
    theirs.push(other.seconds);
    console.log(`${what}: ${own.seconds.toFixed(3)} s, PyTorch ${other.seconds.toFixed(3)} s`);
  }
  const ratio = median(ours.map((seconds, k) => seconds / theirs[k]!));
  rows.push(row(title, `${median(ours).toFixed(3)} s`, `${median(theirs).toFixed(3)} s`, ratio));
}

interface PeerCoherence {
  seconds: number;
  peak_bytes: number;
  cosine_diagonal: Record<string, number[]>;
}
const MiB = (bytes: number | null): string =>
  bytes === null ? "–" : `${Math.round(bytes / 2 ** 20)} MiB`;

/** Rows of the table, and the sentence below it. */
async function coherence(): Promise<string> {
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
  rows.push(
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
  );
  return `Largest difference of a diagonal cosine: ${deviation.toExponential(1)} (both in float32).`;
}

const remark = options.coherence === "true" ? [await coherence(), ""] : [];
const command = [...shape, "--rounds", rounds, "--coherence", options.coherence].join(" ");
const section = [
  `### ${model === "unet" ? "U-Net" : "ViT"}, ${parameters.toLocaleString("en")} parameters, ${size}×${size}, ${samples} samples`,
  "",
  `\`npm run bench -- ${command}\`; ${new Date().toISOString().slice(0, 10)}; ${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores; Node ${process.version}, PyTorch ${torchVersion}. Medians of ${rounds} rounds; ratios are medians over rounds.`,
  "",
  "| | Noetherscope | PyTorch | ratio |",
  "|---|---|---|---|",
  ...rows,
  "",
  ...remark,
].join("\n");
console.log(`\n${section}`);
writeFileSync(join(here, "last-run.md"), section);
rmSync(folder, { recursive: true });
