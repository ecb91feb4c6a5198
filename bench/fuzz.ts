/**
 * Files damaged at random, decoded and imported: every one must import or be refused with one sentence.
 *
 *     npx tsx bench/fuzz.ts [--count 1000000] [--seed 1]
 *
 * The files are mutated in a process of its own, so that a hang or a crash costs one file: the watcher notes the
 * seed, which makes the same file again, and goes on behind it. Printed are what became of the files, the longest
 * time of one and how far the process grew. The exit code is 1 if anything crashed, hung, or was refused badly.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { externalReader } from "../src/main/graph/onnx/external";
import { importGraph } from "../src/main/graph/onnx/import";
import { parseOnnx } from "../src/main/graph/onnx/model";
import { mutated, refusalOf } from "../src/main/graph/onnx/mutate.testing";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    from: { type: "string" },
  },
});
const count = Number(options.count);
const first = Number(options.seed);
/** Milliseconds of processor time beyond which a file hangs; an undamaged one takes some. */
const LONGEST = 1000;
/** Files between two reports of the worker. */
const STRIDE = 200;

const fixtures = join(import.meta.dirname, "../fixtures");
/** Small files most of the time: what goes wrong is in the structure, and large ones are mostly weights. */
const originals = ["mlp/model", "mlp/model_functions", "mlp/model", "mlp/model_functions"]
  .concat(["mlp/model_external", "unet/model", "vit/model", "resnet/model"])
  .map((name) => {
    const path = join(fixtures, `${name}.onnx`);
    return { path, bytes: new Uint8Array(readFileSync(path)), external: externalReader(path) };
  });

interface Report {
  readonly next: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly longest: { readonly seed: number; readonly ms: number };
  readonly peakBytes: number;
  readonly bad: readonly { readonly seed: number; readonly what: string }[];
}

/** Mutates from `from` on, reporting before each file that might be the last. */
function work(from: number): void {
  let outcomes: Record<string, number> = {};
  let bad: { seed: number; what: string }[] = [];
  let longest = { seed: from, ms: 0 };
  const report = (next: number): void => {
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    process.send!({ next, outcomes, longest, peakBytes, bad } satisfies Report);
    outcomes = {};
    bad = [];
  };
  const step = (seed: number): void => {
    const end = Math.min(first + count, seed + STRIDE);
    for (let at = seed; at < end; at++) {
      const { path, bytes: original, external } = originals[at % originals.length]!;
      const bytes = mutated(original, at);
      const start = process.cpuUsage();
      const { code, fault } = refusalOf(() =>
        importGraph(parseOnnx(bytes, path, external), { batch: 1 }),
      );
      const { user, system } = process.cpuUsage(start);
      const ms = (user + system) / 1000;
      outcomes[code] = (outcomes[code] ?? 0) + 1;
      if (fault !== undefined) bad.push({ seed: at, what: fault });
      if (ms > LONGEST) bad.push({ seed: at, what: `${Math.round(ms)} ms` });
      if (ms > longest.ms) longest = { seed: at, ms };
    }
    report(end);
    if (end < first + count) setImmediate(() => step(end));
    else process.disconnect();
  };
  step(from);
}

/** Runs a worker from `from`; resolves to where to go on, with what went wrong there if it died. */
function watch(
  from: number,
  take: (report: Report) => void,
): Promise<{ next: number; died?: string }> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        ...process.execArgv,
        import.meta.filename,
        "--from",
        String(from),
        "--count",
        String(count),
        "--seed",
        String(first),
      ],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    let next = from;
    let heard = Date.now();
    let hung = false;
    const timer = setInterval(() => {
      if (Date.now() - heard < 60_000) return;
      hung = true;
      child.kill("SIGKILL");
    }, 1000);
    child.on("message", (message) => {
      heard = Date.now();
      ({ next } = message as Report);
      take(message as Report);
    });
    child.on("close", (code) => {
      clearInterval(timer);
      if (code === 0 && !hung) resolve({ next });
      else resolve({ next: next + STRIDE, died: hung ? "hung" : `ended with ${code}` });
    });
  });
}

async function main(): Promise<void> {
  const outcomes: Record<string, number> = {};
  const bad: string[] = [];
  let longest = { seed: first, ms: 0 };
  let peak = 0;
  const start = performance.now();
  let shown = 0;
  let next = first;
  while (next < first + count) {
    const end = await watch(next, (report) => {
      for (const [code, n] of Object.entries(report.outcomes))
        outcomes[code] = (outcomes[code] ?? 0) + n;
      for (const { seed, what } of report.bad) {
        bad.push(`seed ${seed}: ${what}`);
        process.stderr.write(`BAD seed ${seed}: ${what}\n`);
      }
      if (report.longest.ms > longest.ms) longest = report.longest;
      peak = Math.max(peak, report.peakBytes);
      if (report.next - first - shown >= 20_000) {
        shown = report.next - first;
        process.stderr.write(`${shown} of ${count}, ${bad.length} bad\n`);
      }
    });
    if (end.died !== undefined)
      bad.push(`seeds from ${end.next - STRIDE}: the process ${end.died}`);
    next = end.next;
  }
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`${count} files from seed ${first} in ${seconds.toFixed(0)} s\n`);
  for (const [code, n] of Object.entries(outcomes).sort(([, a], [, b]) => b - a)) {
    process.stdout.write(`${String(n).padStart(9)}  ${code}\n`);
  }
  process.stdout.write(
    `longest ${longest.ms.toFixed(0)} ms (seed ${longest.seed}), process at most ${(peak / 2 ** 20).toFixed(0)} MiB\n`,
  );
  for (const line of bad) process.stdout.write(`BAD ${line}\n`);
  process.exitCode = bad.length > 0 ? 1 : 0;
}

if (options.from === undefined) await main();
else work(Number(options.from));
