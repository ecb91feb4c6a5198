/** Options of data with what the convention check proposes: a reading of a vector's components. */
import type { DataOptions } from "../contract";
import { parseFieldSpec, showFieldSpec, type ChannelGroup } from "./spec";

/**
 * The options with those fields; vectors of the same names in stated fields of the output are read alike.
 * @param fields as a row of the report has them
 */
export function readWith(options: DataOptions, fields: string): DataOptions {
  const { outputFields } = options;
  if (outputFields === undefined) return { ...options, fields };
  const dimension = dimensionIn(fields) ?? dimensionIn(outputFields);
  const known = parseFieldSpec(fields, dimension);
  if (options.fields !== undefined && alike(options.fields, outputFields, dimension)) {
    return { ...options, fields, outputFields: fields };
  }
  const output = parseFieldSpec(outputFields, dimension).map((group): ChannelGroup => {
    const read = known.find(({ name, kind }) => name === group.name && kind === "vector");
    if (read === undefined || group.kind !== "vector") return group;
    const first = Math.min(...group.channels) - Math.min(...read.channels);
    return { ...read, channels: read.channels.map((channel) => channel + first) };
  });
  return { ...options, fields, outputFields: showFieldSpec(output) };
}

/** Whether inputs and outputs are stated to be the same fields. */
function alike(fields: string, outputFields: string, dimension: number | undefined): boolean {
  const [input, output] = [fields, outputFields].map((text) => parseFieldSpec(text, dimension));
  return showFieldSpec(input!) === showFieldSpec(output!);
}

/** A reading lists as many components as space has directions. */
function dimensionIn(fields: string): number | undefined {
  return /\(([^)]*)\)/u.exec(fields)?.[1]?.split(",").length;
}
