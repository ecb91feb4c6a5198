/** How samples are numbered: trajectory by trajectory, in each by time, from 0. */

export interface SampleExtent {
  readonly trajectories: number;
  /** Start times a trajectory; of the longest, where they differ. */
  readonly times: number;
  /** Start times of each trajectory, where they differ; absent: each has `times`. */
  readonly lengths?: readonly number[] | undefined;
}

export interface Numbering {
  /** Of all samples. */
  readonly count: number;
  /** Start times of that trajectory. */
  lengthOf(trajectory: number): number;
  /** The first sample of that trajectory. */
  firstOf(trajectory: number): number;
  /** @param sample below `count` */
  placeOf(sample: number): { readonly trajectory: number; readonly time: number };
}

/** The numbering of samples, or of states where `times` and `lengths` count those. */
export function numberingOf({ trajectories, times, lengths }: SampleExtent): Numbering {
  if (lengths === undefined) {
    return {
      count: trajectories * times,
      lengthOf: () => times,
      firstOf: (trajectory) => trajectory * times,
      placeOf: (sample) => ({ trajectory: Math.floor(sample / times), time: sample % times }),
    };
  }
  const firsts = new Float64Array(trajectories);
  let count = 0;
  for (let i = 0; i < trajectories; i++) {
    firsts[i] = count;
    count += lengths[i]!;
  }
  return {
    count,
    lengthOf: (trajectory) => lengths[trajectory]!,
    firstOf: (trajectory) => firsts[trajectory]!,
    placeOf(sample) {
      // The last that begins there or before: those without samples begin where the next one does.
      let [low, high] = [0, trajectories];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (firsts[middle]! <= sample) low = middle;
        else high = middle;
      }
      return { trajectory: low, time: sample - firsts[low]! };
    },
  };
}

/** Lengths as `SampleExtent` has them: undefined where all are the same. */
export function unequal(lengths: readonly number[]): readonly number[] | undefined {
  return lengths.some((length) => length !== lengths[0]) ? lengths : undefined;
}
