/**
 * PDEGym, the data of Poseidon: NetCDF-4 files with one variable [sample, time, channel, x, y] and no channel names.
 * Herde et al. 2024, arXiv:2405.19101, and its data loaders, which fix the order of the channels.
 */
import { basename } from "node:path";
import type { Axis } from "../axes";
import type { Layout } from "./proposal";

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
  const dimensions = array?.dimensions?.join() ?? "";
  if (array === undefined || !/^sample,(time,)?(channel,)?x,y$/.test(dimensions)) return undefined;
  const axes = dimensions
    .split(",")
    .map((name): Axis => (name === "sample" ? "trajectory" : (name as Axis)));
  const count = array.shape[axes.indexOf("channel")] ?? 1;
  const fields = channels[`${array.name}${count}`];
  return {
    layout: "PDEGym / Poseidon",
    evidence: [
      `Its variable ${array.name} has the dimensions ${dimensions.replaceAll(",", ", ")}, without values, as PDEGym’s files do.`,
      ...(fields === undefined
        ? []
        : [
            `The file does not name its ${count} channels; PDEGym’s loaders read ${array.name} of ${count} so.`,
          ]),
    ],
    input: [{ array, axes }],
    fields,
    notices: /^(NS|CE)-/.test(basename(file.path))
      ? ["The boundary is not stated in the file; the published data of this name are periodic."]
      : [],
  };
};
