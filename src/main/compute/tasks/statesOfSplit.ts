/**
 * A split says that states are particles or series of numbers. Where nothing but the rank of an array made it fields on
 * a grid, the split settles what its axes are; where something else did, the two contradict each other.
 */
import type { DataOptions } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import type { ParameterValue } from "../../../shared/parameters";
import { parseSplit } from "../../../shared/states/layout";
import { axesForNumbers } from "../../data/axes";
import { openData, type DataSet } from "../../data/dataset";

/**
 * How the data are read beside these parameters: as they were, or with the axes that the split fits.
 * @throws UserError "states/split-on-grid", "states/split", and what opening the data throws
 */
export async function readingForSplit(
  { path, options }: { readonly path: string; readonly options: DataOptions },
  parameters: Readonly<Record<string, ParameterValue>>,
): Promise<{ options: DataOptions; notices: string[] }> {
  const split = textOf(parameters["split"]);
  const stated = split === "" ? textOf(parameters["output-split"]) : split;
  if (stated === "") return { options, notices: [] };
  // Fields are for the channels that the axes leave, so they are checked when the axes are settled.
  const { fields: _fields, outputFields: _outputFields, ...withoutFields } = options;
  const data = await openData(path, withoutFields);
  await data.close();
  if (data.grid === undefined) return { options, notices: [] };
  const axes = options.axes === undefined ? axesThatFit(data, split) : undefined;
  if (axes === undefined) throw onGrid(data, stated);
  return {
    options: { ...options, axes },
    notices: [`Axes of ${data.states.name} taken as ${axes}, which the split ${split} fits.`],
  };
}

/** undefined where the file itself says that these are fields, or the split names other numbers. */
function axesThatFit({ fields, states }: DataSet, split: string): string | undefined {
  const layout = parseSplit(split);
  const [part, ...others] = states.parts;
  if (layout === null || fields !== undefined || part === undefined || others.length > 0) {
    return undefined;
  }
  return axesForNumbers(part.array.shape, layout.particles * layout.components);
}

function onGrid({ path, states }: DataSet, split: string): UserError {
  return new UserError(
    "states/split-on-grid",
    `${path} is read as fields on a grid, each state ${states.axes.join(", ")} [${states.shape.join(", ")}], and “${split}” splits states on no grid.`,
    {
      where: "split",
      todo: "If the file holds particles, name its axes b,p,c or n,t,p,c (--axes on the command line); for fields leave the split out.",
    },
  );
}

function textOf(value: ParameterValue | undefined): string {
  return typeof value === "string" ? value.trim() : "";
}
