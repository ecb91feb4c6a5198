/**
 * Pseudo-spectral Navier–Stokes beside NumPy and SciPy: the same scheme in float64, the same steps, trajectories that must
 * agree; both take turns. Beside the time that passes, the processors' time is given, which a busy machine leaves alone.
 *
 *     npx tsx bench/simulate.ts [--size 64 --trajectories 4 --steps 50 --rounds 5]
 *
 * PYTHON names an interpreter that has NumPy (python3 by default); SciPy's transforms are used where they are there.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeNpz } from "../src/main/data/npz";
import { navierStokes } from "../src/main/physics/simulators/navierStokes";
import { defaultsOf } from "../src/shared/parameters";
import { randomFrom } from "../src/shared/random";
import { sizeOf, type Tensor } from "../src/shared/tensor";

const { values: options } = parseArgs({
  options: {
    size: { type: "string", default: "64" },
    trajectories: { type: "string", default: "4" },
    steps: { type: "string", default: "50" },
    rounds: { type: "string", default: "5" },
  },
});
const [size, trajectories, steps, rounds] = [
  options.size,
  options.trajectories,
  options.steps,
  options.rounds,
].map(Number) as [number, number, number, number];
const folder = mkdtempSync(join(tmpdir(), "noetherscope-bench-"));
const coefficients = defaultsOf(navierStokes.parameters);
const choices = { start: "waves" };
const starts = Array.from({ length: trajectories }, (_, i) =>
  navierStokes.initial(randomFrom(0, i), size, coefficients, choices),
);
const shape = [trajectories, steps + 1, 2, size, size];

/** Trajectories, and how many steps of the method each took for one that is kept. */
function ours(): { seconds: number; cpu: number; states: Float64Array; substeps: number[] } {
  const states = new Float64Array(sizeOf(shape));
  const substeps: number[] = [];
  const start = performance.now();
  const busy = process.cpuUsage();
  for (let i = 0; i < trajectories; i++) {
    const evolution = navierStokes.evolve(starts[i]!, size, coefficients, choices);
    substeps.push(evolution.substeps);
    for (let k = 0; k <= steps; k++) {
      if (k > 0) evolution.advance();
      const state = evolution.state();
      states.set(state, (i * (steps + 1) + k) * state.length);
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(busy);
  return { seconds, cpu: (user + system) / 1e6, states, substeps };
}

interface Timed {
  readonly seconds: number;
  readonly cpu: number;
}

function vector(values: readonly number[]): Tensor {
  return { dtype: "float64", shape: [values.length], data: Float64Array.from(values) };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!;

try {
  const { states, substeps } = ours();
  await writeNpz(
    join(folder, "simulate.npz"),
    {
      states: { dtype: "float64", shape, data: states },
      dt: vector([coefficients["dt"]!]),
      viscosity: vector([coefficients["nu"]!]),
      substeps: vector(substeps),
    },
    { deflated: false },
  );
  const python = process.env["PYTHON"] ?? "python3";
  // The first of ours also compiles.
  ours();
  const here: Timed[] = [];
  const there: Timed[] = [];
  let deviation = 0;
  for (let round = 0; round < rounds; round++) {
    here.push(ours());
    const script = join(import.meta.dirname, "simulate.py");
    const answer = execFileSync(python, [script, folder, String(availableParallelism())]);
    const peer = JSON.parse(answer.toString()) as Timed & { deviation: number };
    there.push(peer);
    deviation = Math.max(deviation, peer.deviation);
  }
  const line = (what: string, of: (one: Timed) => number): string => {
    const [a, b] = [median(here.map(of)), median(there.map(of))];
    return `${what}: Noetherscope ${a.toFixed(2)} s, NumPy/SciPy ${b.toFixed(2)} s, ratio ${(a / b).toFixed(2)}`;
  };
  const all = substeps.reduce((sum, count) => sum + count * steps, 0);
  process.stdout.write(
    [
      `${size}², ${trajectories} trajectories of ${steps} steps, ${all} steps of the method`,
      line("time", ({ seconds }) => seconds),
      line("processors’ time", ({ cpu }) => cpu),
      `largest difference of a velocity ${deviation.toExponential(0)}`,
      "",
    ].join("\n"),
  );
  if (!(deviation < 1e-9)) throw new Error("the two do not compute the same trajectories");
} finally {
  rmSync(folder, { recursive: true });
}
