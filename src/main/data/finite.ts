/** NaN and infinities in data: a result computed from them would be NaN without saying why. */
import { UserError } from "../../shared/errors";
import type { ChannelLabel } from "../../shared/fields/spec";
import { stridesOf, type Tensor } from "../../shared/tensor";
import { areFinite } from "./finiteKernel";
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
  if (!(data instanceof Float32Array || data instanceof Float64Array) || areFinite(data)) return;
  const bad = data.findIndex((value) => !Number.isFinite(value));
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
