/**
 * Numbers that are finite and yet no values: what stands where nothing was measured, and bytes read in the wrong order.
 * Either spoils every mean and every gradient without a word.
 */
import type { ChannelStatistics } from "./statistics";

/** What programs write where there is no value: NetCDF's own, climate models', those typed by hand. */
const fillValues = [
  9.969209968386869e36, 1e20, 1e30, 1e35, 1e36, -1e20, -1e30, -1e34, -9999, -999, -99999, 9999, 99999, -32768,
  -32767,
]; // prettier-ignore

/** Float32 keeps seven digits of them. */
const SAME = 1e-6;
/** A fill value lies this far from the rest, in standard deviations that it has itself made large. */
const OUTSIDE = 5;
/**
 * Where much of a channel is a fill value, its deviation is as large as the distance. Then most values lie at one of two
 * ends, and the variance comes near what that has at most, (max − mean)·(mean − min) (Bhatia and Davis 2000).
 */
const TWO_ENDS = 0.8;
/** Larger numbers than this are in no unit that anybody uses; a float32 ends at 3e38. */
const HUGE = 1e30;

/** A sentence for each channel whose extremes look like that. */
export function suspiciousValues(statistics: readonly ChannelStatistics[]): string[] {
  return statistics.flatMap(({ channel, mean, std, min, max }) => {
    const atEnds = std ** 2 > TWO_ENDS * (max - mean) * (mean - min);
    const fill = [min, max].find(
      (value) => std > 0 && isFill(value) && (atEnds || Math.abs(value - mean) > OUTSIDE * std),
    );
    if (fill !== undefined) {
      return [
        `${channel} has the value ${fill.toPrecision(7).replace(/\.?0+(e|$)/, "$1")}, which files write where there is none: leave those states out (--trajectories, --times on the command line), or mend the file.`,
      ];
    }
    const largest = Math.max(Math.abs(min), Math.abs(max));
    if (!(largest > HUGE)) return [];
    return [
      `${channel} reaches ${largest.toExponential(0).replace("e+", "e")}: its bytes may stand in the other order than the file says, or it has fill values.`,
    ];
  });
}

function isFill(value: number): boolean {
  return fillValues.some((fill) => Math.abs(value - fill) <= SAME * Math.abs(fill));
}
