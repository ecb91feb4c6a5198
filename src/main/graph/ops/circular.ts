/**
 * Convolutions on periodic domains are written as a periodic continuation and a convolution without pads. Turned
 * round literally, that is a wider convolution whose margins are cut off and added to the other side: four times the
 * copies of what it is, a convolution on the periodic domain again.
 */
import type { Builder } from "../builder";
import type { Value } from "../ir";
import type { ConvAttributes } from "./conv";
import { reach } from "./window";

/**
 * `dy` folded back to `shape`, where it is the whole correlation of something of that shape with a kernel (as the
 * input's cotangent of a convolution behind the continuation is); null where it is not.
 * Σ_m z[i + p + m L] of z[t] = Σ_j w[j] u[t + j d − (r − 1)], reach r, is Σ_j w[j] u[(i + j d − q) mod L], q = r − 1 − p.
 * @param pads of the continuation, [begin of each axis…, end of each axis…]
 */
export function circularConvolution(
  g: Builder,
  dy: Value,
  shape: readonly number[],
  pads: readonly number[],
): Value | null {
  const { source } = dy;
  if (source.kind !== "node" || source.node.op !== "Conv") return null;
  const [u, w] = source.node.inputs as [Value, Value];
  const attrs = source.node.attrs as ConvAttributes;
  const kernel = w.shape.slice(2);
  const rank = kernel.length;
  const [begin, end] = [pads.slice(2, 2 + rank), pads.slice(4 + rank)];
  const whole = kernel.every((taps, axis) => {
    const margin = reach(taps, attrs.dilations[axis]!) - 1;
    return (
      attrs.strides[axis] === 1 &&
      attrs.pads[axis] === margin &&
      attrs.pads[rank + axis] === margin &&
      begin[axis]! + end[axis]! === margin &&
      u.shape[axis + 2] === shape[axis + 2]
    );
  });
  const alongSpaceOnly = [0, 1, rank + 2, rank + 3].every((axis) => pads[axis] === 0);
  if (!whole || !alongSpaceOnly) return null;
  const continued = g.pad(u, [0, 0, ...end, 0, 0, ...begin], { mode: "wrap" });
  return g.node("Conv", [continued, w], { ...attrs, pads: attrs.pads.map(() => 0) })[0]!;
}
