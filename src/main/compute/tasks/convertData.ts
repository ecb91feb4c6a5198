/** A data file written in another layout. */
import type { DataOptions } from "../../../shared/contract";
import { rangeWithin } from "../../../shared/selection";
import { writeStates, type Converted } from "../../data/convert";
import { openData } from "../../data/dataset";
import type { TaskContext } from "../task";

export async function convertData(
  input: {
    path: string;
    options: DataOptions;
    out: string;
    /** `a:b`, half-open; empty for all. */
    trajectories: string;
    times: string;
  },
  { signal, progress }: TaskContext,
): Promise<Converted> {
  const data = await openData(input.path, input.options);
  try {
    const { trajectories, times } = data.states;
    return await writeStates(data, input.out, {
      trajectories: rangeWithin("trajectories", input.trajectories, trajectories),
      times: rangeWithin("times", input.times, times),
      signal,
      onProgress: (fraction) => progress({ fraction, stage: "Writing" }),
    });
  } finally {
    await data.close();
  }
}
