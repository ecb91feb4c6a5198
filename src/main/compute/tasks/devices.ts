/**
 * What computes here, whether rightly (a known network against the reference), and how fast (on the convolution that
 * emulators mostly consist of).
 */
import { availableParallelism, cpus } from "node:os";
import type { Device } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { allocate, sizeOf, type Tensor } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import type { Graph } from "../../graph/ir";
import type { Executor, ExecutorId } from "../../runtime/executor";
import { createExecutor } from "../../runtime/executors";
import { probe } from "../../runtime/probe";
import type { TaskContext } from "../compute";

/** The reference executor is some thousand times slower, hence its smaller problem. */
const problems: Readonly<Record<ExecutorId, { batch: number; channels: number; size: number }>> = {
  onnxruntime: { batch: 4, channels: 32, size: 64 },
  reference: { batch: 1, channels: 8, size: 16 },
};
const KERNEL = 3;
const REPEATS = 5;
/** Milliseconds after which a slow machine is not asked again. */
const PATIENCE = 300;

export async function devices(
  { measure }: { measure: boolean },
  { signal }: Pick<TaskContext, "signal">,
): Promise<Device[]> {
  const processor = cpus()[0]?.model.trim() ?? "CPU";
  const found: Device[] = [];
  for (const id of ["onnxruntime", "reference"] as const) {
    signal.throwIfAborted();
    found.push(await deviceOf(id, processor, measure));
  }
  return found;
}

async function deviceOf(id: ExecutorId, processor: string, measure: boolean): Promise<Device> {
  const name =
    id === "onnxruntime"
      ? `${processor}, ${availableParallelism()} threads, float32`
      : `${processor}, 1 thread, float64`;
  const device = { id: `${id}:cpu`, executor: id, name };
  const notReady = (error: unknown): Device => {
    const { message } = error as Error;
    const todo = (error instanceof UserError && error.todo) || "Install it anew with npm ci.";
    return { ...device, ready: false, reason: `${message} ${todo}`, deviation: null, gflops: null };
  };
  let executor: Executor;
  try {
    executor = createExecutor(id);
  } catch (error) {
    // A native library that this system cannot load; the others may work all the same.
    return notReady(error);
  }
  try {
    // The reference is what the others are compared with.
    const deviation = id === "reference" ? null : await probe(executor);
    const gflops = measure ? await speedOf(executor) : null;
    return { ...device, ready: true, reason: null, deviation, gflops };
  } catch (error) {
    return notReady(error);
  } finally {
    await executor.dispose();
  }
}

/** 10⁹ multiply–adds a second, the best of a few runs. */
async function speedOf(executor: Executor): Promise<number> {
  const { batch, channels, size } = problems[executor.id];
  const { graph, feeds } = convolution(batch, channels, size);
  const program = await executor.compile(graph);
  const begun = performance.now();
  let best = Infinity;
  // Two runs at least, for the first one allocates and prepares.
  for (let run = 0; run <= REPEATS; run++) {
    if (run > 1 && performance.now() - begun > PATIENCE) break;
    const start = performance.now();
    await program.run(feeds);
    if (run > 0) best = Math.min(best, performance.now() - start);
  }
  const work = batch * size ** 2 * (channels * KERNEL) ** 2;
  return work / (best * 1e6);
}

function convolution(
  batch: number,
  channels: number,
  size: number,
): { graph: Graph; feeds: Map<string, Tensor> } {
  const g = new Builder();
  const types = {
    x: { dtype: "float32", shape: [batch, channels, size, size] },
    w: { dtype: "float32", shape: [channels, channels, KERNEL, KERNEL] },
  } as const;
  const x = g.input("x", types.x);
  const w = g.input("w", types.w);
  const margin = Math.floor(KERNEL / 2);
  const y = g.conv(x, w, { pads: [margin, margin, margin, margin] });
  const feeds = new Map(
    Object.entries(types).map(([name, { dtype, shape }]): [string, Tensor] => {
      const data = allocate(dtype, sizeOf(shape)) as Float32Array;
      return [name, { dtype, shape, data: data.map((_, i) => Math.sin(i)) }];
    }),
  );
  return { graph: { inputs: [x, w], outputs: [{ name: "y", value: y }] }, feeds };
}
