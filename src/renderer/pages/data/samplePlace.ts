/** Where a sample lies in its data: of a thousand trajectories its number alone says little. */
import type { DataInfo } from "../../../shared/contract";
import { numberingOf } from "../../../shared/sampleExtent";

/**
 * "trajectory 148, time 3", counted from 0 as in arrays and options; empty where no trajectory has several samples.
 * @param index of the sample
 */
export function samplePlace(
  { shape, axes, samples, lengths }: Pick<DataInfo, "shape" | "axes" | "samples" | "lengths">,
  index: number,
): string {
  const trajectories = shape[0] ?? 0;
  if (axes[0] !== "trajectory" || axes[1] !== "time" || trajectories === 0) return "";
  const times = lengths === undefined ? samples / trajectories : Math.max(...lengths);
  if (!Number.isInteger(times) || times < 2) return "";
  const extent = { trajectories, times, ...(lengths === undefined ? {} : { lengths }) };
  const { trajectory, time } = numberingOf(extent).placeOf(index);
  return `trajectory ${trajectory}, time ${time}`;
}
