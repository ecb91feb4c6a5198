/** How much is held at once and done in one run, from the memory budget and the network's size. */
import type { Cost, CostInfo } from "../context";

export interface Plan {
  /** Samples whose gradients a run computes. */
  readonly gradientChunk: number;
  /** Directions that a run pushes through one sample. */
  readonly tangentWidth: number;
  /** Columns of a block: what is loaded, or recomputed, together. */
  readonly block: number;
  /** Bounds of the two caches in bytes. */
  readonly gradientBytes: number;
  readonly tangentBytes: number;
}

export interface Sizes {
  /** Samples of a batch. */
  readonly samples: number;
  /** Trained numbers. */
  readonly parameters: number;
  /** Elements of one output sample. */
  readonly outputSize: number;
  /** Numbers that one forward pass of one sample makes. */
  readonly activations: number;
  /** Orbit points whose gradients are wanted together: 2 (x and g·x), or all of them for a common span. */
  readonly together: number;
  /** Bytes a number: 4, or 8 on the reference executor. */
  readonly width: number;
  /** False where no metric is asked for. */
  readonly tangents: boolean;
}

/**
 * What one run may hold besides its inputs, roughly. Wider runs are faster and weigh on the whole process (a
 * 1 M-parameter U-Net, 16 samples, one element: 44 s of processor time and 377 MiB at its peak in runs of one direction,
 * 41 s and 480 MiB in runs of two); short ones are also what lets a cancelled job stop soon.
 */
const RUN_BYTES = 64 * 2 ** 20;
const MOST_SAMPLES = 16;
const MOST_DIRECTIONS = 32;

/** @param memoryBytes bound on what is held at once; two columns are held in any case */
export function plan(sizes: Sizes, memoryBytes: number): Plan {
  const { samples, parameters, outputSize, activations, together, width, tangents } = sizes;
  const run = Math.min(RUN_BYTES, memoryBytes / 4);
  const column = parameters * width;
  const tangentColumn = tangents ? samples * outputSize * width : 0;
  const left = Math.max(memoryBytes - run, 0);
  // Tangents cost far more to make again than gradients, so they are held first; but a quarter is for gradients where
  // they need it, and two columns must fit in any case.
  const reserve = Math.min(2 * samples * column, Math.max(left / 4, 2 * column));
  const tangentBytes = Math.min(together * samples * tangentColumn, Math.max(left - reserve, 0));
  const gradientBytes = left - tangentBytes;
  const block = Math.max(1, Math.min(samples, Math.floor(gradientBytes / (2 * column))));
  const runs = (perItem: number, most: number): number =>
    evenWidth(block, Math.min(most, Math.floor(run / (perItem * width))));
  // A gradient keeps the activations for the way back; a tangent is done with them layer by layer, skips excepted
  // (measured on that U-Net: 0.84 and 0.24 of them).
  const gradientChunk = runs(activations + 2 * parameters, MOST_SAMPLES);
  const tangentWidth = runs(activations / 4 + 2 * parameters, MOST_DIRECTIONS);
  return { gradientChunk, tangentWidth, block, gradientBytes, tangentBytes };
}

/**
 * Items a run, at most `most`, so that n of them cost least: a run computes all its places, filled or not, and some of
 * the network's own pass once more.
 */
function evenWidth(n: number, most: number): number {
  let best = 1;
  for (let width = 2; width <= Math.min(n, most); width++) {
    const price = (w: number): number => Math.ceil(n / w) * (w + 1);
    if (price(width) < price(best)) best = width;
  }
  return best;
}

/** A gradient is a forward pass and about two backward; a tangent two, for a convolution is one for each factor. */
export const GRADIENT_PASSES = 3;
export const TANGENT_PASSES = 2;

/** Runs of one batch as the blocks divide it, where nothing has to be made again; `points` are x and its images. */
export function countRuns(
  sizes: Sizes,
  plan: Plan,
  points: number,
): { gradients: number; primals: number; tangents: number } {
  const { samples } = sizes;
  const blocks = Math.ceil(samples / plan.block);
  const last = samples - (blocks - 1) * plan.block;
  const inRuns = (width: number): number =>
    (blocks - 1) * Math.ceil(plan.block / width) + Math.ceil(last / width);
  return {
    gradients: points * inRuns(plan.gradientChunk),
    primals: sizes.tangents ? points * blocks * samples : 0,
    tangents: sizes.tangents ? points * inRuns(plan.tangentWidth) * samples : 0,
  };
}

/** Passes of the runs of one batch, idle places of half-filled runs included. */
export function totalWork(sizes: Sizes, plan: Plan, points: number): number {
  const { gradients, tangents } = countRuns(sizes, plan, points);
  return (
    GRADIENT_PASSES * plan.gradientChunk * gradients + TANGENT_PASSES * plan.tangentWidth * tangents
  );
}

/**
 * Forward passes of one batch that any method needs, a backward pass counted as two: a gradient at each of `points`
 * images of each sample and, where there is a metric, each of those pushed through each sample.
 */
export function neededPasses({ samples, tangents }: Sizes, points: number): number {
  const gradients = points * samples;
  return gradients * GRADIENT_PASSES + (tangents ? gradients * samples * TANGENT_PASSES : 0);
}

/** Passes, memory and operations of one batch of `info.samples`, `batches` times. */
export function cost(
  info: CostInfo,
  options: { metric: boolean; common: boolean; batches: number },
): Cost {
  // x itself is computed whether or not the identity is asked for, and once.
  const points = info.moving + 1;
  const columnsMade = points * info.samples;
  const passes =
    options.batches *
    (columnsMade * GRADIENT_PASSES +
      (options.metric ? columnsMade * info.samples * TANGENT_PASSES : 0));
  const together = options.common ? points : Math.min(points, 2);
  const columns = together * info.samples * 4;
  const wanted = columns * (info.parameters + info.samples * info.outputSize) + RUN_BYTES;
  return {
    passes,
    memoryBytes: Math.min(wanted, info.memoryBytes),
    flops: 2 * info.work * passes,
  };
}
