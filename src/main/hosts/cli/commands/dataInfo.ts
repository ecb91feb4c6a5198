/** `noetherscope data info` */
import { resolve } from "node:path";
import type { ConventionReport, DataInfo, DataOptions } from "../../../../shared/contract";
import { showDataPreset } from "../../../../shared/dataPreset";
import { readWith } from "../../../../shared/fields/readWith";
import { showUnits, withUnit } from "../../../../shared/fields/units";
import { sentence, toErrorRecord, UserError, type ErrorRecord } from "../../../../shared/errors";
import type { Compute } from "../../../compute/compute";
import { atomicWrite } from "../../../data/atomic";
import { UsageError, type Command } from "../command";
import {
  assertNoFile,
  dataOptionFlags,
  dataOptionsOf,
  forceOption,
  json,
  jsonOption,
  pathOf,
  shortNumber,
  table,
  withSpread,
} from "./shared";

export const dataInfo: Command = {
  name: "data info",
  summary: "What a data file is.",
  takes: "FILE…",
  options: {
    ...dataOptionFlags,
    "apply-convention": {
      help: "Read vectors as the convention check proposes, where it contradicts what is stated.",
    },
    "save-preset": { value: "FILE", help: "Write how it is read, for other files of its kind." },
    ...forceOption,
    ...jsonOption,
  },
  example: "noetherscope data info fixtures/unet/data.npz --fields scalar:rho,vector:v,scalar:p",
  async run(args, shell) {
    const compute = await shell.compute();
    const stated = dataOptionsOf(args);
    const { signal } = shell;
    const apply = args.flag("apply-convention");
    const saved = pathOf(args, "save-preset");
    const paths = args.positionals.map((one) => resolve(one));
    if (saved !== null && paths.length > 1) throw new UsageError("--save-preset takes one FILE.");
    const files: Inspected[] = [];
    const failed: Failed[] = [];
    for (const path of paths) {
      try {
        files.push(await inspected(compute, { path, options: stated }, apply, signal));
      } catch (error) {
        // What is wrong with one file says nothing of the next; what is wrong with the options is said once.
        const isOfFile = error instanceof UserError && !error.code.endsWith("/syntax");
        if (paths.length === 1 || !isOfFile || signal.aborted) throw error;
        failed.push({ path, error: toErrorRecord(error) });
      }
    }
    const infos = files.map(({ info, convention }) => ({ ...info, convention }));
    if (saved !== null) {
      if (!args.flag("force")) await assertNoFile(saved);
      await atomicWrite(saved, showDataPreset(files[0]!.info, files[0]!.options));
    }
    if (args.flag("json")) shell.print(json(paths.length === 1 ? infos[0] : [...infos, ...failed]));
    else if (infos.length > 0) shell.print(infos.map(describe).join("\n\n"));
    if (failed.length === 0) return;
    for (const { error } of failed) shell.remark(sentence(error));
    throw new UserError(
      "data/some-failed",
      `${failed.length} of ${paths.length} files could not be read.`,
    );
  },
};

/** As --json shows it beside what could be read. */
interface Failed {
  readonly path: string;
  readonly error: ErrorRecord;
}

interface Inspected {
  readonly info: DataInfo;
  readonly convention: ConventionReport | null;
  /** That it was read with. */
  readonly options: DataOptions;
}

/** @param apply whether vectors are read as the convention check proposes */
async function inspected(
  compute: Compute,
  file: { readonly path: string; readonly options: DataOptions },
  apply: boolean,
  signal: AbortSignal,
): Promise<Inspected> {
  const info = await compute.call("inspectData", file, { signal });
  const hasVector = info.channels.some(({ kind }) => kind.endsWith("vector.y"));
  const convention = hasVector ? await conventionOf(compute, file, signal) : null;
  const proposed = proposalOf(convention);
  if (!apply || proposed === undefined) return { info, convention, options: file.options };
  const options = readWith(file.options, proposed);
  return inspected(compute, { path: file.path, options }, apply, signal);
}

/** Fields that fit where the stated ones do not; applying them for one vector may leave another one to be asked about. */
function proposalOf(convention: ConventionReport | null): string | undefined {
  if (convention?.verdict !== "other-fits-better") return undefined;
  return convention.rows[convention.best ?? 0]?.fields;
}

/** null where the states cannot be asked: they are not finite, or on no grid. */
async function conventionOf(
  compute: Compute,
  file: { path: string; options: DataOptions },
  signal: AbortSignal,
): Promise<ConventionReport | null> {
  try {
    return await compute.call("convention", file, { signal });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function describe(info: DataInfo & { convention: ConventionReport | null }): string {
  const rows = info.statistics.map(({ channel, mean, std, min, max }, i) => [
    withUnit(info.channels[i] ?? { name: channel, group: "" }, info.units),
    info.channels[i]?.kind ?? "",
    ...[mean, std, min, max].map((value) => withSpread(value, std)),
  ]);
  const extremes =
    info.statisticsOf === undefined ? ["min", "max"] : ["min at most", "max at least"];
  return [
    `${info.path} (${info.layout}, ${info.dtype})`,
    ...indented(table(facts(info))),
    ...(info.evidence ?? []).map((reason) => `  why: ${reason}`),
    "",
    ...indented(table([["channel", "kind", "mean", "std", ...extremes], ...rows], 4)),
    ...(info.warnings.length === 0 ? [] : [""]),
    ...info.warnings.map((warning) => `  note: ${warning}`),
    ...(info.convention === null ? [] : [`  convention: ${info.convention.sentence}`]),
    ...evidenceLines(info.convention),
    ...proposalLines(info.convention),
  ].join("\n");
}

/** What each piece of evidence says of the reading that fits. */
function evidenceLines(convention: ConventionReport | null): string[] {
  if (convention === null || convention.verdict === "cannot-tell") return [];
  const rows = (convention.evidence ?? []).map(({ name, says, weight }) => [
    name,
    says === "cannot-tell" ? "cannot tell" : says,
    says === "decides" ? `weight ${weight.toPrecision(2)}` : "",
  ]);
  return table(rows)
    .split("\n")
    .map((line) => `    ${line}`);
}

/** How to state what the convention check proposes. */
function proposalLines(convention: ConventionReport | null): string[] {
  const fields = proposalOf(convention);
  if (fields === undefined) return [];
  return [
    `  to read it so: --fields "${fields}", or --apply-convention --save-preset FILE and --preset FILE elsewhere`,
  ];
}

/** Label and value. */
function facts(info: DataInfo): string[][] {
  const { axes, shape, coordinates, lengths } = info;
  // Of the longest trajectory less those that the shortest has fewer.
  const fewer = lengths === undefined ? 0 : Math.max(...lengths) - Math.min(...lengths);
  const size = axes
    .map((axis, i) =>
      axis === "time" && fewer > 0
        ? `${axis} ${shape[i]! - fewer} to ${shape[i]!}`
        : `${axis} ${shape[i]!}`,
    )
    .join(" × ");
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
    ...(info.units === undefined ? [] : [["units", showUnits(info.units)]]),
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
