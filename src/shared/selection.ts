/**
 * Which samples an analysis takes: evenly strided over trajectories and over times within them. The seed moves the
 * starting points of the strides, so another seed gives another, equally even choice.
 */
import { UserError } from "./errors";
import { numberingOf, type SampleExtent } from "./sampleExtent";

/** As options write it. */
export interface SampleChoice {
  /** A number, or `all`. */
  readonly samples: string;
  /** Numbers and half-open ranges with commas between, `3,7,10:20`; an end may be left out; empty for all. */
  readonly trajectories?: string;
  readonly times?: string;
  readonly seed?: number;
}

export interface Selection {
  /** Ascending, distinct. */
  readonly indices: readonly number[];
  /** What the user should know, each a sentence. */
  readonly notices: readonly string[];
}

/**
 * @throws UserError "selection/range", "selection/samples", "selection/empty"
 */
export function select(extent: SampleExtent, choice: SampleChoice): Selection {
  const trajectories = chosenWithin("trajectories", choice.trajectories ?? "", extent.trajectories);
  const chosenTimes = chosenWithin("times", choice.times ?? "", extent.times);
  const numbering = numberingOf(extent);
  const timesOf = (trajectory: number): number => chosenTimes.below(numbering.lengthOf(trajectory));
  // Trajectories with start times in the range.
  let [there, available] = [0, 0];
  const longEnough: number[] = [];
  for (let k = 0; k < trajectories.count; k++) {
    const trajectory = trajectories.at(k);
    const times = timesOf(trajectory);
    if (times <= 0) continue;
    if (extent.lengths !== undefined) longEnough.push(trajectory);
    there++;
    available += times;
  }
  if (available === 0) {
    const each = extent.lengths === undefined ? "each" : "or less";
    throw new UserError(
      "selection/empty",
      "No sample is left by the chosen trajectories and times.",
      {
        todo: `There are ${extent.trajectories} trajectories with ${extent.times} start times ${each}.`,
      },
    );
  }
  const wanted = wantedCount(choice.samples, available);
  const count = Math.min(wanted, available);
  const random = uniform(choice.seed ?? 0);
  const used = Math.min(count, there);
  const trajectoryStart = random();
  const timeStart = random();
  const indices: number[] = [];
  // All of them give as many as their times are of all; of fewer each gives one.
  const whole = used === there ? available : used;
  let before = 0;
  for (let j = 0; j < used; j++) {
    const at = strided(j, used, there, trajectoryStart);
    const trajectory = longEnough[at] ?? trajectories.at(at);
    const times = timesOf(trajectory);
    const weight = used === there ? times : 1;
    // Shares of equal trajectories differ by at most one.
    const share =
      Math.floor(((before + weight) * count) / whole) - Math.floor((before * count) / whole);
    before += weight;
    // Multiples of the golden ratio spread the times also where each trajectory gives only one.
    const start = (timeStart + j * GOLDEN) % 1;
    for (let k = 0; k < share; k++) {
      const time = chosenTimes.at(strided(k, share, times, start));
      indices.push(numbering.firstOf(trajectory) + time);
    }
  }
  const notices =
    wanted > available
      ? [`Samples: ${wanted} asked for, ${available} there and all of them taken.`]
      : [];
  return { indices, notices };
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The k-th of n indices below `extent`, n ≤ extent, evenly spaced from a start in [0, 1) of one space. */
function strided(k: number, n: number, extent: number, start: number): number {
  return Math.min(extent - 1, Math.floor(((k + start) * extent) / n));
}

function wantedCount(text: string, available: number): number {
  if (text === "all") return available;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UserError("selection/samples", `Samples "${text}" is neither a number nor "all".`);
}

/** Numbers that were chosen, ascending. */
interface Chosen {
  readonly count: number;
  /** The k-th of them. */
  at(k: number): number;
  /** How many are less than that. */
  below(limit: number): number;
}

/**
 * What `3,7,10:20` means of 0 … extent − 1; everything where it is empty.
 * @throws UserError "selection/range"
 */
function chosenWithin(name: string, text: string, extent: number): Chosen {
  const parts = text.split(",");
  if (parts.length === 1) {
    const [first, end] = rangeWithin(name, text, extent);
    const below = (limit: number): number => Math.max(0, Math.min(end, limit) - first);
    return { count: end - first, at: (k) => first + k, below };
  }
  const numbers = new Set<number>();
  for (const part of parts) {
    const [first, end] = part.trim() === "" ? badRange(name, text) : rangeWithin(name, part, extent); // prettier-ignore
    for (let i = first; i < end; i++) numbers.add(i);
  }
  const sorted = [...numbers].sort((a, b) => a - b);
  const below = (limit: number): number => {
    const k = sorted.findIndex((number) => number >= limit);
    return k < 0 ? sorted.length : k;
  };
  return { count: sorted.length, at: (k) => sorted[k]!, below };
}

/** Of a list of such ranges. @throws UserError "selection/range" */
function badRange(name: string, text: string): never {
  throw new UserError("selection/range", `The ${name} "${text}" are no numbers and ranges a:b.`, {
    todo: "Write them from 0 with commas between, of a range the first and the end, which is left out: 3,7,10:20.",
  });
}

/** The half-open range that `a:b` means of `extent`, or the number `a` alone. @throws UserError "selection/range" */
export function rangeWithin(name: string, text: string, extent: number): [number, number] {
  if (text.trim() === "") return [0, extent];
  const single = /^\s*(\d+)\s*$/.exec(text);
  if (single !== null && Number(single[1]) < extent) {
    return [Number(single[1]), Number(single[1]) + 1];
  }
  const match = /^\s*(\d*)\s*:\s*(\d*)\s*$/.exec(text);
  if (match === null && single === null) badRange(name, text);
  if (match === null) {
    throw new UserError("selection/range", `There is no ${Number(text)} among the ${name}.`, {
      todo: `They are counted from 0 to ${extent - 1}.`,
    });
  }
  const first = match[1] === "" ? 0 : Number(match[1]);
  const end = match[2] === "" ? extent : Number(match[2]);
  if (first >= end || end > extent) {
    const problem = first === end ? "are an empty range" : `are not within 0:${extent}`;
    throw new UserError("selection/range", `The ${name} ${text} ${problem}.`, {
      todo: `Take them from 0:${extent}, the first included and the last not.`,
    });
  }
  return [first, end];
}

/**
 * Whole batches of at most `size`; what does not fill one is left out with a notice.
 * @param size 0 takes everything as one batch
 */
export function inBatches(
  indices: readonly number[],
  size: number,
): { batches: number[][]; notices: string[] } {
  const batch = size === 0 ? indices.length : Math.min(size, indices.length);
  const whole = batch === 0 ? 0 : Math.floor(indices.length / batch);
  const batches = Array.from({ length: whole }, (_, i) =>
    indices.slice(i * batch, (i + 1) * batch),
  );
  const left = indices.length - whole * batch;
  const notices =
    left === 0
      ? []
      : [`${left} of ${indices.length} samples do not fill a batch of ${batch} and are left out.`];
  return { batches, notices };
}

/** Numbers in [0, 1) from a seed: splitmix32, a counter through a mixing function (Steele, Lea, Flood 2014). */
function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}
