/** `noetherscope data info` */
import { resolve } from "node:path";
import type { DataInfo } from "../../../../shared/contract";
import type { Command } from "../command";
import { dataOptionFlags, dataOptionsOf, json, jsonOption, table } from "./shared";

export const dataInfo: Command = {
  name: "data info",
  summary: "What a data file is.",
  takes: "FILE…",
  options: { ...dataOptionFlags, ...jsonOption },
  example: "noetherscope data info flow.npz --fields vector:v,scalar:p",
  async run(args, shell) {
    const compute = await shell.compute();
    const options = dataOptionsOf(args);
    const infos: DataInfo[] = [];
    for (const path of args.positionals) {
      infos.push(
        await compute.call(
          "inspectData",
          { path: resolve(path), options },
          { signal: shell.signal },
        ),
      );
    }
    if (args.flag("json")) shell.print(json(infos.length === 1 ? infos[0] : infos));
    else shell.print(infos.map(describe).join("\n\n"));
  },
};

function describe(info: DataInfo): string {
  const size = info.axes.map((axis, i) => `${axis} ${info.shape[i]!}`).join(", ");
  const number = (value: number): string => String(Number(value.toPrecision(4)));
  return [
    `${info.path}`,
    `  ${info.layout}, ${info.dtype}; ${size}; ${info.samples} samples`,
    `  fields: ${info.fields ?? "not stated"}; boundary: ${info.boundary ?? "not stated"}${info.dt === null ? "" : `; time step ${number(info.dt)}`}`,
    ...table([
      ["channel", "kind", "mean", "std", "min", "max"],
      ...info.statistics.map((row, i) => [
        row.channel,
        info.channels[i]?.kind ?? "",
        ...[row.mean, row.std, row.min, row.max].map(number),
      ]),
    ])
      .split("\n")
      .map((line) => `  ${line}`),
    ...info.warnings.map((warning) => `  note: ${warning}`),
  ].join("\n");
}
