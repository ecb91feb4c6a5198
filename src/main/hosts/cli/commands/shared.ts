/** Options that several commands take, and how results and progress are shown. */
import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { DataOptions } from "../../../../shared/contract";
import { readDataPreset } from "../../../../shared/dataPreset";
import { UserError } from "../../../../shared/errors";
import { fileError } from "../../../../shared/fileErrors";
import { isBoundary } from "../../../../shared/fields/boundary";
import { parseSides } from "../../../../shared/fields/sides";
import type { Compute } from "../../../compute/compute";
import type { Progress } from "../../../compute/task";
import { Devices, executorNamed } from "../../../compute/devices";
import type { Target } from "../../../runtime/target";
import { TimeLeft } from "../../../workbench/timeLeft";
import { UsageError, type Arguments, type Options, type Shell } from "../command";

export const jsonOption: Options = { json: { help: "Print the result as JSON." } };

export const weightsOption: Options = {
  weights: { value: "FILE", help: "Values of the parameters, if not those in the model file." },
};

export const executorOption: Options = {
  executor: {
    value: "ID",
    help: "auto, onnxruntime (float32), tfjs (float32) or reference (float64, slow).",
    default: "auto",
  },
  device: {
    value: "ID",
    help: "cpu, webgpu, cuda:0, dml, coreml, or auto, the fastest by measurement.",
    default: "cpu",
  },
  fallback: { help: "Let the CPU take over where the device is not here or is lost." },
};

export const forceOption: Options = { force: { help: "Replace the file that is there." } };

/**
 * Data may be the only copy there is: no file is replaced unless that was asked for.
 * @throws UserError "file/exists"
 */
export async function assertNoFile(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isFile() !== true) return;
  const since = there.mtime.toISOString().slice(0, 16).replace("T", " ");
  throw new UserError("file/exists", `${path} is there already, written ${since} UTC.`, {
    where: path,
    todo: "Name another file, or add --force to replace it.",
  });
}

/** How a data file is read where it does not say. */
export const dataOptionFlags: Options = {
  input: {
    value: "NAME",
    help: "Array of the inputs, or several with commas, by its name or the last part of it; in a plain .npz x or input.",
  },
  target: { value: "NAME", help: "Array that holds the targets; in a plain .npz y or target." },
  axes: { value: "AXES", help: "Order of the array's axes, like b,c,y,x or n,t,c,y,x." },
  fields: { value: "SPEC", help: "Channel groups in order, like scalar:p,vector:v." },
  "output-fields": { value: "SPEC", help: "Of the output, where they are not the input's." },
  boundary: { value: "KIND", help: 'periodic, open, or one a direction: "x periodic, y wall".' },
  length: {
    value: "0.75x1",
    help: "Sides of the box, in the order of the axes; one number is the longest, of square cells.",
  },
  dt: { value: "STEP", help: "Time between successive states, where the file does not say." },
  units: { value: "v=m/s,t=s", help: "Of fields and of x, y, z, t, for tables and figures." },
  history: { value: "COUNT", help: "Successive states that are one input, the earliest first." },
  predicts: { value: "state|change", help: "What the network predicts: the next state, or the change to it." }, // prettier-ignore
  conditions: {
    value: "nu=0.01,t=time",
    help: "What the network is told beside the state: numbers, arrays of the file, or time; inputs of these names, else further channels.",
  },
  preset: {
    value: "FILE",
    help: "A saved way of reading; other options go before what it states.",
  },
};

/** @throws UsageError for a boundary that there is not; UserError "preset/…", "file/…" */
export function dataOptionsOf(args: Arguments): DataOptions {
  const boundary = args.text("boundary");
  if (boundary !== undefined && !isBoundary(boundary)) {
    throw new UsageError(
      `--boundary is periodic, open, or one a direction like "x periodic, y wall", not “${boundary}”.`,
    );
  }
  const stated = {
    input: args.text("input"),
    target: args.text("target"),
    axes: args.text("axes"),
    fields: args.text("fields"),
    outputFields: args.text("output-fields"),
    boundary,
    dt: stepOf(args.text("dt")),
    length: sidesOf(args.text("length")),
    units: args.text("units"),
    history: historyOf(args.text("history")),
    predicts: predictsOf(args.text("predicts")),
    conditions: args.text("conditions"),
  };
  const given = Object.entries(stated).filter(([, value]) => value !== undefined);
  return { ...presetOf(args.text("preset")), ...Object.fromEntries(given) };
}

/** @throws UserError "preset/…", "file/…" */
function presetOf(path: string | undefined): DataOptions {
  if (path === undefined) return {};
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, path, "read");
  }
  return readDataPreset(text, path);
}

function historyOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new UsageError(`--history is a whole number from 1 to 64, not “${text}”.`);
}

function predictsOf(text: string | undefined): DataOptions["predicts"] {
  if (text === undefined || text === "state" || text === "change") return text;
  throw new UsageError(`--predicts is state or change, not “${text}”.`);
}

function stepOf(text: string | undefined): number | undefined {
  // Analyses with a --dt of their own have 0 for what the data say.
  if (text === undefined || Number(text) === 0) return undefined;
  const step = Number(text);
  if (step > 0 && Number.isFinite(step)) return step;
  throw new UsageError(`--dt is a positive number, or 0 for what the data say, not “${text}”.`);
}

function sidesOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const sides = parseSides(text);
  if (sides !== null) return sides;
  throw new UsageError(`--length is a number, or one for each axis like 0.75x1, not “${text}”.`);
}

/** A path option, absolute; null where it is not given. */
export function pathOf(args: Arguments, name: string): string | null {
  const path = args.text(name);
  return path === undefined ? null : resolve(path);
}

/**
 * Where a command computes, looked for and tried.
 * @throws UsageError; UserError "device/…"
 */
export async function targetOf(
  args: Arguments,
  shell: Shell,
  compute: Compute,
): Promise<Required<Target>> {
  const executor = args.given("executor");
  if (executor !== "auto" && executorNamed(executor) === "auto") {
    throw new UsageError(`--executor is auto, onnxruntime, tfjs or reference, not “${executor}”.`);
  }
  const { target, notices } = await new Devices(compute).settle(
    {
      executor: executorNamed(executor),
      device: args.given("device"),
      fallback: args.flag("fallback"),
    },
    shell.signal,
  );
  for (const notice of notices) shell.remark(`Note: ${notice}`);
  return target;
}

/** JSON as people read it: NaN and infinities are null. */
export function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** Progress with the time left on one line of the terminal. */
export function progressLine(shell: Shell): (progress: Progress) => void {
  const now = (): number => performance.now() / 1000;
  const timeLeft = new TimeLeft(now());
  return ({ fraction, stage }) => {
    const left = timeLeft.estimate(now(), fraction);
    const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
    shell.progress(`${percent}  ${stage}${left === null ? "" : `, ${duration(left)} left`}`);
  };
}

/** The same; in a log a line for every tenth. */
export function progressOrLog(shell: Shell): (progress: Progress) => void {
  const line = progressLine(shell);
  let tenths = 0;
  return (progress) => {
    line(progress);
    const now = Math.floor(progress.fraction * 10);
    if (shell.terminal || now <= tenths) return;
    tenths = now;
    shell.remark(`${10 * now} %  ${progress.stage}`);
  };
}

/** As people write it: 0.25, 64, and 1e-6 rather than 0.000001. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  const plain = size === 0 || (size >= 1e-3 && size < 1e6);
  return plain ? String(value) : value.toExponential().replace("e+", "e");
}

/**
 * A value of something that varies by `spread`, with three digits of that: the mean of a velocity that is zero up to
 * rounding is 0.00, not 2.786e-9.
 */
export function withSpread(value: number, spread: number): string {
  const size = spread > 0 ? spread : Math.abs(value);
  if (size === 0) return "0";
  const digits = 2 - Math.floor(Math.log10(size));
  // Beyond these a column of decimals is harder to read than powers of ten.
  if (digits > 6 || digits < -3)
    return Number(value.toPrecision(3)).toExponential().replace("e+", "e");
  const rounded = value.toFixed(Math.max(0, digits));
  return Number(rounded) === 0 ? rounded.replace("-", "") : rounded;
}

/** `4 min`, `12 s`, `0.3 s`. */
export function duration(seconds: number): string {
  if (seconds >= 5400) return `${(seconds / 3600).toFixed(1)} h`;
  if (seconds >= 90) return `${Math.round(seconds / 60)} min`;
  if (seconds >= 10) return `${Math.round(seconds)} s`;
  return `${Number(seconds.toPrecision(1))} s`;
}

/** `12 kB`, `3.4 MB`. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3));
  return `${Number((count / 1000 ** power).toPrecision(3))} ${units[power]!}`;
}

/** Columns of equal width. @param numbers how many of the last columns are set to the right */
export function table(rows: readonly (readonly string[])[], numbers = 0): string {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, i) => Math.max(cell.length, known[i] ?? 0)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i < widths.length - numbers ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
