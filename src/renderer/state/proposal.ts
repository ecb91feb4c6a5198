/** What a study's models say of data whose channels nobody has named yet, or named as the model does. */
import type { DataEntry, ModelEntry } from "../../shared/contract";
import { statedFields, type StatedFields } from "../../shared/fields/stated";

export interface Proposal extends StatedFields {
  readonly fields: string;
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
      if (stated?.channels !== channels || stated.fields === null) return [];
      if (info.fields !== null && info.fields !== stated.fields) return [];
      return [{ ...stated, fields: stated.fields, model: model.name }];
    })[0];
}

function folderOf(path: string): string {
  return path.replace(/[^/\\]*$/, "");
}
