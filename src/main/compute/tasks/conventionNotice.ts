/** What is said where directions matter and the data contradict what is stated of a vector's axes and components. */
import type { AnalysisDefinition } from "../../../shared/analyses/definition";
import { UserError } from "../../../shared/errors";
import type { Group } from "../../../shared/groups/group";
import type { DataSet } from "../../data/dataset";
import { conventionOf } from "./convention";

/** What is about to be done with the data. */
export interface Doing {
  /** What acts on them. */
  readonly group: Group;
  readonly analysis?: Pick<AnalysisDefinition, "parameters">;
}

/**
 * The sentence that the convention check says on the data page, before a group mixes components, or motions and integrals
 * are taken that mean directions; nothing where neither is done, or nothing is contradicted.
 */
export async function conventionNotice(data: DataSet, doing: Doing): Promise<string[]> {
  const { fields } = data;
  if (fields?.some(({ kind }) => kind === "vector") !== true) return [];
  if (!mixesComponents(data, doing) && !meansDirections(data, doing)) return [];
  try {
    const { verdict, sentence } = await conventionOf(data);
    return verdict === "other-fits-better" ? [sentence] : [];
  } catch (error) {
    // Samples that nobody chose may hold no numbers; whoever chooses them is told.
    if (error instanceof UserError) return [];
    throw error;
  }
}

function mixesComponents({ grid }: DataSet, { group }: Doing): boolean {
  const mixes = group.elements.some(({ matrix }) => matrix[0][0] !== 1 || matrix[1][1] !== 1);
  return mixes && grid?.size.length === 2;
}

/** Whether a wrong convention could change what an analysis finds although no group acts. */
function meansDirections({ grid }: DataSet, { analysis }: Doing): boolean {
  const { parameters = {} } = analysis ?? {};
  const asks = "generators" in parameters || "quantities" in parameters;
  return asks && grid !== undefined && grid.size.length > 1;
}
