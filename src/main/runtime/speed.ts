/**
 * How fast an executor computes what emulators consist of, and how fast data reach it. Each problem is large enough
 * that a run takes milliseconds: the size grows until it does, so that one procedure fits a laptop and a data centre.
 */
import { fromFloat64, sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { inputName, type Graph, type Value } from "../graph/ir";
import type { Executor } from "./executor";

export interface Speed {
  /** GFLOP/s of 3×3 convolutions, 32 channels, 64², float32; a multiply–add counts as two. */
  readonly convolution: number;
  /** GFLOP/s of square matrix products, float32. */
  readonly matmul: number;
  /** GB/s of data that go to the device and come back, both ways counted. */
  readonly transfer: number;
}

interface Problem {
  readonly graph: Graph;
  readonly feeds: ReadonlyMap<string, Tensor>;
  /** Operations, or bytes for a transfer. */
  readonly work: number;
}

/** Operators in a row in one run, so that starting it counts little. */
const REPEAT = 4;
/** Runs a size, of which the best counts: the first one allocates and prepares. */
const RUNS = 4;
/** Milliseconds of a run that are measured well enough, and after which a size is not run again. */
const [ENOUGH, PATIENCE] = [20, 1000];

/** @param small for an executor that is some thousand times slower than the others */
export async function speedOf(executor: Executor, small = false): Promise<Speed> {
  const [batches, edges, megabytes] = small
    ? [[1], [64], [1]]
    : [[1, 8, 64], [256, 1024, 4096], [16]];
  return {
    convolution: (await fastest(executor, batches, (n) => convolutions(n, small ? 8 : 32))) / 1e9,
    matmul: (await fastest(executor, edges, products)) / 1e9,
    transfer: (await fastest(executor, megabytes, transfer)) / 1e9,
  };
}

/** Work a second at the first size that takes long enough, or at the last. */
async function fastest(
  executor: Executor,
  sizes: readonly number[],
  problem: (size: number) => Problem,
): Promise<number> {
  let rate = 0;
  for (const size of sizes) {
    const { graph, feeds, work } = problem(size);
    const seconds = await bestSeconds(executor, graph, feeds);
    rate = work / seconds;
    if (seconds * 1000 > ENOUGH) break;
  }
  return rate;
}

async function bestSeconds(
  executor: Executor,
  graph: Graph,
  feeds: ReadonlyMap<string, Tensor>,
): Promise<number> {
  const program = await executor.compile(graph);
  try {
    const begun = performance.now();
    let best = Infinity;
    for (let run = 0; run <= RUNS; run++) {
      if (run > 1 && performance.now() - begun > PATIENCE) break;
      const start = performance.now();
      await program.run(feeds);
      if (run > 0) best = Math.min(best, performance.now() - start);
    }
    return best / 1000;
  } finally {
    await program.dispose();
  }
}

/** The state is made on the device from one number and its result summed there, so that no transfer is measured. */
function convolutions(batch: number, channels: number): Problem {
  const [size, kernel] = [channels === 32 ? 64 : 16, 3];
  return onDevice([batch, channels, size, size], [channels, channels, kernel, kernel], {
    work: 2 * batch * size ** 2 * (channels * kernel) ** 2,
    apply: (g, x, w) => g.conv(x, w, { pads: [1, 1, 1, 1] }),
  });
}

function products(edge: number): Problem {
  return onDevice([edge, edge], [edge, edge], {
    work: 2 * edge ** 3,
    apply: (g, x, w) => g.matmul(x, w),
  });
}

function onDevice(
  shape: readonly number[],
  weights: readonly number[],
  { work, apply }: { work: number; apply: (g: Builder, x: Value, w: Value) => Value },
): Problem {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [] });
  const w = g.input("w", { dtype: "float32", shape: weights });
  let state = g.expand(x, shape);
  for (let i = 0; i < REPEAT; i++) state = apply(g, state, w);
  const scale = 1 / sizeOf(weights);
  return {
    graph: { inputs: [x, w], outputs: [{ name: "y", value: g.sum(state) }] },
    feeds: new Map([
      [inputName(x), fromFloat64("float32", [], [1])],
      [inputName(w), { ...w, data: new Float32Array(sizeOf(weights)).fill(scale) }],
    ]),
    work: REPEAT * work,
  };
}

function transfer(megabytes: number): Problem {
  const g = new Builder();
  const size = megabytes * 250_000;
  const x = g.input("x", { dtype: "float32", shape: [size] });
  return {
    graph: { inputs: [x], outputs: [{ name: "y", value: g.neg(x) }] },
    feeds: new Map([["x", { dtype: "float32", shape: [size], data: new Float32Array(size) }]]),
    work: 2 * size * Float32Array.BYTES_PER_ELEMENT,
  };
}
