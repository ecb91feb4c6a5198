/** `noetherscope data info` */
import { resolve } from "node:path";
import type { DataInfo } from "../../../../shared/contract";
import type { Command } from "../command";
import {
  dataOptionFlags,
  dataOptionsOf,
  json,
  jsonOption,
  shortNumber,
  table,
  withSpread,
} from "./shared";

export const dataInfo: Command = {
  name: "data info",
  summary: "What a data file is.",
  takes: "FILE…",
  options: { ...dataOptionFlags, ...jsonOption },
  example: "noetherscope data info fixtures/unet/data.npz --fields scalar:rho,vector:v,scalar:p",
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
  const rows = info.statistics.map(({ channel, mean, std, min, max }, i) => [
    channel,
    info.channels[i]?.kind ?? "",
    ...[mean, std, min, max].map((value) => withSpread(value, std)),
  ]);
  return [
    `${info.path} (${info.layout}, ${info.dtype})`,
    ...indented(table(facts(info))),
    ...(info.evidence ?? []).map((reason) => `  why: ${reason}`),
    "",
    ...indented(table([["channel", "kind", "mean", "std", "min", "max"], ...rows], 4)),
    ...(info.warnings.length === 0 ? [] : [""]),
    ...info.warnings.map((warning) => `  note: ${warning}`),
  ].join("\n");
}

/** Label and value. */
function facts(info: DataInfo): string[][] {
  const { axes, shape, coordinates } = info;
  const size = axes.map((axis, i) => `${axis} ${shape[i]!}`).join(" × ");
  const ranges = Object.entries(coordinates ?? {}).map(([axis, values]) => {
    const [first, last] = [values[0]!, values.at(-1)!];
    return `${axis} ${withSpread(first, last - first)} to ${withSpread(last, last - first)}`;
  });
  const spacing = info.spacing?.map((step) => shortNumber(Number(step.toPrecision(4))));
  return [
    ["states", `${size}: ${info.samples} samples`],
    ...(info.arrays.length > 1 ? [["arrays", arraysOf(info)]] : []),
    ...(info.stored === undefined || info.stored.input === ""
      ? []
      : [["read from", `${info.stored.input} (${info.stored.axes})`]]),
    ["fields", info.fields ?? "not stated"],
    [
      "boundary",
      info.boundary ??
        (info.axes.includes("x")
          ? `not stated, taken as ${info.assumedBoundary ?? "periodic"}`
          : "not stated"),
    ],
    ...(info.dt === null ? [] : [["time step", shortNumber(Number(info.dt.toPrecision(4)))]]),
    ...(spacing === undefined ? [] : [["spacing", spacing.join(" × ")]]),
    ...(ranges.length === 0 ? [] : [["ranges", ranges.join(", ")]]),
  ];
}

/** Names listed before the rest is only counted. */
const MOST_ARRAYS = 6;

function arraysOf({ arrays }: DataInfo): string {
  const shown = arrays
    .slice(0, MOST_ARRAYS)
    .map(({ name, shape }) => `${name} [${shape.join(", ")}]`)
    .join(", ");
  return arrays.length > MOST_ARRAYS ? `${shown} and ${arrays.length - MOST_ARRAYS} more` : shown;
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => `  ${line}`);
}
