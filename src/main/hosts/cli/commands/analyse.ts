/** `noetherscope analyse …`: one command an analysis, its flags made from the analysis' own schema. */
import { join, resolve } from "node:path";
import { z } from "zod";
import { analyses } from "../../../../shared/analyses";
import type { AnalysisDefinition } from "../../../../shared/analyses/definition";
import type { Parameter } from "../../../../shared/parameters";
import { assertNoRun } from "../../../compute/runFolder";
import { Devices } from "../../../compute/devices";
import { checkedParameters, type AnalysisSpec } from "../../../compute/tasks/spec";
import { settled } from "../../../workbench/handlers/analysis";
import { newRunId } from "../../../workbench/runId";
import {
  UsageError,
  type Arguments,
  type Command,
  type Option,
  type Options,
  type Shell,
} from "../command";
import { namedNetwork, type NamedNetwork } from "./modelFile";
import { resultInWords } from "./result";
import {
  bytes,
  dataOptionFlags,
  dataOptionsOf,
  duration,
  json,
  jsonOption,
  pathOf,
  progressLine,
  shortNumber,
} from "./shared";

const NETWORK_HELP = "The network, an .onnx file, or the folder of a training that made it";

export const analyseCommands: readonly Command[] = Object.values(
  analyses as Readonly<Record<string, AnalysisDefinition>>,
).map(commandOf);

function commandOf(definition: AnalysisDefinition): Command {
  return {
    name: `analyse ${definition.id}`,
    summary: `${definition.title}: one run, written as DIR/run.json and DIR/arrays.npz.`,
    details: `${definition.reading}\n${definition.reference}`,
    options: {
      model: {
        value: "FILE",
        help:
          definition.model === "optional"
            ? `${NETWORK_HELP}; without, the data alone are analysed.`
            : `${NETWORK_HELP}.`,
        required: definition.model !== "optional",
      },
      weights: { value: "FILE", help: "Values of its parameters, if not those in the model file." },
      data: {
        value: "FILE",
        help: "States and targets: NumPy, HDF5, NetCDF, Zarr or MATLAB 7.3.",
        required: true,
      },
      ...dataOptionFlags,
      ...parameterFlags(definition),
      out: { value: "DIR", help: "Where the run is written." },
      force: { help: "Replace the run that is in DIR." },
      "dry-run": { help: "Only say what would be done: samples, passes, memory, time." },
      ...jsonOption,
    },
    example: [
      `noetherscope analyse ${definition.id} --model resources/examples/jets/plain.onnx --data resources/examples/jets/jets.npz`,
      ...(definition.example === undefined ? [] : [definition.example]),
      `--out runs/${definition.id}`,
    ].join(" "),
    run: (args, shell) => run(definition, args, shell),
  };
}

/** One flag a parameter. */
export function parameterFlags(definition: Pick<AnalysisDefinition, "parameters">): Options {
  return Object.fromEntries(
    Object.entries(definition.parameters).flatMap(([name, parameter]) => {
      // A switch that is on unless told otherwise also needs a way to say so.
      const off = parameter.kind === "boolean" && parameter.default;
      return [
        [name, flagOf(parameter)],
        ...(off ? [[`no-${name}`, { help: `Turns ${name} off.` }]] : []),
      ];
    }),
  );
}

function flagOf(parameter: Parameter): Option {
  const { help } = parameter;
  switch (parameter.kind) {
    case "boolean":
      return { help: parameter.default ? `${help} On by default.` : help };
    case "choice": {
      const values = parameter.options.map(({ value }) => value).join("|");
      const each = parameter.options.flatMap((option) =>
        option.help === undefined ? [] : [`${option.value}: ${option.help}`],
      );
      return { value: values, help: [help, ...each].join(" "), default: parameter.default };
    }
    case "integer":
    case "number":
      return {
        value: parameter.unit ?? "N",
        help,
        default: shortNumber(parameter.default),
      };
    case "text":
      return { value: parameter.example ?? "TEXT", help, default: parameter.default };
  }
}

async function run(definition: AnalysisDefinition, args: Arguments, shell: Shell): Promise<void> {
  const asked = await specOf(definition, args);
  const compute = await shell.compute();
  const { signal } = shell;
  const { spec, notices } = await settled(asked, new Devices(compute), signal);
  if (args.flag("dry-run")) {
    const preview = await compute.call("preview", spec, { signal });
    if (args.flag("json")) return shell.print(json(preview));
    shell.print(
      `${preview.samples} samples, ${preview.elements.length} elements (${listed(preview.elements)}): ${Math.round(preview.passes)} forward-equivalent passes, ${bytes(preview.memoryBytes)} of memory, ${preview.atMost ? "at most " : ""}about ${duration(preview.seconds)}.`,
    );
    for (const notice of preview.notices) shell.remark(`Note: ${notice}`);
    return;
  }
  const out = pathOf(args, "out");
  if (out === null) throw new UsageError("--out DIR is needed.", "Or --dry-run.");
  if (!args.flag("force")) await assertNoRun(out);
  const line = progressLine(shell);
  const said = new Set<string>();
  const say = (notice: string): void => {
    if (!said.has(notice)) shell.remark(`Note: ${notice}`);
    said.add(notice);
  };
  const record = await compute.call(
    "analyse",
    { ...spec, id: newRunId(definition.id), folder: out, notices },
    {
      signal,
      onProgress: (progress) => {
        // Whoever asked for too much learns it before it takes its time.
        progress.notices?.forEach(say);
        line(progress);
      },
    },
  );
  const result = args.flag("json") ? "" : resultInWords(record);
  // A discovery's first notice is its result.
  for (const sentence of result.split("\n")) said.add(sentence);
  record.notices.forEach(say);
  if (args.flag("json")) return shell.print(json(record.summary));
  if (result !== "") shell.print(result);
  const { samples } = record.data;
  shell.print(
    `${join(out, "run.json")} and arrays.npz: ${samples.length} samples, ${duration(record.seconds)}.`,
  );
  const rounded = precision.safeParse(record.summary["precision"]);
  if (rounded.success) shell.print(precisionInWords(rounded.data));
  const checked = verified.safeParse(record.summary["verified"]);
  if (checked.success) for (const one of [checked.data].flat()) shell.print(verifiedInWords(one));
}

/** What rounding may do to the results, as coherence writes it into its summary; null for beyond all bounds. */
const precision = z.object({ cosine: z.number(), influence: z.number().nullable() });

function precisionInWords({ cosine, influence }: z.infer<typeof precision>): string {
  const relative =
    influence === null || influence > 1
      ? "nothing is left of some influences"
      : `influence by ${influence.toExponential(1)} of its self terms`;
  return `Rounding: cosines may be off by ${cosine.toExponential(1)}, ${relative}.`;
}

/** What `--verify` found, as every analysis writes it into its summary. */
const verifiedQuantity = z.object({
  quantity: z.string(),
  entries: z.number(),
  largest: z.number(),
});
const verified = z.union([verifiedQuantity, z.array(verifiedQuantity)]);

/** What a quantity's largest difference is a share of; errors and cosines are ratios themselves and stand as they are. */
const shareOf: Readonly<Record<string, string>> = {
  gram: " of both gradients’ norms",
  metric: " of both gradients’ norms in the metric",
  influence: " of both self terms",
  loss: " of the loss",
  value: " of the quantity’s scale",
  measured: " of the loss",
};

function verifiedInWords({ quantity, entries, largest }: z.infer<typeof verifiedQuantity>): string {
  const number = largest === 0 ? "0" : largest.toExponential(1);
  return `${quantity}: ${entries} ${entries === 1 ? "entry" : "entries"} again in float64, largest difference ${number}${shareOf[quantity] ?? ""}.`;
}

/** What was given of them, as it was typed. */
export function givenParameters(
  { parameters }: Pick<AnalysisDefinition, "parameters">,
  args: Arguments,
): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, parameter]) => {
      const value = parameter.kind === "boolean" ? args.switched(name) : args.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** @throws UserError "params/…" */
async function specOf(definition: AnalysisDefinition, args: Arguments): Promise<AnalysisSpec> {
  const network = await modelOf(definition, args);
  const series =
    definition.checkpoints !== "weights" || network?.checkpoints === undefined
      ? {}
      : { checkpoints: network.checkpoints };
  return {
    analysis: definition.id,
    parameters: checkedParameters(definition.id, { ...series, ...givenParameters(definition, args) }), // prettier-ignore
    model: network && { path: network.path, weights: network.weights },
    data: { path: resolve(args.given("data")), options: dataOptionsOf(args) },
  };
}

/** @throws UsageError where it is needed and not given; UserError "model/several" */
async function modelOf(
  definition: AnalysisDefinition,
  args: Arguments,
): Promise<NamedNetwork | null> {
  if (definition.model === "optional" && args.text("model") === undefined) return null;
  return namedNetwork(args.given("model"), pathOf(args, "weights"));
}

/** More names than this are no list that anybody reads. */
const MOST_LISTED = 16;

function listed(names: readonly string[]): string {
  const rest = names.length > MOST_LISTED ? ", …" : "";
  return names.slice(0, MOST_LISTED).join(", ") + rest;
}
