/** A sample as sentences name it: by its numbers, which count from 0 as those of arrays and options do. */
import type { SamplePlace } from "./dataset";

/** `sample 7 (trajectory 1, time 2, counted from 0)` */
export function sampleName({ index, trajectory, time }: SamplePlace): string {
  const place =
    trajectory === null ? "" : `trajectory ${trajectory}, ${time === null ? "" : `time ${time}, `}`;
  return `sample ${index} (${place}counted from 0)`;
}
