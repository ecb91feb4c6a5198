/**
 * PDEGym, the data of Poseidon: NetCDF-4 files with one variable [sample, time, channel, x, y] and no channel names.
 * Herde et al. 2024, arXiv:2405.19101, and its data loaders, which fix the order of the channels. Stationary problems
 * have a source beside the solution, waves the speed c at each point.
 */
import { basename } from "node:path";
import type { ArrayFile } from "../arrayFile";
import type { Axis } from "../axes";
import type { Layout, ProposedPart } from "./proposal";

const variables = ["velocity", "data", "solution"];

/** What the channels are, by the variable's name and their number. */
const channels: Readonly<Record<string, string>> = {
  velocity2: "vector:velocity",
  velocity3: "vector:velocity,scalar:tracer",
  data4: "scalar:density,vector:velocity,scalar:pressure",
  data5: "scalar:density,vector:velocity,scalar:pressure,scalar:energy",
  solution1: "scalar:u",
};

export const pdegym: Layout = (file) => {
  if (file.format !== "NetCDF 4") return undefined;
  const array = variables.map((name) => file.arrays.get(name)).find((known) => known !== undefined);
  const main = array && partOf(file, array.name);
  if (array === undefined || main === undefined) return undefined;
  const { axes } = main;
  const dimensions = array.dimensions!.join(", ");
  const source = axes.includes("time") ? undefined : partOf(file, "source");
  const speed = axes.includes("time") ? partOf(file, "c") : undefined;
  const count = array.shape[axes.indexOf("channel")] ?? 1;
  const fields = channels[`${array.name}${count}`];
  return {
    layout: "PDEGym / Poseidon",
    evidence: [
      `Its variable ${array.name} has the dimensions ${dimensions}, without values, as PDEGym’s files do.`,
      ...(fields === undefined
        ? []
        : [
            `The file does not name its ${count} channels; PDEGym’s loaders read ${array.name} of ${count} so.`,
          ]),
    ],
    ...(source === undefined
      ? { input: [{ ...main, ...(fields === undefined ? {} : { fields }) }], fields }
      : {
          input: [source],
          target: [{ array, axes }],
          fields: "scalar:source",
          outputFields: fields,
        }),
    ...(speed === undefined ? {} : { others: [speed] }),
    notices: [
      ...(/^(NS|CE)-/.test(basename(file.path))
        ? ["The boundary is not stated in the file; the published data of this name are periodic."]
        : []),
      ...(speed === undefined
        ? []
        : [`Left out, the same at all times: c. To take it, let --input be ${array.name},c.`]),
    ],
  };
};

/** The variable of that name, where its dimensions are called as PDEGym's. */
function partOf(file: ArrayFile, name: string): ProposedPart | undefined {
  const array = file.arrays.get(name);
  const dimensions = array?.dimensions?.join() ?? "";
  if (array === undefined || !/^sample,(time,)?(channel,)?x,y$/.test(dimensions)) return undefined;
  const axes = dimensions
    .split(",")
    .map((one): Axis => (one === "sample" ? "trajectory" : (one as Axis)));
  return { array, axes, ...(name === "c" ? { fields: "scalar:c" } : {}) };
}
