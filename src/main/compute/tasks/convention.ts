/**
 * Whether a data file's vectors follow the stated convention of axes and components. Whoever asks gets the same answer, of
 * the same samples: the data page, a form before it starts, a run, the command line.
 */
import type { ConventionReport, DataOptions, MethodOutput } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { select } from "../../../shared/selection";
import { toFloat64 } from "../../../shared/tensor";
import { showFieldSpec, type FieldSpec, type Grid } from "../../../shared/fields/spec";
import { openData, type DataSet } from "../../data/dataset";
import { stampOf } from "../../data/identity";
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
  const data = await openData(path, singleState(options));
  try {
    return await conventionOf(data);
  } finally {
    await data.close();
  }
}

/** Answers that may be asked for again while a form is filled in: by file, its state, and what is stated of it. */
const answers = new Map<string, ConventionReport>();
const MOST_ANSWERS = 8;

/**
 * The answer for data as they are opened.
 * @throws UserError "convention/no-fields", "convention/no-grid", "convention/no-vector", "data/not-finite"
 */
export async function conventionOf(data: DataSet): Promise<ConventionReport> {
  const { path } = data;
  const options = singleState(data.options);
  const key = JSON.stringify([path, await stampOf(path), options]);
  const known = answers.get(key);
  if (known !== undefined) return known;
  const isSingle = data.options.history === undefined && data.options.conditions === undefined;
  const report = isSingle ? await reportOn(data) : await reopened(path, options);
  if (answers.size === MOST_ANSWERS) answers.delete(answers.keys().next().value!);
  answers.set(key, report);
  return report;
}

/** Of an input of several states, or of one that is told more, a single state is asked: it has frames after it. */
function singleState({ history: _, conditions: __, ...options }: DataOptions): DataOptions {
  return options;
}

async function reopened(path: string, options: DataOptions): Promise<ConventionReport> {
  const data = await openData(path, options);
  try {
    return await reportOn(data);
  } finally {
    await data.close();
  }
}

async function reportOn(data: DataSet): Promise<ConventionReport> {
  const { fields, grid } = asked(data);
  const { indices } = select(data, { samples: SAMPLES });
  const { input, target } = await data.read(indices);
  const later = target !== undefined && sameFields(data) ? toFloat64(target) : undefined;
  const states = toFloat64(input);
  const report = checkConvention(states, input.shape, fields, grid, later);
  return withOrder(report, states, input.shape, fields, grid, later);
}

function asked({ path, fields, grid, states }: DataSet): { fields: FieldSpec; grid: Grid } {
  if (fields === undefined) {
    throw new UserError("convention/no-fields", `What the channels of ${path} are is not stated.`, {
      where: path,
      todo: "State the fields (--fields on the command line), like scalar:p,vector:v.",
    });
  }
  if (grid === undefined || !/^channel,(z,)?y,x$/.test(states.axes.join())) {
    throw new UserError("convention/no-grid", `${path} holds no fields on a grid.`, {
      where: path,
    });
  }
  return { fields, grid };
}
