/** How far a result is from the one expected. */
import type { KnownOutputPart } from "../../shared/knownOutput";
import { sizeOf, toFloat64, type Tensor } from "../../shared/tensor";

/** max |a − b| / max |b|; infinite where a is missing, of another shape or holds NaN where b does not. */
export function relativeDeviation(found: Tensor | undefined, expected: Tensor): number {
  if (found?.shape.join() !== expected.shape.join()) return Infinity;
  const [a, b] = [toFloat64(found), toFloat64(expected)];
  let [gap, scale] = [0, Number.MIN_VALUE];
  for (const [i, wanted] of b.entries()) {
    const given = a[i]!;
    // Equal infinities and NaN on both sides agree, though their difference is NaN.
    if (Object.is(given, wanted)) continue;
    const difference = Math.abs(given - wanted);
    if (Number.isNaN(difference)) return Infinity;
    gap = Math.max(gap, difference);
    if (Number.isFinite(wanted)) scale = Math.max(scale, Math.abs(wanted));
  }
  return gap / scale;
}

/**
 * max |a − b|, absolute and over max |b|, in all and by the indices of the axis behind the batch; null where a has another
 * shape or not the same numbers that are no numbers.
 */
export function deviationsOf(
  found: Tensor,
  expected: Tensor,
): Pick<KnownOutputPart, "largest" | "relative" | "scale" | "channels"> {
  const [a, b] = [toFloat64(found), toFloat64(expected)];
  const [, count = 1, ...inner] = expected.shape;
  const run = sizeOf(inner);
  const gaps = new Float64Array(count);
  const scales = new Float64Array(count);
  for (const [i, wanted] of b.entries()) {
    const channel = Math.floor(i / run) % count;
    if (Number.isFinite(wanted)) scales[channel] = Math.max(scales[channel]!, Math.abs(wanted));
    // Equal infinities and NaN on both sides agree, though their difference is NaN. Math.max keeps a NaN.
    if (!Object.is(a[i], wanted))
      gaps[channel] = Math.max(gaps[channel]!, Math.abs(a[i]! - wanted));
  }
  const fits = found.shape.join() === expected.shape.join();
  const of = (gap: number, scale: number): KnownOutputPart["channels"][number] => ({
    largest: fits && Number.isFinite(gap) ? gap : null,
    relative: fits && Number.isFinite(gap) && scale > 0 ? gap / scale : null,
  });
  const scale = Math.max(0, ...scales);
  return {
    ...of(Math.max(0, ...gaps), scale),
    scale,
    channels: expected.shape.length < 2 ? [] : Array.from(gaps, (gap, i) => of(gap, scales[i]!)),
  };
}
