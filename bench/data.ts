/**
 * Opening, scrubbing and reading large files, beside h5py: a sparse HDF5 of 20 GB and a sparse .npy of 10 GB opened in a
 * process of their own, frames of 512×512 one after another as a window in a browser gets them, and windows of files
 * that are packed, in chunks, in one piece, or with their axes in another order. Both sides hand over the same states as
 * float32 [channel, y, x], one window at a time, where the memory of the last stays in the processor's cache, and as
 * training takes them, eight to a batch of inputs and targets. This side also looks for NaN in every window that it reads
 * for the first time. Memory is used again, as training does and NumPy's allocator by itself; what new memory for every
 * window costs is timed apart, and so is a first reading of each window.
 *
 *     npm run build && npx tsx bench/data.ts [--folder FOLDER]
 *
 * PYTHON names an interpreter that has h5py (python3 by default); it makes the files, and reads them as a rival.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { ComputeProcess } from "../src/main/compute/client";
import { forkCompute } from "../src/main/compute/fork";
import { openData, type Samples } from "../src/main/data/dataset";
import { toFloat64, type Tensor } from "../src/shared/tensor";
import { fromBytes, toBytes } from "../src/shared/wire";

const { values, positionals } = parseArgs({
  options: { folder: { type: "string" } },
  allowPositionals: true,
});
const python = process.env["PYTHON"] ?? "python3";

/** Peak of this process in MB. */
const peak = (): number => process.resourceUsage().maxRSS / 1024;
const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1]!;

/** Asked of a process of its own: opens one file and a frame in its middle. */
async function opened(path: string): Promise<void> {
  const before = peak();
  const start = performance.now();
  const data = await openData(path, { axes: "n,t,c,y,x", fields: "vector:v" });
  const open = performance.now() - start;
  await data.read([Math.floor(data.sampleCount / 2)]);
  const first = performance.now() - start - open;
  await data.close();
  console.log(JSON.stringify({ open, first, before, peak: peak() }));
}

const making = `
import sys, h5py, numpy as np
folder = sys.argv[1]
with h5py.File(folder + "/large.h5", "w") as f:
    # 20 GB of float32, nothing of it on the disk.
    f.create_dataset("states", (20, 500, 2, 512, 512), "f4", chunks=(1, 1, 2, 512, 512))
with open(folder + "/large.npy", "wb") as f:
    np.lib.format.write_array_header_1_0(f, {"descr": "<f4", "fortran_order": False, "shape": (10, 500, 2, 512, 512)})
    f.truncate(f.tell() + 10 * 500 * 2 * 512 * 512 * 4)
rng = np.random.default_rng(0)
frame = rng.standard_normal((2, 512, 512)).astype("f4")
with h5py.File(folder + "/frames.h5", "w") as f:
    d = f.create_dataset("states", (2, 40, 2, 512, 512), "f4", chunks=(1, 1, 2, 512, 512), compression="gzip", compression_opts=1, shuffle=True)
    for i in range(2):
        for t in range(40): d[i, t] = np.round(np.roll(frame, t, 2), 2)
for name, chunks in (("plain", (1, 1, 2, 512, 512)), ("whole", None)):
    with h5py.File(folder + f"/{name}.h5", "w") as f:
        d = f.create_dataset("states", (2, 40, 2, 512, 512), "f4", chunks=chunks)
        for i in range(2):
            for t in range(40): d[i, t] = frame + t
np.save(folder + "/whole.npy", np.stack([np.stack([frame + t for t in range(40)])] * 2))
with h5py.File(folder + "/turned.h5", "w") as f:
    d = f.create_dataset("states", (2, 40, 512, 512, 2), "f4")
    for i in range(2):
        for t in range(40): d[i, t] = (frame + t).transpose(2, 1, 0)
`;

const forgetting = `
import os, sys
f = os.open(sys.argv[1], os.O_RDWR); os.fsync(f); os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)
`;

const reading = `
import sys, time, h5py, numpy as np
name, turned = sys.argv[1], sys.argv[3] == "turned"
d = np.load(name, mmap_mode="r") if name.endswith(".npy") else h5py.File(name)["states"]
places = [tuple(map(int, p.split(":"))) for p in sys.argv[2].split(",")]
start, wall = time.process_time(), time.perf_counter()
n = 0
def window(i, t):
    states = d[i, t:t + 2]
    return states.transpose(0, 3, 2, 1) if turned else states
size = int(sys.argv[4])
if size == 1:
    for i, t in places: n += np.ascontiguousarray(window(i, t)).copy().nbytes if name.endswith(".npy") else np.ascontiguousarray(window(i, t)).nbytes
else:
    inputs, targets = np.empty((2, size, 2, 512, 512), "f4")
    for k, (i, t) in enumerate(places):
        inputs[k % size], targets[k % size] = window(i, t)
        n += 2 * inputs[0].nbytes
print(n, time.process_time() - start, time.perf_counter() - wall)
`;

if (positionals[0] !== undefined) await opened(positionals[0]);
else await all();

async function all(): Promise<void> {
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), "noetherscope-bench-"));
  try {
    execFileSync(python, ["-c", making, folder]);
    for (const name of ["large.h5", "large.npy"]) {
      const out = execFileSync(process.execPath, ["--import", "tsx", import.meta.filename, join(folder, name)], { encoding: "utf8" }); // prettier-ignore
      const { open, first, before, peak: most } = JSON.parse(out) as Record<string, number>;
      console.log(`${name}: opened in ${open!.toFixed(0)} ms, a frame in ${first!.toFixed(0)} ms; ${most!.toFixed(0)} MB at most, ${before!.toFixed(0)} MB before`); // prettier-ignore
    }
    const files = ["frames.h5", "plain.h5", "whole.h5"].map((name) => join(folder, name));
    const compute = new ComputeProcess(() => forkCompute(join("out", "main", "compute.js")));
    for (const file of files) await scrub(compute, file);
    await compute.close();
    for (const file of [...files, join(folder, "whole.npy"), join(folder, "turned.h5")]) {
      await windows(file, { cold: false, again: true, size: 1 });
      await windows(file, { cold: false, again: true, size: 8 });
      await windows(file, { cold: false, again: true, size: 8, first: true });
      await windows(file, { cold: false, again: false, size: 1 });
      await windows(file, { cold: true, again: true, size: 8 });
    }
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true });
  }
}

/** What crosses to a window when it shows the next sample: read, sent between processes and to the browser, taken apart. */
async function scrub(compute: ComputeProcess, path: string): Promise<void> {
  const options = { fields: "vector:v" };
  await compute.call("inspectData", { path, options });
  const times: number[] = [];
  for (let i = 0; i < 39; i++) {
    const start = performance.now();
    const sample = await compute.call("readSamples", { path, options, indices: [i] });
    const shown = fromBytes(toBytes(sample)) as { input: Tensor; target: Tensor };
    toFloat64(shown.input);
    toFloat64(shown.target);
    times.push(performance.now() - start);
  }
  const [first = 0, ...rest] = times;
  console.log(`${basename(path)}: frames of 512×512 with target: first ${first.toFixed(0)} ms, then ${median(rest).toFixed(0)} ms, at most ${Math.max(...rest).toFixed(0)} ms`); // prettier-ignore
}

interface Way {
  /** Whether windows come from the disk, as those of a data set larger than memory do. */
  readonly cold: boolean;
  /** Whether they are read into the memory of those before. */
  readonly again: boolean;
  /** Windows read at once. */
  readonly size: number;
  /** Whether each is read once only; else some six times over, like in the epochs of a training. */
  readonly first?: boolean;
}

/**
 * Windows of two states at random places, both read in the same order; rounds take turns. By the processors' time, which
 * a busy machine leaves alone, and by the clock.
 */
async function windows(path: string, { cold, again, size, first = false }: Way): Promise<void> {
  const turned = path.includes("turned");
  const options = { fields: "vector:v", ...(turned ? { axes: "n,t,x,y,c" } : {}) };
  const forget = (): void => {
    if (cold) execFileSync(python, ["-c", forgetting, path]);
  };
  const rounds: { speed: number; byWork: number; byClock: number }[] = [];
  for (let round = 0; round < 7; round++) {
    const data = await openData(
      path,
      path.endsWith(".npy") ? { ...options, axes: "n,t,c,y,x" } : options,
    );
    const { trajectories, times } = data;
    // Those that are read fast are read over and over: what is timed is reading, not starting to.
    const count = path.includes("frames") || cold || first ? 64 : 512;
    const places = Array.from({ length: count }, (_, k) => {
      const at = (k * 37 + round * 11) % (trajectories * times);
      return [Math.floor(at / times), at % times] as const;
    });
    const indices = places.map(([i, t]) => i * times + t);
    forget();
    const [start, clock] = [process.cpuUsage(), performance.now()];
    let bytes = 0;
    let batch: Samples | undefined;
    for (let k = 0; k < count; k += size) {
      batch = await data.read(indices.slice(k, k + size), again ? batch : undefined);
      bytes += batch.input.data.byteLength + batch.target!.data.byteLength;
    }
    const wall = (performance.now() - clock) / 1e3;
    const { user, system } = process.cpuUsage(start);
    const work = (user + system) / 1e6;
    await data.close();
    forget();
    const [n, theirWork = 0, theirWall = 0] = execFileSync(python, ["-c", reading, path, places.map((p) => p.join(":")).join(), turned ? "turned" : "as it is", String(size)], { encoding: "utf8" }).trim().split(" ").map(Number); // prettier-ignore
    if (n !== bytes) throw new Error(`${n} bytes by h5py, ${bytes} here`);
    rounds.push({
      speed: bytes / work / 1e6,
      byWork: theirWork / work,
      byClock: theirWall / wall,
    });
  }
  const of = (key: keyof (typeof rounds)[number]): number => median(rounds.map((one) => one[key]));
  const spread = rounds.map(({ byWork }) => byWork.toFixed(2)).join(" ");
  console.log(`${basename(path)}${cold ? ", from the disk" : ""}${again ? "" : ", into new memory"}${first ? ", each once" : ""}: ${size === 1 ? "windows" : `batches of ${size}`} at ${of("speed").toFixed(0)} MB a second of processor time, ${of("byWork").toFixed(2)} of h5py (${spread}); by the clock ${of("byClock").toFixed(2)}`); // prettier-ignore
}
