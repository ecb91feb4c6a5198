/** Arrays of a finished run. */
import { join } from "node:path";
import type { Tensor } from "../../../shared/tensor";
import { readNpz } from "../../data/npz";

/** @throws UserError "npz/no-array" for a name that the run does not have, "file/…" */
export async function readArrays({
  folder,
  names,
}: {
  folder: string;
  names: string[];
}): Promise<Record<string, Tensor>> {
  return Object.fromEntries(await readNpz(join(folder, "arrays.npz"), names));
}
