/** A data file written in another layout. */
import type { DataOptions } from "../../../shared/contract";
import { rangeWithin } from "../../../shared/selection";
import { layoutFor, writeStates, type Converted, type LayoutName } from "../../data/convert";
import { openData } from "../../data/dataset";
import type { TaskContext } from "../task";

/** @throws UserError "convert/…", "file/…", and what opening throws */
export async function convertData(
  input: {
    path: string;
    options: DataOptions;
    out: string;
    /** null: what the ending of `out` says. */
    layout: LayoutName | null;
    /** `a:b`, half-open; empty for all. */
    trajectories: string;
    times: string;
  },
  { signal, progress }: TaskContext,
): Promise<Converted> {
  const layout = layoutFor(input.out, input.layout);
  const data = await openData(input.path, input.options);
  try {
    const { trajectories, times } = data.states;
    return await writeStates(data, input.out, layout, {
      trajectories: rangeWithin("trajectories", input.trajectories, trajectories),
      times: rangeWithin("times", input.times, times),
      signal,
      onProgress: (fraction) => progress({ fraction, stage: "Writing" }),
    });
  } finally {
    await data.close();
  }
}
