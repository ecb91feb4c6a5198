/** Which data a model can be run on, by the shapes alone. */
import type { DataEntry, ModelEntry } from "../../shared/contract";
import { formatShape } from "../format";

/** Shape of one state, as it lies in the data set. */
function stateShape({ info }: DataEntry): number[] {
  return info.shape.filter((_, at) => !["trajectory", "time"].includes(info.axes[at]!));
}

/** null where one of the model's inputs takes such states; otherwise why none does, in words. */
export function misfit(model: ModelEntry, data: DataEntry): string | null {
  const { inputs } = model.info;
  if (inputs.length === 0) return null;
  const state = stateShape(data);
  const takes = inputs.some(({ shape }) => {
    const [, ...sample] = shape;
    return (
      sample.length === state.length &&
      sample.every((extent, at) => extent === null || extent === state[at])
    );
  });
  if (takes) return null;
  const wanted = formatShape(inputs[0]!.shape.slice(1));
  return `${model.name} takes states of ${wanted}, those of ${data.name} are ${formatShape(state)}.`;
}
