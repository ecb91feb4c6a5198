/** Which data a model can be run on, by the shapes alone. */
import type { DataEntry, ModelEntry } from "../../shared/contract";
import { toErrorRecord } from "../../shared/errors";
import { cellsOf, parsePadding, type Padding } from "../../shared/preprocessing/padding";
import { formatShape } from "../format";

/** Axes of one state, and their extents as they lie in the data set. */
function stateOf({ info }: DataEntry): { axis: string; extent: number }[] {
  return info.shape
    .map((extent, at) => ({ axis: info.axes[at]!, extent }))
    .filter(({ axis }) => !["trajectory", "time"].includes(axis));
}

/**
 * null where one of the model's inputs takes such states; otherwise why none does, in words.
 * @param pad how its input is padded, as a form has it
 */
export function misfit(model: ModelEntry, data: DataEntry, pad = "none"): string | null {
  const { inputs } = model.info;
  if (inputs.length === 0) return null;
  let padding: Padding | "auto" | null;
  try {
    padding = parsePadding(pad);
  } catch (error) {
    return toErrorRecord(error).message;
  }
  const axes = stateOf(data);
  const state = axes.map(({ extent }) => extent);
  const fits = (wanted: number, { axis, extent }: (typeof axes)[number]): boolean => {
    if (axis === "channel" || padding === null) return wanted === extent;
    // Only the record of its training knows by how much.
    if (padding === "auto") return wanted >= extent;
    const { before, behind } = cellsOf(padding, extent);
    return wanted === extent + before + behind;
  };
  const takes = inputs.some(({ shape }) => {
    const [, ...sample] = shape;
    return (
      sample.length === state.length &&
      sample.every((extent, at) => extent === null || fits(extent, axes[at]!))
    );
  });
  if (takes) return null;
  const wanted = formatShape(inputs[0]!.shape.slice(1));
  return `${model.name} takes states of ${wanted}, those of ${data.name} are ${formatShape(state)}.`;
}
