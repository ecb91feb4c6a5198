/** NaN and infinities in data: a result computed from them would be NaN without saying why. */
import { UserError } from "../../shared/errors";
import type { ChannelLabel } from "../../shared/fields/spec";
import { stridesOf, type Tensor } from "../../shared/tensor";
import type { States } from "./states";

/**
 * @param tensor [n, …states.shape]
 * @param name of the i-th sample, for the sentence
 * @throws UserError "data/not-finite" naming the first one's sample, channel and position
 */
export function checkFinite(
  { data, shape }: Tensor,
  states: States,
  labels: readonly ChannelLabel[],
  name: (sample: number) => string,
): void {
  if (data instanceof BigInt64Array) return;
  if (data instanceof Float32Array ? allFinite32(data) : isFiniteThroughout(data)) return;
  const bad = (data as Float64Array).findIndex((value) => !Number.isFinite(value));
  const strides = stridesOf(shape);
  const index = strides.map((stride, axis) => Math.floor(bad / stride) % shape[axis]!);
  const [sample = 0, ...position] = index;
  const where = name(sample);
  const at = position
    .map((i, axis) =>
      states.axes[axis] === "channel" && labels[i]!.kind !== "unknown"
        ? `channel ${i} (${labels[i]!.name})`
        : `${states.axes[axis]!} ${i}`,
    )
    .join(", ");
  throw new UserError("data/not-finite", `${where} is ${String(data[bad])} at ${at}.`, {
    where,
    todo: "Choose trajectories or times without it (--trajectories, --times on the command line), or mend the file.",
  });
}

/**
 * Frames of millions of values pass here: 0·x is 0 for numbers and NaN for all else, and sums take no branches. Four of
 * them do not wait for each other: 8 GB a second, two 6.
 */
function allFinite32(data: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = data.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a += 0 * data[i]!;
    b += 0 * data[i + 1]!;
    c += 0 * data[i + 2]!;
    d += 0 * data[i + 3]!;
  }
  return a + b + c + d === 0 && isFiniteThroughout(data.subarray(whole));
}

function isFiniteThroughout(data: ArrayLike<number>): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return false;
  return true;
}
