/** What a study's models say of data whose channels nobody has named yet, or named as the model does. */
import type { DataEntry, ModelEntry } from "../../shared/contract";
import { statedFields, type StatedFields } from "../../shared/fields/stated";

export interface Proposal extends StatedFields {
  /** null where it states something else only, its boundary say. */
  readonly fields: string | null;
  /** Name of the model that says it. */
  readonly model: string;
}

/** Models in the data's own folder first, then those opened last. */
export function proposalFor(
  { file, info }: DataEntry,
  models: readonly ModelEntry[],
): Proposal | undefined {
  const channels = info.channels.length;
  const beside = (model: ModelEntry): boolean => folderOf(model.file.path) === folderOf(file.path);
  return [...models]
    .reverse()
    .sort((a, b) => Number(beside(b)) - Number(beside(a)))
    .flatMap((model) => {
      const stated = statedFields(model.info.metadata);
      if (stated === undefined) return [];
      if (stated.fields === null) {
        // Without fields only a network that takes these very states can be meant.
        const { boundary, dt, length } = stated;
        const says = boundary !== null || dt !== null || length !== null;
        return says && takes(model, info) ? [{ ...stated, model: model.name }] : [];
      }
      if (stated.channels !== channels) return [];
      if (info.fields !== null && info.fields !== stated.fields) return [];
      return [{ ...stated, model: model.name }];
    })[0];
}

/** A model's word for what the channels are; null where none says it. */
export function proposedFields(data: DataEntry, models: readonly ModelEntry[]): Proposal | null {
  const proposal = proposalFor(data, models);
  return proposal === undefined || proposal.fields === null ? null : proposal;
}

/** Whether its input has as many axes as a batch of the states, and as many channels. */
function takes(model: ModelEntry, { axes, shape }: DataEntry["info"]): boolean {
  const own = shape.filter((_, at) => axes[at] !== "trajectory" && axes[at] !== "time");
  const input = model.info.inputs[0]?.shape.slice(1);
  return (
    input?.length === own.length &&
    input.every((extent, at) => extent === null || extent === own[at])
  );
}

function folderOf(path: string): string {
  return path.replace(/[^/\\]*$/, "");
}
