/** What a data file is. */
import type { DataInfo, DataOptions } from "../../../shared/contract";
import { openData } from "../../data/dataset";
import { describeData } from "../../data/describe";
import type { TaskContext } from "../task";

export async function inspectData(
  { path, options }: { path: string; options: DataOptions },
  { signal }: Pick<TaskContext, "signal">,
): Promise<DataInfo> {
  const data = await openData(path, options);
  try {
    return await describeData(data, signal);
  } finally {
    await data.close();
  }
}
