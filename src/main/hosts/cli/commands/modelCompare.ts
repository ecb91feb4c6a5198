/** `noetherscope model compare` */
import { resolve } from "node:path";
import type { WeightsDifference } from "../../../../shared/weightsDifference";
import type { Command } from "../command";
import { json, jsonOption, table, withSpread } from "./shared";

export const modelCompare: Command = {
  name: "model compare",
  summary: "What changed between models or files of weights, parameter by parameter.",
  takes: "A B…",
  details:
    "The first is compared with each of the others. Each is an .onnx model or a file of weights, with file.pt::key where a file holds several sets. Differences are Euclidean norms over all numbers of a tensor, relative to A’s.",
  options: jsonOption,
  example:
    "noetherscope model compare resources/examples/jets/plain.onnx resources/examples/jets/averaged.onnx",
  async run(args, shell) {
    const [a, ...others] = args.positionals as [string, string, ...string[]];
    const compute = await shell.compute();
    const side = (path: string): { path: string; weights: null } => ({
      path: resolve(path),
      weights: null,
    });
    const found: WeightsDifference[] = [];
    for (const b of others) {
      const sides = { a: side(a), b: side(b) };
      found.push(await compute.call("compareModels", sides, { signal: shell.signal }));
    }
    if (args.flag("json")) shell.print(json(found.length === 1 ? found[0] : found));
    else shell.print(found.map(describe).join("\n\n"));
  },
};

function describe({
  a,
  b,
  added,
  gone,
  reshaped,
  changed,
  same,
  total,
}: WeightsDifference): string {
  const shape = (extents: readonly number[]): string => extents.join(" × ");
  const only = (title: string, list: WeightsDifference["added"]): string[] =>
    list.length === 0
      ? []
      : [title, ...indented(table(list.map(({ name, shape: s }) => [name, shape(s)])))];
  const rows = changed.map(({ name, shape: s, difference, relative, largest }) => [
    name,
    shape(s),
    withSpread(difference, difference),
    relative === null ? "" : withSpread(relative, relative),
    withSpread(largest, largest),
  ]);
  return [
    `${a} → ${b}`,
    ...only(`  only in the second (${added.length})`, added),
    ...only(`  only in the first (${gone.length})`, gone),
    ...(reshaped.length === 0
      ? []
      : [
          `  of another shape (${reshaped.length})`,
          ...indented(
            table(reshaped.map(({ name, from, to }) => [name, shape(from), "→", shape(to)])),
          ),
        ]),
    ...(rows.length === 0
      ? []
      : [
          `  changed (${rows.length})`,
          ...indented(table([["", "shape", "‖b − a‖", "relative", "largest"], ...rows], 3)),
        ]),
    ...(same.length === 0 ? [] : [`  the same (${same.length})`]),
    ...(changed.length === 0 || total.relative === null
      ? []
      : [
          `  in all ‖b − a‖ = ${withSpread(total.difference, total.difference)}, relative ${withSpread(total.relative, total.relative)}`,
        ]),
  ].join("\n");
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => `    ${line}`);
}
