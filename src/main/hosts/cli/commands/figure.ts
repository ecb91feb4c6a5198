/** `noetherscope figure` */
import { extname, resolve } from "node:path";
import { figureRequest, type FigureRequest } from "../../../../shared/contract";
import { atomicWrite } from "../../../data/atomic";
import { UsageError, type Command } from "../command";
import { assertNoFile, forceOption } from "./shared";

const { format: formatOf, width: widthOf, theme: themeOf } = figureRequest.shape;
const formats = formatOf.options;
/** What options take, in words. */
const taken: Readonly<Record<string, string>> = {
  width: `a number of millimetres from ${widthOf.minValue!} to ${widthOf.maxValue!}`,
  theme: `one of ${themeOf.options.join(", ")}`,
};

export const figure: Command = {
  name: "figure",
  summary: "A figure of a run or a training as SVG, PDF or PNG, or its numbers as CSV or npz.",
  takes: "RUN_DIR",
  options: {
    figure: {
      value: "ID",
      help: "Which figure; the analysis' first one by default. Of a training loss, error or gradient.",
    },
    out: {
      value: "FILE",
      help: `File to write; its ending says the format (${formats.join(", ")}).`,
      required: true,
    },
    width: {
      value: "MM",
      help: "Width in millimetres; 85 and 170 are common columns.",
      default: "85",
    },
    theme: { value: "THEME", help: "print, light or dark.", default: "print" },
    element: { value: "G", help: "Group element that is picked, where the figure shows one." },
    checkpoint: {
      value: "N",
      help: "Which checkpoint of a landscape over training is shown, from 1; the last by default.",
    },
    quantity: { value: "NAME", help: "What is drawn, where the figure can show several." },
    subgroup: { value: "KEY", help: "Subgroup that is set apart, like e,r2,sr,sr3." },
    ...forceOption,
  },
  example: "noetherscope figure runs/coherence --out coherence.pdf --width 85",
  async run(args, shell) {
    const out = resolve(args.given("out"));
    const ending = extname(out).slice(1).toLowerCase();
    const format = formats.find((known) => known === ending);
    if (format === undefined) {
      throw new UsageError(`“.${ending}” is no format of figures.`, `Use ${formats.join(", ")}.`);
    }
    const request = figureRequest.pick({ width: true, theme: true, view: true }).safeParse({
      width: Number(args.given("width")),
      theme: args.given("theme"),
      view: {
        element: args.text("element"),
        checkpoint: positionOf(args.text("checkpoint")),
        quantity: args.text("quantity"),
        subgroup: args.text("subgroup"),
      } satisfies FigureRequest["view"],
    });
    if (!request.success) {
      const option = String(request.error.issues[0]!.path[0]);
      throw new UsageError(
        `--${option} is ${taken[option] ?? "another"}, not “${args.given(option)}”.`,
      );
    }
    const compute = await shell.compute();
    const bytes = await compute.call(
      "exportFigure",
      {
        folder: resolve(args.positionals[0]!),
        figure: args.text("figure") ?? "",
        format,
        ...request.data,
        study: null,
      },
      { signal: shell.signal },
    );
    if (!args.flag("force")) await assertNoFile(out);
    await atomicWrite(out, bytes);
    shell.print(out);
  },
};

/** From 0 of a count from 1. */
function positionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text) - 1;
  throw new UsageError(`--checkpoint is a number from 1, not “${text}”.`);
}
