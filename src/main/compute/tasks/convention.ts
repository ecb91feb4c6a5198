/** Whether a data file's velocity follows the stated convention of axes and components. */
import type { DataOptions, MethodOutput } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { select } from "../../../shared/selection";
import { toFloat64 } from "../../../shared/tensor";
import { showFieldSpec } from "../../../shared/fields/spec";
import { openData, type DataSet } from "../../data/dataset";
import { withOrder } from "../../fields/channelOrder";
import { checkConvention } from "../../fields/conventionCheck";

/** Enough for a verdict: the scores are means over whole fields. */
const SAMPLES = "16";

/** Whether targets are states like the inputs, so that they may be the frames after them. */
export function sameFields({
  fields,
  outputFields,
}: Pick<DataSet, "fields" | "outputFields">): boolean {
  return (
    fields !== undefined &&
    outputFields !== undefined &&
    showFieldSpec(fields) === showFieldSpec(outputFields)
  );
}

/** @throws UserError "convention/no-fields", "convention/no-grid", "convention/no-vector" */
export async function convention({
  path,
  options,
}: {
  path: string;
  options: DataOptions;
}): Promise<MethodOutput<"data.convention">> {
  // Of an input of several states, or of one that is told more, a single state is asked: it has frames after it.
  const { history: _, conditions: __, ...reading } = options;
  const data = await openData(path, reading);
  try {
    const { fields, grid } = data;
    if (fields === undefined) {
      throw new UserError(
        "convention/no-fields",
        `What the channels of ${path} are is not stated.`,
        {
          where: path,
          todo: "State the fields (--fields on the command line), like scalar:p,vector:v.",
        },
      );
    }
    if (grid === undefined || !/^channel,(z,)?y,x$/.test(data.states.axes.join())) {
      throw new UserError("convention/no-grid", `${path} holds no fields on a grid.`, {
        where: path,
      });
    }
    const { indices } = select(data, { samples: SAMPLES });
    const { input, target } = await data.read(indices);
    const later = target !== undefined && sameFields(data) ? toFloat64(target) : undefined;
    const states = toFloat64(input);
    const report = checkConvention(states, input.shape, fields, grid, later);
    return withOrder(report, states, input.shape, fields, grid, later);
  } finally {
    await data.close();
  }
}
