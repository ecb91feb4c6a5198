/**
 * Whether a data file's vectors follow the stated convention of axes and components. Whoever asks gets the same answer, of
 * the same samples: the data page, a form before it starts, a run, the command line.
 */
import type { ConventionReport, DataOptions, MethodOutput } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { select } from "../../../shared/selection";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { showFieldSpec, type FieldSpec, type Grid } from "../../../shared/fields/spec";
import { openData, type DataSet } from "../../data/dataset";
import { stampOf } from "../../data/identity";
import { withOrder } from "../../fields/channelOrder";
import { averaged, coarsened } from "../../fields/convention/coarse";
import { checkConvention } from "../../fields/conventionCheck";
import type { TaskContext } from "../task";

/** Enough for a verdict: the scores are means over whole fields, and large ones say more each. */
const SAMPLES = { many: "16", ofLarge: "8" } as const;
const LARGE = 2 ** 13;

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
export async function convention(
  { path, options }: { path: string; options: DataOptions },
  { signal }: Partial<Pick<TaskContext, "signal">> = {},
): Promise<MethodOutput<"data.convention">> {
  const data = await openData(path, singleState(options));
  try {
    return await conventionOf(data, signal);
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
export async function conventionOf(data: DataSet, signal?: AbortSignal): Promise<ConventionReport> {
  const { path } = data;
  const options = singleState(data.options);
  const key = JSON.stringify([path, await stampOf(path), options]);
  const known = answers.get(key);
  if (known !== undefined) return known;
  const isSingle = data.options.history === undefined && data.options.conditions === undefined;
  const report = isSingle ? await reportOn(data, signal) : await reopened(path, options, signal);
  if (answers.size === MOST_ANSWERS) answers.delete(answers.keys().next().value!);
  answers.set(key, report);
  return report;
}

/** Of an input of several states, or of one that is told more, a single state is asked: it has frames after it. */
function singleState({ history: _, conditions: __, ...options }: DataOptions): DataOptions {
  return options;
}

async function reopened(
  path: string,
  options: DataOptions,
  signal: AbortSignal | undefined,
): Promise<ConventionReport> {
  const data = await openData(path, options);
  try {
    return await reportOn(data, signal);
  } finally {
    await data.close();
  }
}

/** Samples are read one at a time, and only what the check looks at is kept: a field may be as large as memory. */
async function reportOn(data: DataSet, signal: AbortSignal | undefined): Promise<ConventionReport> {
  const { fields, grid: whole } = asked(data);
  const { grid, block } = coarsened(whole);
  const { indices } = select(data, {
    samples: sizeOf(grid.size) > LARGE ? SAMPLES.ofLarge : SAMPLES.many,
  });
  const before: Float64Array[] = [];
  const after: Float64Array[] = [];
  for (const index of indices) {
    signal?.throwIfAborted();
    const { input, target } = await data.read([index]);
    before.push(coarse(input, whole, block));
    if (target !== undefined && sameFields(data)) after.push(coarse(target, whole, block));
  }
  const states = joined(before);
  const later = after.length === 0 ? undefined : joined(after);
  const shape = [before.length, states.length / (before.length * sizeOf(grid.size)), ...grid.size];
  const turn = async (): Promise<void> => {
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  };
  await turn();
  const report = checkConvention(states, shape, fields, grid, later);
  return withOrder(report, { values: states, shape, grid, later }, fields, turn);
}

/** One sample's channels, each as averages over blocks. */
function coarse(state: Tensor, { size }: Grid, block: number): Float64Array {
  const values = toFloat64(state);
  const points = sizeOf(size);
  const fields = Array.from({ length: values.length / points }, (_, c) =>
    averaged(values.subarray(c * points, (c + 1) * points), size, block),
  );
  return joined(fields);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
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
