/** How far a result is from the one expected. */
import { toFloat64, type Tensor } from "../../shared/tensor";

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
